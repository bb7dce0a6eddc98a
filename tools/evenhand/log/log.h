/*
 * log: the log in PostgreSQL read row by row, in order, as it stands there: one input with
 * what it caused at a time. Needs no daemon, the auditor's role is enough.
 *
 * A number left out is refused, up to the head's.
 * Everything is read in one snapshot of the database, by pages: memory does not grow with the log.
 *
 *     struct eh_cli_log *log;
 *     struct eh_cli_log_row row;
 *     if (eh_cli_log_new("host=/run/postgresql dbname=evenhand", &log, &error) < 0) …
 *     while ((r = eh_cli_log_next(log, &row, &error)) > 0) {
 *         eh_record_to_input(&row.record, &arena, &in, &error);
 *         in.draws = &(struct eh_draws){.draw = eh_cli_log_draw, .context = &row};
 *         r = eh_engine_step(engine, &in, &effects);   // decides it again
 *     }
 *     eh_cli_log_free(log);
 */
#ifndef EVENHAND_TOOLS_LOG_LOG_H
#define EVENHAND_TOOLS_LOG_LOG_H

#include <evenhand/engine/record.h>

#define EH_CLI_DB       "host=/run/postgresql dbname=evenhand"
#define EH_CLI_LOG_PAGE 2000 /* rows of a table read at once */

/* The database that --db names; NULL or "-": that of $EVENHAND_DB, else EH_CLI_DB. */
const char *eh_cli_log_conninfo(const char *option);

struct eh_cli_log;

/* Text lives until the next row is read. */
struct eh_cli_log_row {
    struct eh_record record;         /* with the image of a ticket it changed, where wanted */
    const struct eh_effect *effects; /* as recorded; source, id and stream id stand elsewhere */
    uint32_t effect_count;
    /* The other columns of its row in ticket_change, when record.image_ticket is not 0. */
    struct eh_ticket_view change; /* state, priority, value, closed_us, team, outcome alone */
    uint32_t draws_taken;         /* by eh_cli_log_draw */
};

#define EH_CLI_LOG_LINK_BYTES 16

struct eh_cli_log_chain { /* one row a batch */
    uint64_t input, seq, epoch;
    struct eh_key digest;
    struct eh_chain chain;
    int16_t state; /* form of the digest (EH_STATE_VERSION); 0: from before that was written */
    bool linked;   /* to the row before it; those from before that was written are not */
    uint8_t link[EH_CLI_LOG_LINK_BYTES];
};

struct eh_cli_log_epoch { /* a draw epoch's commitment, or its seed once revealed */
    uint32_t epoch;
    bool revealed;
    struct eh_str hex;
};

struct eh_cli_log_head {
    int16_t desk;
    char name[EH_ID_MAX + 1], currency[EH_ID_MAX + 1];
    int schema; /* version */
    uint64_t input, seq, dead;
    int64_t at_us;
    uint64_t high_ms, high_no, low_ms, low_no;
    struct eh_key digest;
    struct eh_chain chain;
    bool sealed;
    uint8_t seal[EH_CLI_LOG_LINK_BYTES];
};

/* -EH_EUNAVAILABLE: no connection; -EH_EDENIED: the role may not read it; -EH_EVERSION: another
 * schema; -EH_ENOTFOUND: no desk in it, or more than one. */
int eh_cli_log_new(const char *conninfo, struct eh_cli_log **ret, struct eh_error *) EH_MUST_CHECK;
void eh_cli_log_free(struct eh_cli_log *); /* NULL allowed */

const struct eh_cli_log_head *eh_cli_log_head(const struct eh_cli_log *);
/* What a snapshot has to be of to serve: inputs that are all of days before `day` (local), and all
 * before `input`. */
struct eh_cli_log_before {
    int32_t day;    /* EH_DATE_NEVER: any */
    uint64_t input; /* UINT64_MAX: any */
};
struct eh_cli_log_snapshot {
    uint64_t input;
    int32_t day;     /* the latest of its inputs */
    unsigned others; /* newer ones that would serve, and are of another version */
};
/* The newest whole snapshot that serves, appended to `bytes`; `skip`: so many newer ones were of no
 * use. 0: there is none, or it is not ours to read; ret->others is set all the same. */
int eh_cli_log_snapshot(struct eh_cli_log *, const struct eh_cli_log_before *, int skip,
                        struct eh_bytes *bytes, struct eh_cli_log_snapshot *ret,
                        struct eh_error *) EH_MUST_CHECK;
/* Rows come with what changed of a ticket, too. Nothing is decided by that: only a proof asks. */
void eh_cli_log_want_changes(struct eh_cli_log *);
/* Rows are read from behind this input and effect on. Before anything else is read. */
void eh_cli_log_begin_behind(struct eh_cli_log *, uint64_t input, uint64_t seq);
/* Inputs up to this one, the last first / those that are rare and name a period, a desk or rules,
 * the first first; refused ones are left out of the latter. Ends where `*ret_goes_on` is false. A
 * result below 0 of the caller's function is an error. */
typedef int eh_cli_log_input_fn(void *context, const struct eh_input *, bool *ret_goes_on);
int eh_cli_log_back(struct eh_cli_log *, uint64_t input, eh_cli_log_input_fn *, void *context,
                    struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_named(struct eh_cli_log *, uint64_t input, eh_cli_log_input_fn *, void *context,
                     struct eh_error *) EH_MUST_CHECK;
/* The input that brought a ticket; 0: there is none. */
int eh_cli_log_ticket(struct eh_cli_log *, struct eh_str source, struct eh_str id, uint64_t *ret,
                      struct eh_error *) EH_MUST_CHECK;
/* The desk file that is in force at the end of the log, empty before the first; in the arena. */
int eh_cli_log_desk(struct eh_cli_log *, struct eh_arena *, struct eh_str *ret,
                    struct eh_error *) EH_MUST_CHECK;
/* 1: there is one; 0: that was all; < 0: why not. An input that is missing, and what stands under
 * one that is not there, is -EH_ECORRUPT. */
int eh_cli_log_next(struct eh_cli_log *, struct eh_cli_log_row *ret,
                    struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_chain(struct eh_cli_log *, struct eh_cli_log_chain *ret,
                          struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_epoch(struct eh_cli_log *, struct eh_cli_log_epoch *ret,
                          struct eh_error *) EH_MUST_CHECK;

/* What the command line ends with when reading or deciding the log failed with this code. */
int eh_cli_log_exit(int code);

/* An eh_draw_fn that gives the recorded results of a row in order; context: the row. */
bool eh_cli_log_draw(void *row, const struct eh_draw_query *, uint64_t *ret_result);
/* An eh_affinity_fn; context: the row. */
bool eh_cli_log_affinity(void *row, uint64_t seq);

#endif
