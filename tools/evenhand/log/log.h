/*
 * log: reads the log in PostgreSQL in order, one input with its effects at a time. It needs no
 * daemon; the role evenhand_auditor is enough.
 *
 * A gap in the numbers of inputs, up to the head's, is an error.
 * Everything is read in one snapshot of the database, by pages: memory does not grow with the log.
 *
 *     struct eh_cli_log *log;
 *     struct eh_cli_log_row row;
 *     if (eh_cli_log_new("host=/run/postgresql dbname=evenhand", &log, &error) < 0) …
 *     while ((r = eh_cli_log_next(log, &row, &error)) > 0) {
 *         eh_record_to_input(&row.record, &in, &error);
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

/* The database of --db; NULL or "-": $EVENHAND_DB, else EH_CLI_DB. */
const char *eh_cli_log_conninfo(const char *option);

struct eh_cli_log;

/* Text lives until the next row is read. */
struct eh_cli_log_row {
    struct eh_record
        record; /* with the image of the ticket it changed, after eh_cli_log_want_changes() */
    const struct eh_effect
        *effects; /* as recorded; without source, id and stream id, which its row does not hold */
    uint32_t effect_count;
    /* The other columns of the row in ticket_change; set when record.image_ticket is not 0. */
    struct eh_change_row change;
    uint32_t draws_taken; /* by eh_cli_log_draw */
};

#define EH_CLI_LOG_LINK_BYTES 16

struct eh_cli_log_chain { /* one row a batch */
    uint64_t input, seq, epoch;
    struct eh_key digest;
    struct eh_chain chain;
    int16_t state; /* EH_STATE_VERSION of the digest; 0: an old row that does not say it */
    bool linked;   /* the row has a link to the one before; old rows have none */
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
/* Which snapshots serve: all their inputs are of local days before `day`, and lie before `input`.
 */
struct eh_cli_log_before {
    int32_t day;    /* EH_DATE_NEVER: any */
    uint64_t input; /* UINT64_MAX: any */
};
struct eh_cli_log_snapshot {
    uint64_t input;
    int32_t day;     /* the latest of its inputs */
    unsigned others; /* newer ones that would serve, but have another version */
};
/* Appends the newest complete snapshot that serves to `bytes`, after skipping `skip` of them. 1:
 * there is one; 0: there is none, or the role may not read it. ret->others is set in both cases. */
int eh_cli_log_snapshot(struct eh_cli_log *, const struct eh_cli_log_before *, int skip,
                        struct eh_bytes *bytes, struct eh_cli_log_snapshot *ret,
                        struct eh_error *) EH_MUST_CHECK;
/* From now on rows come with the change of a ticket, which verify compares. */
void eh_cli_log_want_changes(struct eh_cli_log *);
/* Reads from behind this input and effect on. Call before anything is read. */
void eh_cli_log_begin_behind(struct eh_cli_log *, uint64_t input, uint64_t seq);
/* eh_cli_log_back() gives inputs up to this one, the last first; eh_cli_log_named() gives the rare
 * ones that name a period, a desk or rules, the first first and without refused ones. Both end when
 * the caller's function sets `*ret_goes_on` to false or returns an error. */
typedef int eh_cli_log_input_fn(void *context, const struct eh_input *, bool *ret_goes_on);
int eh_cli_log_back(struct eh_cli_log *, uint64_t input, eh_cli_log_input_fn *, void *context,
                    struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_named(struct eh_cli_log *, uint64_t input, eh_cli_log_input_fn *, void *context,
                     struct eh_error *) EH_MUST_CHECK;
/* The input that brought a ticket; 0: there is none. */
int eh_cli_log_ticket(struct eh_cli_log *, struct eh_str source, struct eh_str id, uint64_t *ret,
                      struct eh_error *) EH_MUST_CHECK;
/* The desk file in force at the end of the log, in the arena; empty: there was none yet. */
int eh_cli_log_desk(struct eh_cli_log *, struct eh_arena *, struct eh_str *ret,
                    struct eh_error *) EH_MUST_CHECK;
/* 1: there is one more; 0: that was all. -EH_ECORRUPT: an input is missing, or a row belongs to an
 * input that does not exist. */
int eh_cli_log_next(struct eh_cli_log *, struct eh_cli_log_row *ret,
                    struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_chain(struct eh_cli_log *, struct eh_cli_log_chain *ret,
                          struct eh_error *) EH_MUST_CHECK;
int eh_cli_log_next_epoch(struct eh_cli_log *, struct eh_cli_log_epoch *ret,
                          struct eh_error *) EH_MUST_CHECK;

/* The exit code for an error of reading or deciding the log. */
int eh_cli_log_exit(int code);

/* An eh_draw_fn: gives the recorded results of a row in order. Context: the row. */
bool eh_cli_log_draw(void *row, const struct eh_draw_query *, uint64_t *ret_result);
/* An eh_affinity_fn; context: the row. */
bool eh_cli_log_affinity(void *row, uint64_t seq);

#endif
