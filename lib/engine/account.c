/*
 * account: finding the account of a rep in a team, and opening one.
 */
#include "calls.h"

static struct eh_key account_key(uint32_t team, uint32_t rep)
{
    uint32_t pair[2] = {team, rep};
    return eh_key_of_text(eh_str_n((const char *)pair, sizeof pair));
}

uint32_t eh_account_find(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint64_t no;
    return eh_table_get(&e->account_index, account_key(team, rep), &no) ? (uint32_t)no : NONE;
}

struct account *eh_account_add(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    if (e->account_count >= ACCOUNTS_MAX ||
        eh_array_room(&e->accounts, &e->account_capacity, e->account_count + 1, ACCOUNTS_MAX) < 0 ||
        eh_table_put(&e->account_index, account_key(team, rep), e->account_count) < 0)
        return NULL;
    struct account *account = &e->accounts[e->account_count++];
    *account = (struct account){.team = team, .rep = rep};
    return account;
}

struct account *eh_account(struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t no = eh_account_find(e, team, rep);
    if (no != NONE)
        return &e->accounts[no];
    struct account *account = eh_account_add(e, team, rep);
    if (account)
        eh_digest_account(e, account);
    return account;
}
