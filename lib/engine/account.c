/*
 * account: finding the account of a rep in a team, and opening one.
 */
#include "account.h"

#include "digest.h"
#include "interner.h"
#include "state.h"

static struct eh_key account_key(uint32_t team, uint32_t rep)
{
    uint32_t pair[2] = {team, rep};
    return eh_key_of_text(eh_str_n((const char *)pair, sizeof pair));
}

uint32_t eh_account_find(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint64_t no;
    return eh_table_get(&e->accounts.index, account_key(team, rep), &no) ? (uint32_t)no : NONE;
}

struct account *eh_account_read(struct eh_engine *e, struct eh_reader *in)
{
    uint32_t team = eh_interner_find(&e->roster.team_ids, eh_read_str(in));
    uint32_t rep = eh_interner_find(&e->roster.rep_ids, eh_read_str(in));
    uint32_t no = team == NONE || rep == NONE ? NONE : eh_account_find(e, team, rep);
    return no == NONE ? NULL : &e->accounts.items[no];
}

struct account *eh_account_add(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    if (e->accounts.count >= ACCOUNTS_MAX ||
        eh_array_room(&e->accounts.items, &e->accounts.capacity, e->accounts.count + 1,
                      ACCOUNTS_MAX) < 0 ||
        eh_table_put(&e->accounts.index, account_key(team, rep), e->accounts.count) < 0)
        return NULL;
    struct account *account = &e->accounts.items[e->accounts.count++];
    *account =
        (struct account){.team = team, .rep = rep, .pausing.list = {.first = NONE, .last = NONE}};
    return account;
}

struct account *eh_account(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t no = eh_account_find(e, team, rep);
    if (no != NONE)
        return &e->accounts.items[no];
    struct account *account = eh_account_add(e, team, rep);
    if (account)
        eh_digest_account(e, account);
    return account;
}
