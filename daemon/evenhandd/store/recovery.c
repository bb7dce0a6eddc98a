/* recovery: the engine as the log says it is. See recovery.h. */
#include "pg/pg.h"
#include "store/recovery.h"

#include <endian.h>
#include <stdlib.h>

#include <evenhand/base/period.h>

#include "host/log.h"
#include "host/loop.h"

#define CANDIDATES_MAX 2

struct eh_recovery {
    struct eh_pg *reads;
    struct eh_head head;
    struct eh_recovery_callbacks callbacks;
    void *context;
    bool abandoned; /* the owner does not want it any more; freed when the last answer came */
    int outstanding;

    struct eh_engine *engine;
    uint64_t snapshots[CANDIDATES_MAX];
    int32_t parts[CANDIDATES_MAX], days[CANDIDATES_MAX];
    int candidate_count, candidate;
    int32_t part;
    struct eh_bytes bytes;

    uint64_t page_input, page_seq; /* end of the page being read */
    PGresult *inputs, *draw_rows;  /* of the page; draw_rows: the recorded draws, in order */
    uint64_t draw_seq;             /* of the effect before them */
    int draw_row;
    size_t draw_at;
    int row;     /* of inputs: the next one */
    bool asking; /* on_month is being called: it may give the recovery up */
    bool held;   /* waits before the row: a month begins, and on_month has no time */
    struct eh_recovered found;
    struct eh_arena arena;
};

static void load_part(struct eh_recovery *r);
static void next_page(struct eh_recovery *r);

static void finish(struct eh_recovery *r, const struct eh_error *error)
{
    struct eh_engine *engine = r->engine;
    const struct eh_recovered found = r->found; /* on_done may free r */
    r->engine = NULL;
    r->callbacks.on_done(r->context, error ? NULL : engine, &found, error);
    if (error)
        eh_engine_free(engine);
}

static void fail(struct eh_recovery *r, int code, const char *text)
{
    struct eh_error error = {0};
    (void)eh_error_set(&error, code, "recovery: %s", text);
    finish(r, &error);
}

static int ask(struct eh_recovery *r, const char *statement, int count, const int64_t *numbers,
               eh_pg_result_fn *on_result)
{
    char desk[2], big[3][8];
    const char *values[4] = {desk};
    int lengths[4] = {2};
    eh_pg_put16(desk, r->head.desk);
    for (int i = 0; i < count; i++) {
        eh_pg_put64(big[i], numbers[i]);
        values[i + 1] = big[i];
        lengths[i + 1] = 8;
    }
    int sent = eh_pg_send(r->reads, &(struct eh_pg_query){statement, count + 1, values, lengths},
                          on_result, r);
    if (sent == 0)
        r->outstanding++;
    return sent;
}

/* Whether the answer may be used. False: recovery ends here. */
static bool usable(struct eh_recovery *r, const PGresult *result)
{
    r->outstanding--;
    if (r->abandoned) {
        if (r->outstanding == 0) {
            r->abandoned = false;
            eh_recovery_free(r);
        }
        return false;
    }
    if (!result)
        return false; /* the store tells the app that the link is gone */
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        return true;
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    fail(r, EH_EUNAVAILABLE, text ? text : "a query failed");
    return false;
}

/* ---- Replay. */

static bool recorded_draw(void *context, const struct eh_draw_query *query, uint64_t *ret_result)
{
    struct eh_recovery *r = context;
    (void)query;
    for (; r->draw_row < PQntuples(r->draw_rows); r->draw_row++, r->draw_at = 0) {
        struct eh_str draws = eh_pg_text(r->draw_rows, r->draw_row, 1);
        if (r->draw_at + 8 > draws.size)
            continue;
        uint64_t big;
        memcpy(&big, draws.data + r->draw_at, sizeof big);
        r->draw_at += 8;
        *ret_result = be64toh(big);
        return true;
    }
    return false;
}

static bool recorded_affinity(void *context, uint64_t seq)
{
    const struct eh_recovery *r = context;
    uint64_t row = seq - r->draw_seq - 1; /* the numbers of effects have no gap */
    return row < (uint64_t)PQntuples(r->draw_rows) && eh_pg_int(r->draw_rows, (int)row, 2) != 0;
}

static int record_read(const PGresult *p, int row, struct eh_record *ret)
{
    struct eh_record record = {0};
    int r = 0;
    for (int c = 0; r == 0 && c < EH_INPUT_COLUMN_COUNT; c++)
        r = eh_record_set_column(&record, c, PQgetvalue(p, row, c), (size_t)PQgetlength(p, row, c),
                                 PQgetisnull(p, row, c));
    *ret = record;
    return r;
}

static int replay_row(struct eh_recovery *r, int row, struct eh_error *error)
{
    struct eh_draws draws = {.draw = recorded_draw, .affinity = recorded_affinity, .context = r};
    struct eh_effects effects = {.arena = &r->arena};
    struct eh_record record;
    struct eh_input in;
    eh_arena_reset(&r->arena);
    if (record_read(r->inputs, row, &record) < 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu of the log cannot be read back",
                            (unsigned long long)record.input);
    int done = eh_record_to_input(&record, &in, error);
    if (done < 0)
        return done;
    in.draws = &draws;
    done = eh_engine_step(r->engine, &in, &effects);
    eh_loop_note("recovery", eh_message_type_name(in.message.type));
    if (done == -EH_EVERSION)
        return eh_error_set(error, EH_EVERSION,
                            "input %llu is of a later evenhandd, whose rules this one does not "
                            "know; start that one",
                            (unsigned long long)in.no);
    if (done < 0)
        return eh_error_set(error, EH_ECORRUPT, "input %llu cannot be decided again: %s",
                            (unsigned long long)in.no, eh_code_name(done));
    if (effects.refused != (record.type < 0))
        return eh_error_set(error, EH_ECORRUPT, "input %llu is decided otherwise than recorded",
                            (unsigned long long)in.no);
    r->found.replayed++;
    if (in.date > r->found.latest_day)
        r->found.latest_day = in.date;
    return 0;
}

/* The local date of a row; 0: it cannot be read, as replay_row() will say. */
static int32_t date_of(struct eh_recovery *r, int row)
{
    struct eh_record record;
    struct eh_input in;
    eh_arena_reset(&r->arena);
    return record_read(r->inputs, row, &record) == 0 && eh_record_to_input(&record, &in, NULL) == 0
               ? in.date
               : 0;
}

/* Whether the row has to wait: a snapshot is wanted before it, and on_month has no time. No
 * snapshot is made within a batch. Inputs of one time are of one batch, except where a batch led
 * the time back. */
static bool month_holds(struct eh_recovery *r)
{
    bool taken = true;
    int last = r->row;
    int64_t at_us = eh_pg_int(r->inputs, r->row, EH_INPUT_AT);
    struct eh_totals totals;
    if (r->row > 0 && eh_pg_int(r->inputs, r->row - 1, EH_INPUT_AT) == at_us)
        return false;
    while (last + 1 < PQntuples(r->inputs) && eh_pg_int(r->inputs, last + 1, EH_INPUT_AT) == at_us)
        last++;
    eh_engine_totals(r->engine, &totals);
    if (totals.input > 0 &&
        eh_period_begins(EH_PERIOD_MONTH, r->found.latest_day, date_of(r, last)) &&
        eh_pg_int(r->inputs, r->row, EH_INPUT_TYPE) != EH_MESSAGE_ACCEPT_TIME) {
        r->asking = true;
        taken = r->callbacks.on_month(r->context, r->engine, r->found.latest_day);
        r->asking = false;
    }
    return !taken;
}

static void page_done(struct eh_recovery *r)
{
    PQclear(r->inputs);
    PQclear(r->draw_rows);
    r->inputs = r->draw_rows = NULL;
}

static void replay_page(struct eh_recovery *r)
{
    struct eh_error error = {0};
    struct eh_totals totals;
    int done = 0;
    for (; r->row < PQntuples(r->inputs) && done == 0; r->row++) {
        r->held = month_holds(r);
        if (r->abandoned) {
            r->abandoned = false;
            eh_recovery_free(r);
            return;
        }
        if (r->held)
            return;
        done = replay_row(r, r->row, &error);
    }
    page_done(r);
    if (done < 0) {
        fail(r, error.code, error.text);
        return;
    }
    eh_engine_totals(r->engine, &totals);
    if (totals.input != r->page_input || totals.seq != r->page_seq)
        fail(r, EH_ECORRUPT, "the log has a gap");
    else
        next_page(r);
}

static void on_draws(void *context, PGresult *result)
{
    struct eh_recovery *r = context;
    struct eh_totals totals;
    if (!usable(r, result) || !r->inputs)
        return;
    eh_engine_totals(r->engine, &totals);
    r->draw_rows = eh_pg_keep(r->reads);
    r->draw_seq = totals.seq;
    r->draw_row = r->row = 0;
    r->draw_at = 0;
    replay_page(r);
}

void eh_recovery_go_on(struct eh_recovery *r)
{
    if (r->held)
        replay_page(r);
}

/* The rows must outlive the callback: they are replayed when the draws are there, too. */
static void on_inputs(void *context, PGresult *result)
{
    struct eh_recovery *r = context;
    if (usable(r, result))
        r->inputs = eh_pg_keep(r->reads);
}

static void on_page_end(void *context, PGresult *result)
{
    struct eh_recovery *r = context;
    if (!usable(r, result))
        return;
    if (PQntuples(result) == 0) {
        fail(r, EH_ECORRUPT, "the chain ends before the head");
        return;
    }
    struct eh_totals totals;
    eh_engine_totals(r->engine, &totals);
    r->page_input = (uint64_t)eh_pg_int(result, 0, 0);
    r->page_seq = (uint64_t)eh_pg_int(result, 0, 1);
    const int64_t inputs[2] = {(int64_t)totals.input, (int64_t)r->page_input};
    const int64_t seqs[2] = {(int64_t)totals.seq, (int64_t)r->page_seq};
    if (ask(r, "page_inputs", 2, inputs, on_inputs) < 0 ||
        ask(r, "page_draws", 2, seqs, on_draws) < 0 || eh_pg_sync(r->reads) < 0)
        fail(r, EH_EUNAVAILABLE, "the log could not be read");
}

/* Whether the state is the committed one. A digest of another form is not compared. */
static bool digest_fits(const struct eh_recovery *r, uint64_t input)
{
    if (input == 0)
        return true;
    if (r->head.state != EH_STATE_VERSION) {
        eh_log(EH_LOG_WARNING,
               "input=%llu was committed by another version of evenhandd: its state digest cannot "
               "be compared",
               (unsigned long long)input);
        return true;
    }
    return eh_key_equal(eh_engine_digest(r->engine), r->head.digest);
}

static void next_page(struct eh_recovery *r)
{
    struct eh_totals totals;
    eh_engine_totals(r->engine, &totals);
    if (totals.input == r->head.input) {
        if (totals.seq != r->head.seq)
            fail(r, EH_ECORRUPT, "the head's seq is not what the log gives");
        else if (!digest_fits(r, totals.input))
            fail(r, EH_ECORRUPT, "the state digest is not what the head says");
        else
            finish(r, NULL);
        return;
    }
    uint64_t end = totals.input + EH_RECOVERY_PAGE;
    const int64_t wanted[1] = {(int64_t)(end < r->head.input ? end : r->head.input)};
    if (ask(r, "page_end", 1, wanted, on_page_end) < 0 || eh_pg_sync(r->reads) < 0)
        fail(r, EH_EUNAVAILABLE, "the log could not be read");
}

/* ---- The snapshot; when none can be used, the log from its beginning. */

static void from_nothing(struct eh_recovery *r)
{
    struct eh_error error = {0};
    if (eh_engine_new(EH_RULES_FIRST, &r->engine, &error) < 0)
        finish(r, &error);
    else
        next_page(r);
}

static void restore(struct eh_recovery *r)
{
    struct eh_error error = {0};
    struct eh_str snapshot = eh_str_n((const char *)r->bytes.data, r->bytes.size);
    eh_loop_note("other", "");
    int done = r->bytes.failed ? -EH_ENOMEM : eh_engine_restore(snapshot, &r->engine, &error);
    eh_loop_note("recovery", "snapshot");
    eh_bytes_done(&r->bytes);
    if (done == 0) {
        r->found.latest_day = r->days[r->candidate];
        next_page(r);
        return;
    }
    eh_log(EH_LOG_WARNING, "snapshot input=%llu cannot be used: %s",
           (unsigned long long)r->snapshots[r->candidate], error.text);
    r->candidate++;
    r->part = 0;
    load_part(r);
}

static void on_part(void *context, PGresult *result)
{
    struct eh_recovery *r = context;
    if (!usable(r, result))
        return;
    if (PQntuples(result) == 1) {
        struct eh_str part = eh_pg_text(result, 0, 0);
        eh_bytes_put(&r->bytes, part.data, part.size);
    }
    r->part++;
    if (r->part < r->parts[r->candidate])
        load_part(r);
    else
        restore(r);
}

static void load_part(struct eh_recovery *r)
{
    if (r->candidate == r->candidate_count) {
        from_nothing(r);
        return;
    }
    const int64_t wanted[2] = {(int64_t)r->snapshots[r->candidate], r->part};
    if (ask(r, "snapshot_part", 2, wanted, on_part) < 0 || eh_pg_sync(r->reads) < 0)
        fail(r, EH_EUNAVAILABLE, "the snapshot could not be read");
}

static void on_list(void *context, PGresult *result)
{
    struct eh_recovery *r = context;
    if (!usable(r, result))
        return;
    for (int i = 0; i < PQntuples(result) && i < CANDIDATES_MAX; i++) {
        r->snapshots[i] = (uint64_t)eh_pg_int(result, i, 0);
        r->parts[i] = (int32_t)eh_pg_int(result, i, 1);
        r->days[i] = (int32_t)eh_pg_int(result, i, 2);
        r->candidate_count++;
    }
    load_part(r);
}

struct eh_recovery *eh_recovery_start(struct eh_pg *reads, const struct eh_head *head,
                                      const struct eh_recovery_callbacks *callbacks, void *context)
{
    struct eh_recovery *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->reads = reads;
    r->head = *head;
    r->callbacks = *callbacks;
    r->context = context;
    const int64_t wanted[2] = {(int64_t)head->input, EH_STATE_VERSION};
    if (ask(r, "snapshot_list", 2, wanted, on_list) < 0 || eh_pg_sync(reads) < 0) {
        r->outstanding = 0;
        eh_recovery_free(r);
        return NULL;
    }
    return r;
}

void eh_recovery_free(struct eh_recovery *r)
{
    if (!r)
        return;
    if (r->outstanding > 0 || r->asking) {
        r->abandoned = true;
        return;
    }
    page_done(r);
    eh_engine_free(r->engine);
    eh_bytes_done(&r->bytes);
    eh_arena_done(&r->arena);
    free(r);
}
