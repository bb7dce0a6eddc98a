/*
 * pause_bytes: canonical bytes of pauses in a snapshot.
 *
 * They stand account by account, in each by when they began: so they are read back in the order
 * that decides which of them count.
 */
#include "pause_bytes.h"

#include "account.h"
#include "canonical.h"
#include "digest.h"
#include "encode.h"
#include "interner.h"
#include "pauses.h"
#include "state.h"
#include "ticket.h"
#include "tickets.h"

/* ---- written */

void eh_pauses_put(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t begun = 0;
    for (uint32_t i = 0; i < e->accounts.count; i++)
        begun += e->accounts.items[i].pausing.begun > 0;
    eh_bytes_put_u(out, begun);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        if (e->accounts.items[i].pausing.begun > 0)
            eh_encode_pausing(e, &e->accounts.items[i], out);
    eh_bytes_put_u(out, e->pauses.count);
    for (uint32_t i = 0; i < e->accounts.count; i++)
        for (uint32_t at = e->accounts.items[i].pausing.list.first; at != NONE;
             at = e->pauses.items[at].next)
            eh_encode_pause(e, &e->pauses.items[at], out);
}

/* ---- read */

static int pausing_read(struct eh_engine *e, struct eh_reader *in)
{
    in->failed |= eh_read_u8(in) != 1;
    struct account *account = eh_account_read(e, in);
    if (!account || in->failed || account->pausing.begun)
        return -EH_ECORRUPT;
    account->pausing.date = eh_read_i32(in);
    account->pausing.begun = eh_read_u32(in);
    eh_digest_pausing(e, account);
    return account->pausing.begun && eh_is_date(account->pausing.date) ? 0 : -EH_ECORRUPT;
}

/* The ticket of this number, if a rep has it and it may be paused; or NONE. */
static uint32_t ticket_find(const struct eh_engine *e, uint64_t no)
{
    uint32_t slot = eh_ticket_numbered(e, no);
    if (slot == NONE || e->tickets.slots[slot].state != EH_TICKET_ASSIGNED)
        return NONE;
    return eh_pause_of(e, &e->tickets.slots[slot]) ? NONE : slot;
}

static int pause_read(struct eh_engine *e, struct eh_reader *in)
{
    in->failed |= eh_read_u8(in) != 0;
    uint32_t slot = ticket_find(e, eh_read_u(in));
    struct pause pause = {.input = eh_read_u(in), .since_us = eh_read_i(in)};
    pause.full = eh_read_flag(in);
    if (slot == NONE || in->failed || !eh_is_time(pause.since_us) || pause.input > e->input)
        return -EH_ECORRUPT;
    const struct ticket *t = &e->tickets.slots[slot];
    pause.account = eh_account_find(e, t->team, t->rep);
    if (pause.account == NONE)
        return -EH_ECORRUPT;
    uint32_t last = e->accounts.items[pause.account].pausing.list.last;
    if (last != NONE && e->pauses.items[last].input >= pause.input)
        return -EH_ECORRUPT;
    return eh_pause_add(e, slot, &pause);
}

int eh_pauses_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t begun = eh_read_u(in);
    int r = begun > ACCOUNTS_MAX ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < begun; i++)
        r = in->failed ? -EH_ECORRUPT : pausing_read(e, in);
    uint64_t count = r == 0 ? eh_read_u(in) : 0;
    if (count > EH_TICKETS_MAX)
        return -EH_ECORRUPT;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = in->failed ? -EH_ECORRUPT : pause_read(e, in);
    return r;
}
