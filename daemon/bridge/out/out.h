/*
 * out: the way out of the bridge: what evenhand decides becomes the owner in the helpdesk.
 *
 * Reads the outbox from the cursor on, makes a job of each owner of our source, sends its requests,
 * parks what cannot be done, and moves the cursor behind what is done. All of it survives kill -9:
 * what may have been done already is read back before it is done again.
 *
 *     const struct eh_out_options options = {
 *         .base = base, .connection = connection, .profile = profile, .map = map,
 *         .address = &address, .outbox_key = "evenhand:{main}:outbox",
 *         .on_entry = on_entry, .on_sweep = on_sweep, .context = bridge};
 *     struct eh_out *out;
 *     r = eh_out_new(&options, &out, &error);
 *     eh_out_start(out);
 *     r = eh_out_set_owner(out, "7", "ana@shop.example");   // guard: set it back
 *     r = eh_out_fetch(out, request, on_answer, sweep);     // at the helpdesk's own rate
 *     r = eh_out_retry(out, "7", &error);                   // what is parked
 *     eh_out_free(out);
 */
#ifndef EVENHAND_BRIDGE_OUT_OUT_H
#define EVENHAND_BRIDGE_OUT_OUT_H

#include "bridge/map/map.h"
#include "bridge/out/jobs.h"
#include "bridge/out/sender.h"
#include "bridge/profile/connection.h"
#include "bridge/profile/profile.h"
#include "redis/link.h"

#define EH_OUT_OUTAGE_S 5 /* a helpdesk that was away for so long is swept when it is back */

struct eh_out_options {
    struct event_base *base;
    const struct eh_connection *connection; /* unlocked; outlives this */
    const struct eh_profile *profile;       /* the same */
    struct eh_map *map;                     /* its programs are numbered as enum eh_program */
    const struct eh_redis_address *address;
    const char
        *outbox_key; /* NULL: no entry is read, and no owner set: only eh_out_fetch() works */
    json_t *session; /* see sender.h, or NULL */
    /* The account of a rep of whom an entry names none, for the ticket it is about: the caller's
     * text, NULL: they have none. Below 0: nobody knows yet; asked again. NULL: nobody is asked. */
    int (*account_of)(void *context, const char *rep, const char *id, const char **ret);
    /* The helpdesk has said itself that this account has the ticket, NULL: nobody, and no owner of
     * ours was wanted since: none is set. NULL: it is not known of any. */
    bool (*is_said)(void *context, const char *id, const char *account);
    void (*on_entry)(void *context, const json_t *entry); /* each of our source; borrowed */
    void (*on_set)(void *context, const char *id);        /* its owner is set; or NULL */
    void (*on_caught_up)(void *context);                  /* all that is there was read; or NULL */
    void (*on_lost)(void *context);                       /* entries were never read; or NULL */
    void (*on_sweep)(void *context, const char *why);     /* a sweep is needed */
    json_t *(*previous)(void *context, const char *id);   /* NULL, or a new reference or NULL */
    void *context;
    int64_t fail_us, behind_s; /* 0: as jobs.h and tail.h say */
};

struct eh_out_figures {
    struct eh_jobs_figures jobs;
    struct eh_sender_figures sender;
    uint32_t parked;
    uint64_t read, cursor, cursor_on_disk; /* numbers of the outbox */
    bool outbox_up;
    const char *trouble;        /* why the helpdesk is left alone, or "" */
    const char *last_failure;   /* or "" */
    const char *disk_trouble;   /* or "" */
    const char *outbox_trouble; /* or NULL */
};

struct eh_out;
int eh_out_new(const struct eh_out_options *, struct eh_out **ret, struct eh_error *) EH_MUST_CHECK;
/* Not from within a callback; no callbacks any more. */
void eh_out_free(struct eh_out *); /* NULL allowed */
void eh_out_start(struct eh_out *);
/* Of no entry of the outbox. account NULL: nobody. -EH_EFULL, -EH_ENOMEM. */
int eh_out_set_owner(struct eh_out *, const char *id, const char *account) EH_MUST_CHECK;
/* An owner of this ticket is being set, or waits for it. */
bool eh_out_is_pending(const struct eh_out *, const char *id);
bool eh_out_is_parked(const struct eh_out *, const char *id);
/* -EH_EFULL, -EH_EINVAL: it is no request. */
int eh_out_fetch(struct eh_out *, json_t *request, eh_web_fn *, void *whose) EH_MUST_CHECK;
void eh_out_forget(struct eh_out *, const void *whose);
/* What is parked: tried again, or dropped. -EH_ENOTFOUND, -EH_EFULL; of one that is parked for a
 * rep without an account, -EH_ECONFLICT: they have none still, -EH_EUNAVAILABLE: evenhandd is being
 * asked; ask again in a moment. */
int eh_out_retry(struct eh_out *, const char *id, struct eh_error *) EH_MUST_CHECK;
int eh_out_drop(struct eh_out *, const char *id, struct eh_error *) EH_MUST_CHECK;
int eh_out_each_parked(const struct eh_out *, eh_parked_fn *, void *context,
                       struct eh_error *) EH_MUST_CHECK;
void eh_out_figures(const struct eh_out *, struct eh_out_figures *ret);

#endif
