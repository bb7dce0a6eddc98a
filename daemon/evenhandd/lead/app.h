/*
 * app: the daemon as a whole: the tick that carries inputs through the engine into PostgreSQL and
 * out again, and the life of a leader.
 *
 * It knows when each step is done, never how a thing is decided. Callbacks of the loop parse and
 * enqueue; the tick of eh_app does the work.
 *
 *     struct eh_command *c;
 *     r = eh_command_new(EH_MESSAGE_SIGNAL, on_done, request, &c, &error);
 *     c->message.rep = rep;                     // text must live in c->arena
 *     r = eh_app_submit(app, c, &error);        // < 0: not taken (standby, PostgreSQL away, full)
 *     …after COMMIT: on_done(request, &result) exactly once, then the command is freed…
 */
#ifndef EVENHAND_LEAD_APP_H
#define EVENHAND_LEAD_APP_H

#include <event2/event.h>

#include <evenhand/engine/engine.h>

#include "host/alarms.h"
#include "config.h"
#include "batch/batch.h"
#include "pg/pg.h"
#include "lead/repeats.h"

#define EH_COMMANDS_MAX           256        /* admin commands not answered yet ... */
#define EH_COMMANDS_RESERVE       32         /* ... of which the last ones are kept for operators */
#define EH_COMMANDS_BYTES_MAX     (8u << 20) /* what they hold together ... */
#define EH_COMMANDS_BYTES_RESERVE (4u << 20) /* ... of which the last are kept for operators */

enum eh_role { EH_ROLE_STARTING, EH_ROLE_STANDBY, EH_ROLE_LEADER, EH_ROLE_STOPPING };
const char *eh_role_name(enum eh_role); /* "starting" "standby" "leader" "stopping" */

struct eh_app;
/* Takes the command over on success (0). -EH_EUNAVAILABLE: not leader or PostgreSQL away;
 * -EH_EFULL: EH_COMMANDS_MAX or EH_COMMANDS_BYTES_MAX are waiting, or, without `reserve`, nearly
 * so many. On failure it
 * stays the caller's and on_done is not called. Sets the actor's field only if the caller did. */
int eh_app_submit(struct eh_app *, struct eh_command *, struct eh_error *) EH_MUST_CHECK;

/* A desk file's time zones, as eh_app_submit() looks at them. -EH_EINVAL: one is none. */
int eh_app_check_zone(struct eh_app *, const struct eh_desk *, struct eh_error *) EH_MUST_CHECK;

/* Advice on a desk's hours that have no work in the days to come from now on, a line each.
 * -EH_ENOMEM. */
int eh_app_idle_hours(struct eh_app *, const struct eh_desk *, eh_desk_line_fn *line,
                      void *context) EH_MUST_CHECK;

/* For readers of the state, since nothing leaves the process before its COMMIT is confirmed. Calls
 * on_confirmed(true) once all decisions so far are committed (at once, if nothing is in flight), or
 * on_confirmed(false) if that never became known. -EH_ENOMEM: it will not be called. */
int eh_app_when_confirmed(struct eh_app *, eh_confirmed_fn *on_confirmed,
                          void *context) EH_MUST_CHECK;

/* A clause to put behind the reason why a desk file was refused: what to do where the daemon cannot
 * mend it in its state. Or "". */
const char *eh_desk_way_out(const char *message);

/* The figures of the shell for /v1/status and /metrics. Text lives until the next tick. */
struct eh_app_status {
    enum eh_role role;
    struct eh_committed committed;
    uint64_t epoch;         /* of the lease */
    uint64_t published_seq; /* outbox, in Redis */
    uint64_t in_flight;     /* entries read, not yet committed */
    uint64_t repeats;       /* messages recognised since start */
    uint64_t superseded;    /* signals of the stream that later ones took the place of */
    uint64_t kept;          /* signals of the stream that are not acknowledged yet, see later.c */
    uint64_t batches, commits_failed;
    bool redis_up, postgres_up;
    const char *redis_address; /* for people and for `evenhand push` */
    const char *redis_error; /* why Redis is not reached; "" while it is, or before the first try */
    const char *last_error;  /* one line, "" when there was none */
    int64_t last_error_us;
    int schema;             /* version found in the database */
    bool desk_file_differs; /* the file on disk is not the one that is applied */
    const char *desk_file;
    int64_t snapshot_pause_us, snapshot_input; /* last snapshot */
    const struct eh_alarms *alarms;
};
void eh_app_status(const struct eh_app *, struct eh_app_status *ret);

/* The engine. NULL: there is none now (starting, standby, between a lost COMMIT and recovery). */
const struct eh_engine *eh_app_engine(const struct eh_app *);
const struct eh_config *eh_app_config(const struct eh_app *);
struct event_base *eh_app_base(const struct eh_app *);
/* Entries of the stream that repeated an input (repeats.h), and the id below which all entries are
 * decided. */
size_t eh_app_repeats(const struct eh_app *, struct eh_stream_id after, struct eh_stream_id last,
                      struct eh_repeat *ret, size_t max);
struct eh_stream_id eh_app_decided_before(const struct eh_app *);
/* The connection for the admin API's own reads. */
struct eh_pg *eh_app_reader(const struct eh_app *);
int64_t eh_app_now_us(struct eh_app *);
/* First moment of a day of the desk. */
int64_t eh_app_day_us(struct eh_app *, int32_t date);

/* For an engine with a desk. The zone that a rep's days are of: that of their hours, or of the
 * first of their teams that has hours, or the desk's. */
struct eh_str eh_app_rep_zone(const struct eh_app *, struct eh_str rep);
/* First moment of a day of the rep, and of the one behind today. */
int64_t eh_app_rep_day_us(const struct eh_app *, struct eh_str rep, int32_t date);
int64_t eh_app_rep_tomorrow_us(struct eh_app *, struct eh_str rep);

#endif
