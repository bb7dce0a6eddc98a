/* app_private: what the files of the app share. See app.h. */
#ifndef EVENHAND_LEAD_APP_PRIVATE_H
#define EVENHAND_LEAD_APP_PRIVATE_H

#include "host/alarms.h"
#include "lead/app.h"
#include "batch/batch.h"
#include "lead/checkpoint.h"
#include "host/child.h"
#include "host/clock.h"
#include "inbox/inbox.h"
#include "lead/keys.h"
#include "lead/lookout.h"
#include "lead/quarantine.h"
#include "store/recovery.h"
#include "redis/rights.h"
#include "lead/skips.h"
#include "store/store.h"
#include "lead/trusted_time.h"
#include "outbox/outbox.h"

#include <evenhand/engine/periods.h>
#include <sys/stat.h>

#define EH_STOP_S               10  /* a clean stop may take so long */
#define EH_CHECKPOINT_S         600 /* between two checkpoints when nothing calls for one */
#define EH_CHECKPOINTS_WAIT_MAX 16  /* while others are written */

/* The table ledger is brought up to date member by member, in rounds. */
struct eh_books {
    uint64_t input;        /* as of which the last whole round is */
    uint64_t seen_input;   /* head a second ago */
    uint64_t round_input;  /* 0: no round under way */
    uint32_t team, member; /* the next one of the round */
    uint32_t counted;      /* members of the round so far */
    int64_t done_us;       /* when the last round ended, monotonic */
    uint32_t members;      /* how many it had */
    struct event *soon;    /* a round begins shortly after a commit */
    /* The table book: the roster of a desk, and a round over the pools of all teams. */
    bool has_roster;
    uint8_t roster_sha256[32]; /* of the desk it was written for */
    uint64_t pools_input, pools_round;
    uint32_t pools_team;
    int64_t pools_done_us;
};

/* What is known of other clocks, see start_time.c. */
#define EH_TIME_WAIT_US 1000000 /* a start waits so long for Redis to say its time ... */
#define EH_TIME_LOOK_US 20000   /* ... and looks so often */
struct eh_start_time {
    struct eh_time_offset servers[EH_TIME_SERVERS];
    int64_t began_us; /* of this process, monotonic */
    bool judged;      /* with both servers' clocks, once */
    struct event *wait;
};

/* Bodies of refused entries that are kept, in this minute. */
#define EH_DEAD_BODIES_A_MINUTE 100
struct eh_dead_bodies {
    int64_t minute; /* since 1970 */
    unsigned kept;
};

struct eh_app {
    struct event_base *base;
    const struct eh_config *config;
    struct eh_clock clock;
    struct eh_keys keys; /* master key and the seed of the epoch in use */
    const char *new_key; /* why the key is lost, as the operator says, or NULL; then it ends */
    bool new_key_made, new_key_due; /* in its file; not in the log yet */
    const char *accept_time;        /* why the clock is right, as the operator says, or NULL */
    bool accept_due;                /* not in the log yet */
    struct eh_start_time start_time;
    enum eh_role role;
    bool stop_asked; /* by what was done: life.c begins the stop */
    int exit_code;
    char desk_id[EH_ID_MAX + 1];

    struct eh_store *store;
    struct eh_head head;    /* of the last batch decided */
    struct eh_head durable; /* of the last one committed */
    struct eh_recovery *recovery;
    struct eh_engine *engine; /* for deciding while `deciding`, otherwise for reading only */
    bool deciding;            /* leading, recovered: inputs are taken */
    bool resuming;            /* leading, and on the way back to the last commit, or holding */
    int64_t hold_until_us;    /* monotonic; 0: nothing is held */
    bool held_by_time;        /* by no item: any commit ends it */
    struct eh_quarantine quarantine;
    struct eh_skips skips;

    struct eh_redis_link *writes;
    bool rights_seen; /* Redis once allowed all that is needed */
    struct eh_inbox *inbox;
    struct eh_outbox *outbox;
    struct eh_admin *admin; /* life.c owns it; nothing here looks into it */
    struct eh_pg *reader;

    struct eh_batch *filling;                    /* takes entries and commands */
    struct eh_batch *left_over;                  /* what the last batches had no room for */
    struct eh_batch *recalling;                  /* being looked up */
    struct eh_batch *in_flight, *in_flight_last; /* decided, not confirmed; oldest first */
    struct eh_batch *settled;                    /* confirmed after the lookup under way was sent */
    struct eh_batch *spare;                      /* empty: the next one to fill, or NULL */
    struct eh_suspects *suspects;          /* entries that wait for one to be tried, or NULL ... */
    size_t suspect_entries, suspect_bytes; /* ... and what they come to */
    size_t in_flight_entries, in_flight_bytes;
    size_t commands, command_bytes; /* taken and not answered */
    struct eh_pace pace;
    int64_t answered_us; /* monotonic: when the last commit was */
    bool items_first;    /* the batch before was full of what was due */
    struct eh_committed committed;
    struct eh_draws draws;
    struct eh_bytes scratch;

    struct eh_later *later;    /* signals kept until they may become inputs, or NULL */
    size_t holding, following; /* tickets and others that shall wait on the stream, and the inbox
                                  was not told yet */
    struct eh_child *history;  /* counts facts of the past; nothing is decided meanwhile */

    struct event *hold_over, *tick, *timer, *signals[3], *housekeeping, *stop_deadline;
    int64_t snapshot_at_us, snapshot_pause_us;
    uint64_t snapshot_input;
    int32_t latest_day;             /* of the inputs decided: local, days since 1970 */
    uint64_t checkpoint_input;      /* of the last one called for ... */
    int64_t checkpoint_at_us;       /* ... and when, monotonic */
    struct eh_child *checkpointing; /* writes the ones before, or NULL */
    struct eh_checkpoint checkpoints[EH_CHECKPOINTS_WAIT_MAX]; /* wait for it */
    size_t checkpoints_waiting;
    struct eh_dead_bodies dead_bodies;
    struct eh_checkpoint seen; /* the last one of an earlier life */
    struct eh_books books;     /* how far the table ledger is */
    bool released;             /* stopping: a standby was told that it may take over */
    bool ready;                /* READY=1 was sent */

    struct eh_repeats repeated; /* the last of them */
    uint64_t repeats, superseded, batches, commits_failed;
    char last_error[EH_ERROR_TEXT_MAX], redis_address[300];
    struct eh_alarms alarms;
    struct eh_lookout lookout;
    int64_t last_error_us;
    bool inbox_up, desk_file_differs;
    struct stat desk_file_seen; /* as it was compared last; all 0: never */
};

/* trouble.c */
void app_error(struct eh_app *, const char *text); /* the last error, as people are shown it */
/* Raises the alarm with the error's sentence when r < 0, or clears it. */
void app_alarm_tell(struct eh_app *, enum eh_alarm, int r, const struct eh_error *);
void app_fatal(struct eh_app *, int exit_code, const char *why); /* says why, and ends */

/* pipeline.c */
void app_wake(struct eh_app *); /* the tick runs before the loop sleeps again */
void app_set_room(struct eh_app *);
struct eh_batch *app_filling(struct eh_app *);     /* the batch that takes more; NULL: no memory */
struct eh_batch *app_empty_batch(struct eh_app *); /* NULL: no memory */
struct eh_batch *app_next(struct eh_app *);        /* the one to be decided next, or NULL */
struct eh_batch *app_take_next(struct eh_app *);   /* ... which is the caller's now */
void app_done_with(struct eh_app *, struct eh_batch *); /* its memory serves another */
/* The items from `first` on are decided next, in the batch after this one. -EH_ENOMEM. */
int app_carry(struct eh_app *, struct eh_batch *, size_t first) EH_MUST_CHECK;
bool app_pipeline_empty(const struct eh_app *);                   /* nothing is on its way */
void app_pace_commit(struct eh_app *, const struct eh_batch *);   /* it is committed */
void app_head_advance(struct eh_head *, const struct eh_batch *); /* to the end of the batch */

/* answers.c */
void app_answer(struct eh_app *, struct eh_item *, const struct eh_command_result *);
/* All commands of a batch, which then has entries alone. */
void app_answer_commands(struct eh_app *, struct eh_batch *, const struct eh_command_result *);
void app_tell_watchers(struct eh_batch *, bool confirmed);
void app_drop_batch(struct eh_app *, struct eh_batch *); /* whoever watched it is told */
/* Nothing is known of what became of it, or it was never decided: everybody is told why. */
void app_give_up_batch(struct eh_app *, struct eh_batch *, const char *why);
void app_give_up_list(struct eh_app *, struct eh_batch **list, const char *why);

/* checkpoints.c */
void app_checkpoint_write(struct eh_app *, uint64_t input, struct eh_key digest,
                          const struct eh_chain *);
void app_checkpoint_maybe(struct eh_app *, const struct eh_batch *); /* it is committed */
/* The next batch that is committed gets a line on the checkpoint file. */
void app_checkpoint_soon(struct eh_app *);

/* tick.c */
void app_tick_begin(struct eh_app *);
void app_timer_arm(struct eh_app *); /* for what time brings next */
void app_recalled(void *context, struct eh_batch *);
void app_committed(void *context, struct eh_batch *);

/* leader.c */
void app_begin_ticking(struct eh_app *);
void app_forget_all(struct eh_app *, const char *why); /* answers what is not answered yet */
/* Of a clean stop: checkpoint, ledger, snapshot, each if there is something new. */
void app_final_writes(struct eh_app *);
extern const struct eh_store_callbacks app_store_callbacks;
extern const struct eh_inbox_callbacks app_inbox_callbacks;
/* eh_outbox_want_fn: a page of what was committed, from the store. */
void app_want_notices(void *context, uint64_t from_seq, uint64_t from_dead_input);

/* snapshots.c */
void app_snapshot_take(struct eh_app *);  /* not while one is being written */
void app_snapshot_maybe(struct eh_app *); /* where so many inputs came, or time passed */
/* Before a batch of that local day is decided: where it begins a month. */
void app_snapshot_month(struct eh_app *, int32_t day);
void app_day_is(struct eh_app *); /* behind what was decided */
/* An eh_recovery_month_fn. */
bool app_snapshot_past(void *app, const struct eh_engine *, int32_t day);

/* refused.c: all that was decided and is not committed is to be decided again, without the one that
 * was refused. */
void app_refused(struct eh_app *, const struct eh_refusal *);
void app_refused_over(struct eh_app *, const struct eh_batch *); /* it is committed */
void app_refused_tick(struct eh_app *);                          /* once a second: alarms */

/* suspects.c: entries, in their order; one that keeps coming back is tried in a child first. */
void app_take_entries(void *context, const struct eh_inbox_entry *, size_t count);
void app_suspects_forget(struct eh_app *); /* the inbox hands them over again */

/* intake.c: from an entry to an item. kills: its decoder died of it. */
void app_take_entry(struct eh_app *, const struct eh_inbox_entry *, bool kills);
int app_decode(char encoding, struct eh_str body, struct eh_arena *, struct eh_message *ret,
               struct eh_error *) EH_MUST_CHECK;

/* inbox_trust.c: alarms of what Redis says of the inbox. */
void app_inbox_end(void *context, struct eh_stream_id end);
void app_inbox_doubt(void *context, const struct eh_inbox_doubt *);

/* recent.c */
/* What PostgreSQL recalled for an item, made newer by what is still on its way there. */
void app_recent_overlay(const struct eh_app *, const struct eh_batch *, struct eh_item *);
int app_recent_add(struct eh_batch *, const struct eh_record *) EH_MUST_CHECK;
int app_recent_add_personal(struct eh_batch *, const struct eh_input *) EH_MUST_CHECK;

/* fill.c: -EH_ENOMEM. */
int app_fill(struct eh_app *, struct eh_batch *, struct eh_input *) EH_MUST_CHECK;

/* step.c */
/* Decides one input and appends its rows. `item` is NULL for what nobody sent. */
int app_step(struct eh_app *, struct eh_batch *, struct eh_input *,
             const struct eh_item *) EH_MUST_CHECK;
/* One more word about what was done to the message. */
int app_step_add_word(struct eh_batch *, struct eh_message *, const char *word) EH_MUST_CHECK;

/* timely.c: each appends its inputs, if there is something to say. */
int app_step_rules(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_new_key(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_accept_time(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_skipped_tickets(struct eh_app *, struct eh_batch *) EH_MUST_CHECK;
int app_step_day(struct eh_app *, struct eh_batch *, int32_t *ret_date) EH_MUST_CHECK;
/* What is due, until the batch weighs `most`. */
int app_step_due(struct eh_app *, struct eh_batch *, int32_t date, uint32_t most) EH_MUST_CHECK;
bool app_is_due(const struct eh_app *, const struct eh_batch *); /* something still is */

/* decide.c */
int app_decide(struct eh_app *, struct eh_batch *, struct eh_error *) EH_MUST_CHECK;

/* later.c: signals above their rate. */
#define EH_LATER_BYTES_MAX (16u << 20) /* of all that are kept */
/* True: it is no input, now or at all; item->result is set. */
bool app_later_takes(struct eh_app *, const struct eh_batch *, struct eh_item *);
void app_later_move(struct eh_app *, int64_t now_us); /* what is due goes into the next batch */
int64_t app_later_due_us(const struct eh_app *);
void app_later_flush(struct eh_app *);  /* all are due */
void app_later_unread(struct eh_app *); /* the inbox hands over again what is not acknowledged */
size_t app_later_pending(const struct eh_app *); /* entries that are not acknowledged */
void app_later_forget(struct eh_app *);          /* somebody else leads */
void app_later_free(struct eh_app *);

/* full.c: true: it is not decided now. What comes from the stream is held, then; somebody who asked
 * over the socket has their answer in item->result. */
bool app_full_holds(struct eh_app *, struct eh_batch *, struct eh_item *);
void app_full_came(struct eh_app *, const struct eh_input *); /* it was decided */
void app_full_hold(struct eh_app *, const struct eh_batch *); /* committed: hands it to the inbox */
void app_full_look(struct eh_app *); /* lets go what there is room for; keeps the alarm */

/* history.c: whether a desk file waits for facts of the past, or for them to be counted. */
bool app_history_holds(struct eh_app *);
/* A desk file that would need them and has none. */
bool app_history_lacks(const struct eh_app *, const struct eh_item *);
void app_history_stop(struct eh_app *);

/* new_key.c: before anything is decided: the key is there and fits; at the first start it is made,
 * and when it is lost, and the operator said so. */
int app_key_ready(struct eh_app *, const struct eh_totals *, struct eh_error *) EH_MUST_CHECK;
void app_new_key_message(const struct eh_app *, struct eh_message *ret);
void app_new_key_done(struct eh_app *); /* it is in the log: says so, and stops */

/* start_time.c: before anything is decided: whether the clock may be believed. */
bool app_time_waits(struct eh_app *); /* true: not now; start_time.wait comes back to it */
int app_time_ready(struct eh_app *, struct eh_error *) EH_MUST_CHECK;
void app_time_ask_redis(struct eh_app *); /* the link came up */
void app_accept_time_message(const struct eh_app *, struct eh_message *ret);
void app_accept_time_done(struct eh_app *); /* it is in the log */

/* seen.c: an alarm where the log is not the one that the checkpoint file has seen. */
void app_seen_compare(struct eh_app *);

/* books.c: once a second, and to the end at a clean stop */
void app_books_tick(struct eh_app *);
void app_books_soon(struct eh_app *); /* something was committed */
void app_books_finish(struct eh_app *);
void app_books_forget(struct eh_app *); /* another state: all is to be written */

/* desk_file.c */
void app_desk_file_load(struct eh_app *, const char *actor); /* read it and submit what it says */
void app_desk_file_check(struct eh_app *); /* does it differ from what is applied */
/* The same, where the file has changed since the last look. -EH_E…: it cannot be read. */
int app_desk_file_look(struct eh_app *, struct eh_error *) EH_MUST_CHECK;
/* Sets desk_id, currency and the clock's zone from the file. */
int app_desk_file_identity(struct eh_app *, char currency[4], struct eh_error *) EH_MUST_CHECK;

#endif
