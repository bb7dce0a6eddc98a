/*
 * clock_bytes: the clocks of tickets in a snapshot.
 */
#include "clock_bytes.h"

#include "clocks.h"
#include "encode.h"
#include "state.h"
#include "stored.h"
#include "ticket.h"
#include "tickets.h"

void eh_clocks_put(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->clocks.count);
    for (uint32_t i = 0; e->clocks.count && i < e->tickets.order_count; i++) {
        uint32_t slot = e->tickets.order[i].slot;
        const struct clock *c = slot == NONE ? NULL : eh_clock_of(e, slot);
        if (c)
            eh_encode_clock(e, c, out);
    }
}

/* ---- read */

/* A set time within bounds, none, or what is left since a time. */
static bool moment_is_sound(const struct moment *m)
{
    bool set = m->left_us == 0 && (m->at_us == EH_TIME_NEVER || eh_is_time(m->at_us));
    return set || (m->left_us > 0 && m->left_us <= EH_TIME_LAST && eh_is_time(m->at_us));
}

static bool clock_is_sound(const struct eh_engine *e, const struct clock *c)
{
    bool sound = c->slot != NONE && c->raised <= 9;
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++)
        sound &= moment_is_sound(&c->moments[i]);
    if (!sound)
        return false;
    const struct ticket *t = &e->tickets.slots[c->slot];
    bool answer =
        c->moments[CLOCK_ANSWER].left_us || c->moments[CLOCK_ANSWER].at_us != EH_TIME_NEVER;
    bool waits = c->raised || c->moments[CLOCK_OVERFLOW].left_us || c->moments[CLOCK_AGE].left_us ||
                 c->moments[CLOCK_OVERFLOW].at_us != EH_TIME_NEVER ||
                 c->moments[CLOCK_AGE].at_us != EH_TIME_NEVER;
    bool lapses = c->moments[CLOCK_LAPSE].left_us || c->moments[CLOCK_LAPSE].at_us != EH_TIME_NEVER;
    return (answer || (!c->late && !c->own)) && !(answer && t->answered) &&
           (!waits || t->state == EH_TICKET_WAITING) &&
           (!lapses || (t->state == EH_TICKET_ASSIGNED && !t->answered));
}

static int clock_read(struct eh_engine *e, struct eh_reader *in, uint64_t *last)
{
    uint64_t no = eh_read_u(in);
    struct clock c = {.slot = in->failed || no <= *last ? NONE : eh_ticket_numbered(e, no)};
    uint8_t flags = eh_read_u8(in);
    c.own = flags & CLOCK_OWN;
    c.late = flags & CLOCK_LATE;
    c.stopped = flags & CLOCK_STOPPED;
    c.raised = eh_read_u8(in);
    for (uint32_t i = 0; i < CLOCK_EVENTS; i++) {
        c.moments[i].at_us = eh_read_i(in);
        c.moments[i].left_us = eh_read_i(in);
    }
    *last = no;
    if (in->failed || flags > CLOCK_FLAGS || !clock_is_sound(e, &c))
        return -EH_ECORRUPT;
    return eh_clock_put(e, &c);
}

int eh_clocks_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t count = eh_read_u(in), last = 0;
    int r = in->failed || count > EH_TICKETS_MAX ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < count; i++)
        r = clock_read(e, in, &last);
    return r;
}
