/*
 * desk_account: `accounts` of a rep: who they are to each helpdesk, and whose an account is.
 */
#include "desk_read.h"

#include <stdlib.h>

#define KEY "accounts"

static int sources_compare(const void *left, const void *right)
{
    const struct eh_desk_account *a = left, *b = right;
    return eh_str_compare(a->source, b->source);
}

static int account_read_text(struct desk_reader *reader, const struct desk_node *node,
                             const struct desk_path *path, struct eh_str *ret)
{
    struct eh_str text;
    int r = eh_desk_read_text(reader, node, path, &text);
    if (r < 0)
        return r;
    if (!eh_name_valid(text, EH_DESK_ACCOUNT_MAX))
        return eh_desk_refuse(reader, node, path, EH_EINVAL,
                              "`%.*s` is no account; an account is 1 to %d bytes without control "
                              "characters",
                              EH_STR_ARG(eh_str_cut(text, 40)), EH_DESK_ACCOUNT_MAX);
    return eh_desk_keep_text(reader, text, ret);
}

/* Reads a source and its account into accounts[count], and refuses a source that is in the map
 * already. */
static int account_read(struct desk_reader *reader, const struct desk_node *key,
                        const struct desk_path *up, struct eh_desk_account *accounts,
                        uint32_t count)
{
    struct eh_desk_account *account = &accounts[count];
    int r = eh_desk_read_name(reader, key, up, &account->source);
    if (r < 0)
        return r;
    struct desk_path path = eh_desk_path_key(up, account->source);
    for (uint32_t i = 0; i < count; i++)
        if (eh_str_equal(accounts[i].source, account->source))
            return eh_desk_refuse(reader, key, &path, EH_EINVAL, "stands twice in the same map");
    return account_read_text(reader, key->next, &path, &account->account);
}

int eh_desk_read_accounts(struct desk_reader *reader, const struct desk_node *node,
                          const struct desk_path *path, void *ret)
{
    struct eh_desk_rep *rep = ret;
    int r = eh_desk_check_map(reader, node, path);
    if (r < 0)
        return r;
    if (node->size > EH_DESK_ACCOUNTS_MAX)
        return eh_desk_refuse(reader, node, path, EH_ERANGE, "has %u accounts, more than %d",
                              node->size, EH_DESK_ACCOUNTS_MAX);
    rep->accounts = eh_arena_alloc(reader->arena, (node->size + (size_t)1) * sizeof *rep->accounts);
    if (!rep->accounts)
        return eh_desk_out_of_memory(reader);
    for (const struct desk_node *key = node->first; key; key = key->next->next) {
        r = account_read(reader, key, path, rep->accounts, rep->account_count);
        if (r < 0)
            return r;
        rep->account_count++;
    }
    qsort(rep->accounts, rep->account_count, sizeof *rep->accounts, sources_compare);
    return 0;
}

/* ---- The accounts of all reps. */

static int accounts_compare(const void *left, const void *right)
{
    const struct eh_desk_account *a = ((const struct eh_desk_account_of *)left)->account;
    const struct eh_desk_account *b = ((const struct eh_desk_account_of *)right)->account;
    int order = eh_str_compare(a->source, b->source);
    return order ? order : eh_str_compare(a->account, b->account);
}

/* The value behind a key of a map, or NULL. */
static const struct desk_node *map_value(const struct desk_node *map, struct eh_str key)
{
    for (const struct desk_node *at = map->first; at; at = at->next->next)
        if (eh_str_equal(eh_str_n(at->text, at->size), key))
            return at->next;
    return NULL;
}

/* Finds the node of a rep's account at `source` in the file, and the rep's place in `reps`. */
static const struct desk_node *account_node(const struct desk_node *reps,
                                            const struct eh_desk_rep *rep, struct eh_str source,
                                            uint32_t *ret_rep)
{
    *ret_rep = 0;
    for (const struct desk_node *item = reps->first; item; item = item->next, ++*ret_rep) {
        const struct desk_node *id = item->kind == DESK_MAP ? map_value(item, eh_str("id")) : NULL;
        if (id && eh_str_equal(eh_str_n(id->text, id->size), rep->id))
            return map_value(map_value(item, eh_str(KEY)), source);
    }
    return NULL;
}

/* Refuses the later one of two equal accounts of the file, and names the line of the earlier one.
 */
static int account_refuse_double(struct desk_reader *reader, const struct desk_path *path,
                                 const struct desk_node *reps,
                                 const struct eh_desk_account_of *twice)
{
    const struct eh_desk *desk = reader->desk;
    const struct eh_desk_account *account = twice->account;
    const struct desk_node *node[2];
    uint32_t rep[2];
    for (int i = 0; i < 2; i++) {
        node[i] = account_node(reps, &desk->reps[twice[i].rep], account->source, &rep[i]);
        eh_require(node[i]);
    }
    int late = rep[0] < rep[1];
    struct desk_path item = eh_desk_path_item(path, rep[late]);
    struct desk_path accounts = eh_desk_path_key(&item, eh_str(KEY));
    struct desk_path at = eh_desk_path_key(&accounts, account->source);
    return eh_desk_refuse(reader, node[late], &at, EH_EINVAL,
                          "`%.*s` is taken by the one on line %u",
                          EH_STR_ARG(eh_str_cut(account->account, 40)), node[!late]->line);
}

int eh_desk_arrange_accounts(struct desk_reader *reader, const struct desk_path *path,
                             const struct desk_node *reps)
{
    struct eh_desk *desk = reader->desk;
    size_t count = 0;
    for (uint32_t i = 0; i < desk->rep_count; i++)
        count += desk->reps[i].account_count;
    desk->accounts = eh_arena_alloc(reader->arena, (count + 1) * sizeof *desk->accounts);
    if (!desk->accounts)
        return eh_desk_out_of_memory(reader);
    for (uint32_t i = 0; i < desk->rep_count; i++)
        for (uint32_t n = 0; n < desk->reps[i].account_count; n++)
            desk->accounts[desk->account_count++] =
                (struct eh_desk_account_of){&desk->reps[i].accounts[n], i};
    qsort(desk->accounts, desk->account_count, sizeof *desk->accounts, accounts_compare);
    for (uint32_t i = 1; i < desk->account_count; i++)
        if (accounts_compare(&desk->accounts[i - 1], &desk->accounts[i]) == 0)
            return account_refuse_double(reader, path, reps, &desk->accounts[i - 1]);
    return 0;
}

/* ---- Queries of a desk. */

const struct eh_desk_rep *eh_desk_find_account(const struct eh_desk *desk, struct eh_str source,
                                               struct eh_str account)
{
    const struct eh_desk_account pair = {source, account};
    const struct eh_desk_account_of wanted = {&pair, 0};
    uint32_t low = 0, high = desk->account_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = accounts_compare(&desk->accounts[middle], &wanted);
        if (order == 0)
            return &desk->reps[desk->accounts[middle].rep];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct eh_str eh_desk_rep_account(const struct eh_desk_rep *rep, struct eh_str source)
{
    for (uint32_t i = 0; i < rep->account_count; i++)
        if (eh_str_equal(rep->accounts[i].source, source))
            return rep->accounts[i].account;
    return eh_str_n(NULL, 0);
}

struct eh_str eh_desk_account(const struct eh_desk *desk, struct eh_str rep, struct eh_str source)
{
    const struct eh_desk_rep *found = desk && rep.size > 0 ? eh_desk_rep(desk, rep) : NULL;
    return found ? eh_desk_rep_account(found, source) : eh_str_n(NULL, 0);
}
