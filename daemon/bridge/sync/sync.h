/*
 * sync: keeps evenhand and the helpdesk of one mind: takes what the helpdesk says (webhooks,
 * answers, sweeps), compares it with what evenhand holds, and puts the difference on the inbox;
 * where `guard` says so, has the owner set back.
 *
 *     const struct eh_sync_options options = {
 *         .base = base, .connection = connection, .map = map, .feed = feed,
 *         .helpdesk = &helpdesk, .helpdesk_context = out, .has_sweep = true, .has_read = true};
 *     struct eh_sync *sync;
 *     r = eh_sync_new(&options, &sync, &error);
 *     eh_sync_take(sync, value, on_taken, taking);            // as `in` yields it
 *     eh_sync_entry(sync, entry);                             // each entry of the outbox
 *     eh_sync_sweep(sync, "the start");
 *     eh_sync_free(sync);
 */
#ifndef EVENHAND_BRIDGE_SYNC_SYNC_H
#define EVENHAND_BRIDGE_SYNC_SYNC_H

#include <event2/event.h>
#include <jansson.h>

#include "bridge/in/feed.h"
#include "bridge/map/map.h"
#include "bridge/profile/connection.h"

#define EH_SYNC_GETS_MAX  2048   /* `get`s that wait */
#define EH_SYNC_PAGES_MAX 10000  /* of one sweep */
#define EH_SYNC_LIST_S    3600   /* then what evenhand has open is asked for again */
#define EH_SYNC_ACCOUNT_S 60     /* then a rep's account is asked for again */
#define EH_SYNC_REPS_MAX  100000 /* reps whose accounts are known */
#define EH_SYNC_READS     2      /* tickets that a sweep reads at a time */
#define EH_SYNC_LOOKS_MAX 256    /* tickets that wait to be read again */

struct eh_sync_answer {
    int status;      /* 0: there is none */
    json_t *headers; /* borrowed, or NULL */
    json_t *body;    /* borrowed, or NULL */
    const char *why; /* of status 0 */
};
typedef void eh_sync_answer_fn(void *context, const struct eh_sync_answer *);

/* How the helpdesk is asked; another room does it. */
struct eh_sync_helpdesk {
    /* {method?, path, headers?, body?}. -EH_EFULL: the callback is not called. */
    int (*fetch)(void *context, const json_t *request, eh_sync_answer_fn *, void *whose);
    /* An owner that evenhand wants; NULL: nobody. */
    int (*set_owner)(void *context, const char *id, const char *account);
    /* Is an owner of this ticket being set, or about to be? */
    bool (*is_pending)(void *context, const char *id);
    /* Could none be set, which somebody has to look at? */
    bool (*is_parked)(void *context, const char *id);
};

struct eh_sync_options {
    struct event_base *base;
    const struct eh_connection *connection;
    struct eh_map *map;
    struct eh_feed *feed;
    const struct eh_sync_helpdesk *helpdesk;
    void *helpdesk_context;
    bool has_sweep, has_read; /* programs of the profile */
};

struct eh_sync_counts {
    uint64_t said;     /* values that were taken */
    uint64_t wrong;    /* ... that could not be read */
    uint64_t stale;    /* ... older than what was known */
    uint64_t foreign;  /* ... of groups that are not ours */
    uint64_t messages; /* put on the inbox */
    uint64_t reported; /* of these: an owner that somebody else has set */
    uint64_t set_back; /* owners that `guard` has had set back */
    uint64_t sweeps, sweeps_failed;
    uint64_t read; /* tickets that a sweep had to look at one by one */
};

struct eh_sync;
int eh_sync_new(const struct eh_sync_options *, struct eh_sync **ret,
                struct eh_error *) EH_MUST_CHECK;
/* No callbacks any more. The feed has gone before. */
void eh_sync_free(struct eh_sync *); /* NULL allowed */

/* r: 0, or why it was not taken: our side has failed; -EH_EINVAL: it is wrong, as the last error
 * says, and will be each time. Called once, now or later. */
typedef void eh_sync_taken_fn(void *context, int r);
void eh_sync_take(struct eh_sync *, const json_t *value, eh_sync_taken_fn *, void *context);
/* What evenhand has decided. */
void eh_sync_entry(struct eh_sync *, const json_t *entry);
/* Our owner of this ticket was set just now: what the helpdesk was asked before says nothing of it.
 */
void eh_sync_owner_set(struct eh_sync *, const char *id);
/* What evenhand decides just now the helpdesk has told it: this account, NULL: nobody, has the
 * ticket there, and no other owner was wanted since. Ask before eh_sync_entry(). */
bool eh_sync_has_said(const struct eh_sync *, const char *id, const char *account);
/* What evenhand holds of this ticket is looked up when it is said next. */
void eh_sync_forget(struct eh_sync *, const char *id);
/* Entries of the outbox are gone: what evenhand has open is asked for again by the next sweep, and
 * until then nobody is told of owners that differ. */
void eh_sync_lost(struct eh_sync *);
/* Who a rep is at the helpdesk, by a ticket that they have; NULL: nobody there. The text lives as
 * long as the sync. -EH_EUNAVAILABLE: evenhandd is being asked; ask again in a moment. */
int eh_sync_account(struct eh_sync *, const char *rep, const char *id,
                    const char **ret) EH_MUST_CHECK;
/* {id, account, open, more} as it was said last, a new reference; NULL: nothing was. */
json_t *eh_sync_previous(const struct eh_sync *, const char *id);
/* One more after the one that is under way. */
void eh_sync_sweep(struct eh_sync *, const char *why);
bool eh_sync_is_sweeping(const struct eh_sync *);
const struct eh_sync_counts *eh_sync_counts(const struct eh_sync *);
uint32_t eh_sync_known(const struct eh_sync *);         /* tickets */
const char *eh_sync_last_error(const struct eh_sync *); /* or "" */

#endif
