/*
 * accounts: who reps are at the helpdesk. The outbox names reps; a ticket, as the admin socket
 * shows it, has the account of the rep who has it.
 */
#include "bridge/sync/private.h"

#include <stdlib.h>
#include <time.h>

#define AGAIN_S 1 /* after a question that was not answered, or the answer: nobody there */

struct rep {
    const char *name, *account; /* kept by the holdings */
    int64_t until_s;            /* CLOCK_MONOTONIC: it is known before that */
    int64_t asked_s;
    bool asking;
};

struct eh_accounts {
    struct eh_sync *sync;
    struct eh_table by_name;
    struct rep *reps;
    uint32_t count, capacity;
};

static int64_t monotonic_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec + 1;
}

int eh_accounts_new(struct eh_sync *sync, struct eh_accounts **ret)
{
    struct eh_accounts *accounts = calloc(1, sizeof *accounts);
    if (!accounts)
        return -EH_ENOMEM;
    accounts->sync = sync;
    *ret = accounts;
    return 0;
}

void eh_accounts_free(struct eh_accounts *accounts)
{
    if (!accounts)
        return;
    eh_table_done(&accounts->by_name);
    free(accounts->reps);
    free(accounts);
}

static struct rep *rep_find(const struct eh_accounts *accounts, const char *name)
{
    uint64_t at;
    return eh_table_get(&accounts->by_name, eh_key_of_text(eh_str(name)), &at) ? &accounts->reps[at]
                                                                               : NULL;
}

static struct rep *rep_add(struct eh_accounts *accounts, const char *name)
{
    const char *kept = eh_holdings_keep(accounts->sync->holdings, name);
    if (!kept ||
        eh_array_room(&accounts->reps, &accounts->capacity, accounts->count + 1, EH_SYNC_REPS_MAX) <
            0 ||
        eh_table_put(&accounts->by_name, eh_key_of_text(eh_str(name)), accounts->count) < 0)
        return NULL;
    struct rep *rep = &accounts->reps[accounts->count++];
    *rep = (struct rep){.name = kept};
    return rep;
}

static void learn(struct eh_accounts *accounts, const json_t *ticket)
{
    const char *name = json_string_value(json_object_get(ticket, "rep"));
    const char *account = json_string_value(json_object_get(ticket, "account"));
    struct rep *rep = name ? rep_find(accounts, name) : NULL;
    if (name && !rep)
        rep = rep_add(accounts, name);
    if (!rep)
        return;
    rep->account = eh_holdings_keep(accounts->sync->holdings, account);
    rep->until_s = monotonic_s() + (rep->account ? EH_SYNC_ACCOUNT_S : AGAIN_S);
}

/* Somebody else may have the ticket by now: then another entry follows, and for this one it does
 * not matter who that rep is. */
static void on_answer(void *context, const struct eh_asker_answer *answer)
{
    struct eh_accounts *accounts = context;
    int64_t now = monotonic_s();
    bool known = answer->status == 200 || answer->status == 404;
    if (answer->status == 200)
        learn(accounts, answer->body);
    else if (!known)
        eh_sync_fail(accounts->sync, "an account cannot be looked up: %s", eh_asker_words(answer));
    for (uint32_t i = 0; i < accounts->count; i++) {
        struct rep *rep = &accounts->reps[i];
        if (rep->asking && known && rep->until_s <= now)
            rep->until_s = now + AGAIN_S;
        rep->asking = false;
    }
}

static int ask(struct eh_accounts *accounts, struct rep *rep, const char *id)
{
    char source[3 * EH_NAME_MAX + 4], part[3 * EH_NAME_MAX + 4], target[7 * EH_NAME_MAX + 32];
    struct eh_sync *sync = accounts->sync;
    if (!eh_asker_encode(sync->options.connection->source, source, sizeof source) ||
        !eh_asker_encode(id, part, sizeof part))
        return -EH_EINVAL;
    eh_format(target, sizeof target, "/v1/tickets/%s/%s", source, part);
    rep->asked_s = monotonic_s();
    int r = eh_asker_get(sync->asker, target, on_answer, accounts);
    rep->asking = r == 0;
    return r;
}

int eh_sync_account(struct eh_sync *sync, const char *name, const char *id, const char **ret)
{
    struct eh_accounts *accounts = sync->accounts;
    struct rep *rep = rep_find(accounts, name);
    int64_t now = monotonic_s();
    if (!rep)
        rep = rep_add(accounts, name);
    if (!rep)
        return -EH_EUNAVAILABLE;
    if (now < rep->until_s) {
        *ret = rep->account;
        return 0;
    }
    if (!rep->asking && (!rep->asked_s || now - rep->asked_s >= AGAIN_S))
        (void)!ask(accounts, rep, id);
    return -EH_EUNAVAILABLE;
}
