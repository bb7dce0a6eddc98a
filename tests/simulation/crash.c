/*
 * crash: the daemon's cycle in miniature, with everything around it failing, from one seed.
 *
 * A stream that redelivers, a log that commits batches whole or not at all and sometimes loses the
 * answer, an outbox that takes each number once, a daemon that dies anywhere. Afterwards:
 *   I1  every entry of the stream was taken, recognised, or is a dead letter
 *   I2  each ticket has one history, and never two owners at once
 *   I3  the outbox has no hole, and says what the log says
 *   I5  the log replayed gives the same effects and digests
 *   I6  what reps are entitled to and what was received come to the same
 *
 *     simulation-crash [--seeds N] [--seed S]    // S: only this one
 */
#include "fake_log.h"
#include "helpdesk.h"

#define SEEDS_DEFAULT 1500
#define ACTIONS       500
#define BATCH_MAX     12
#define IN_FLIGHT_MAX 2
#define STREAM_MAX    2000
#define START_US      INT64_C(1728000000000000)

struct entry {
    struct eh_str body;
    uint64_t ms, no;
    bool acked;
    bool in_flight; /* with the daemon, in a batch that is not confirmed */
    bool delivered; /* once at least */
    bool refused;   /* by the log, for its content: to be a dead letter */
};

struct batch {
    size_t end; /* rows of the log up to here */
    uint32_t entries[BATCH_MAX];
    uint32_t entry_count;
};

struct daemon {
    struct eh_engine *e;
    struct batch batches[IN_FLIGHT_MAX];
    uint32_t batch_count;
};

struct world {
    struct helpdesk h;
    struct eh_arena arena;
    int64_t now_us;
    struct entry stream[STREAM_MAX];
    uint32_t stream_count;
    struct log log; /* rows up to `durable` are committed, those behind are in flight */
    size_t durable;
    struct eh_bytes snapshot;
    struct eh_effect *outbox; /* published, by seq */
    size_t published, outbox_capacity;
    struct daemon d;
    uint8_t seed[EH_SEED_BYTES];
    uint64_t crashes, commits, redelivered, refusals;
    bool skip_due;        /* the log refused what was due next ... */
    uint64_t skip_ticket; /* ... or the deal of this ticket */
    const char *broken;   /* the first thing that went wrong */
};

static void must(struct world *w, bool holds, const char *what)
{
    if (!holds && !w->broken)
        w->broken = what;
}

static bool chance(struct world *w, unsigned percent)
{
    return helpdesk_chance(&w->h, percent);
}

/* ---- the stream */

static struct eh_str say(struct world *w, int *ret_type)
{
    static char text[8192];
    *ret_type = helpdesk_next(&w->h, text, sizeof text);
    return eh_arena_str(&w->arena, eh_str(text));
}

static void produce(struct world *w)
{
    int type;
    struct eh_str body = say(w, &type);
    if (type > EH_MESSAGE_METRIC || w->stream_count == STREAM_MAX)
        return;
    if (w->stream_count > 0 && chance(w, 10)) /* a producer that is not sure sends it again */
        body = w->stream[helpdesk_below(&w->h, w->stream_count)].body;
    if (chance(w, 3))
        body = eh_str("{\"type\":\"nonsense\"}");
    w->stream[w->stream_count] =
        (struct entry){.body = body, .ms = (uint64_t)w->now_us / 1000, .no = w->stream_count};
    w->stream_count++;
}

/* ---- the log */

static void log_truncate(struct log *log, size_t count)
{
    log->count = count;
    eh_table_done(&log->identities);
    eh_table_done(&log->tickets);
    eh_table_done(&log->images);
    for (size_t i = 0; i < count; i++)
        log_index(log, &log->rows[i]);
}

/* ---- the daemon */

static bool draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    const struct world *w = context;
    *ret = eh_draw_compute(w->seed, query);
    return true;
}

/* Some steps have a size of their own. */
static void limit(struct world *w, struct eh_message *m)
{
    if (chance(w, 50))
        return;
    m->most = EH_MOST_MIN + helpdesk_below(&w->h, 4);
    m->has |= EH_FIELD_BIT(EH_FIELD_MOST);
}

static void step(struct world *w, struct eh_input *in, struct eh_str body)
{
    struct eh_draws draws = {.draw = draw, .context = w};
    struct eh_effects fx = {.arena = &w->arena};
    struct eh_totals totals;
    eh_engine_totals(w->d.e, &totals);
    in->no = totals.input + 1;
    in->at_us = w->now_us;
    in->draws = &draws;
    if (in->origin != EH_ORIGIN_STREAM)
        eh_input_identify(in);
    limit(w, &in->message);
    int r = eh_engine_step(w->d.e, in, &fx);
    must(w, r == 0, "a step failed");
    if (r == 0)
        log_append(&w->log, in, &fx, body, eh_engine_digest(w->d.e));
}

static void step_shell(struct world *w, int type, int32_t date)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date, .message.type = (uint8_t)type};
    step(w, &in, eh_str(""));
}

/* Says that a time of tickets is meant. */
static void mark_clocks(struct eh_message *m)
{
    m->clocks = 1;
    m->has |= EH_FIELD_BIT(EH_FIELD_CLOCKS);
}

static void step_skipped(struct world *w, int32_t date, int64_t ticket, bool clocks)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date};
    in.message = (struct eh_message){.type = EH_MESSAGE_SKIPPED,
                                     .has = EH_FIELD_BIT(EH_FIELD_REASON),
                                     .reason = eh_str("refused"),
                                     .ticket = ticket};
    if (ticket)
        in.message.has |= EH_FIELD_BIT(EH_FIELD_TICKET);
    if (clocks)
        mark_clocks(&in.message);
    w->skip_due = false;
    w->skip_ticket = 0;
    step(w, &in, eh_str(""));
}

/* Now and then a later build leads. */
static void step_rules(struct world *w, const struct eh_totals *totals)
{
    if (totals->rules == EH_RULES_LAST || !chance(w, 2))
        return;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = totals->date};
    in.message = (struct eh_message){
        .type = EH_MESSAGE_RULES, .has = EH_FIELD_BIT(EH_FIELD_RULES), .rules = totals->rules + 1};
    step(w, &in, eh_str(""));
}

/* Something is due, or it is skipped. */
static void step_due(struct world *w, int32_t date, bool clocks)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date, .message.type = EH_MESSAGE_DUE};
    if (clocks)
        mark_clocks(&in.message);
    if (w->skip_due)
        step_skipped(w, date, 0, clocks);
    else
        step(w, &in, eh_str(""));
}

static int32_t step_time(struct world *w)
{
    struct eh_totals totals;
    eh_engine_totals(w->d.e, &totals);
    step_rules(w, &totals);
    eh_engine_totals(w->d.e, &totals);
    int32_t date = (int32_t)(w->now_us / INT64_C(86400000000));
    if (date > totals.date || totals.input == 0)
        step_shell(w, EH_MESSAGE_DAY, date);
    if (w->skip_ticket)
        step_skipped(w, date, (int64_t)w->skip_ticket, false);
    while (eh_engine_due_us(w->d.e) <= w->now_us && !w->broken)
        step_due(w, date, false);
    while (eh_engine_clocks_due_us(w->d.e) <= w->now_us && !w->broken)
        step_due(w, date, true);
    return date;
}

static void parse(struct world *w, struct eh_str body, struct eh_message *ret)
{
    struct eh_error error = {0};
    *ret = (struct eh_message){0};
    if (eh_message_from_json(body, &w->arena, ret, &error) == 0)
        return;
    *ret = (struct eh_message){.type = EH_MESSAGE_UNPARSED};
    ret->has = EH_FIELD_BIT(EH_FIELD_REASON) | EH_FIELD_BIT(EH_FIELD_TEXT);
    ret->reason = eh_arena_str(&w->arena, eh_str(error.text));
    ret->text = body;
}

static void decide_entry(struct world *w, const struct entry *entry, int32_t date)
{
    struct eh_input in = {
        .origin = EH_ORIGIN_STREAM, .date = date, .stream_ms = entry->ms, .stream_no = entry->no};
    uint64_t at;
    parse(w, entry->body, &in.message);
    if (entry->refused)
        in.message = (struct eh_message){.type = EH_MESSAGE_UNPARSED,
                                         .has = EH_FIELD_BIT(EH_FIELD_REASON),
                                         .reason = eh_str("refused")};
    eh_input_identify(&in);
    eh_input_name(w->d.e, &in);
    log_recall(&w->log, &in);
    struct eh_key as_entry = eh_entry_identity(entry->ms, entry->no, entry->body);
    if (eh_table_get(&w->log.identities, as_entry, &at) || eh_engine_is_repeat(w->d.e, &in))
        return;
    if (eh_engine_retold(w->d.e, &in) == EH_RETOLD_UPDATE)
        eh_input_retell(w->d.e, &in);
    step(w, &in, entry->body);
}

static void decide_command(struct world *w, int32_t date)
{
    int type;
    struct eh_str body = say(w, &type);
    struct eh_input in = {.origin = EH_ORIGIN_ADMIN, .date = date};
    if (type == EH_MESSAGE_DESK) {
        in.message = (struct eh_message){
            .type = EH_MESSAGE_DESK, .has = EH_FIELD_BIT(EH_FIELD_TEXT), .text = body};
    } else if (helpdesk_is_command(type)) {
        in.message.type = (uint8_t)type;
        if (eh_message_from_json_body(body, &w->arena, &in.message, NULL) < 0)
            return;
        helpdesk_prepare(w->d.e, &in.message, &w->arena);
    } else {
        return;
    }
    step(w, &in, body);
}

/* Reads what is not in flight, the oldest first; decides; sends the batch to be committed. */
static void decide(struct world *w)
{
    if (w->d.batch_count == IN_FLIGHT_MAX)
        return;
    struct batch *batch = &w->d.batches[w->d.batch_count];
    *batch = (struct batch){0};
    uint32_t room = 1 + helpdesk_below(&w->h, BATCH_MAX);
    int32_t date = step_time(w);
    for (uint32_t i = 0; i < w->stream_count && batch->entry_count < room && !w->broken; i++) {
        struct entry *entry = &w->stream[i];
        if (entry->acked || entry->in_flight)
            continue;
        w->redelivered += entry->delivered;
        entry->in_flight = entry->delivered = true;
        batch->entries[batch->entry_count++] = i;
        decide_entry(w, entry, date);
    }
    if (chance(w, 30))
        decide_command(w, date);
    batch->end = w->log.count;
    w->d.batch_count++;
}

static void publish(struct world *w, const struct eh_effect *effect)
{
    if (effect->seq <= w->published) /* Redis refuses an equal or smaller id */
        return;
    must(w, effect->seq == w->published + 1, "I3: a hole in the outbox");
    if (w->published == w->outbox_capacity) {
        w->outbox_capacity = w->outbox_capacity ? 2 * w->outbox_capacity : 256;
        w->outbox = realloc(w->outbox, w->outbox_capacity * sizeof *w->outbox);
    }
    w->outbox[w->published++] = *effect;
}

/* What is committed and not in the outbox yet; the daemon may die in between. */
static void drain(struct world *w, bool may_die)
{
    for (size_t i = 0; i < w->durable; i++)
        for (uint32_t f = 0; f < w->log.rows[i].effect_count; f++) {
            if (may_die && w->log.rows[i].effects[f].seq > w->published && chance(w, 5))
                return;
            publish(w, &w->log.rows[i].effects[f]);
        }
}

static void acknowledge(struct world *w, const struct batch *batch, bool may_die)
{
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        if (may_die && chance(w, 10))
            return;
        w->stream[batch->entries[i]].acked = true;
        w->stream[batch->entries[i]].in_flight = false;
    }
}

static void restart(struct world *w);

/* The log does not take what one input holds: an entry, what was due, the deal of a ticket. */
static void refuse(struct world *w, const struct batch *batch)
{
    w->refusals++;
    if (batch->entry_count > 0 && chance(w, 60))
        w->stream[batch->entries[helpdesk_below(&w->h, batch->entry_count)]].refused = true;
    else if (chance(w, 50))
        w->skip_due = true;
    else
        w->skip_ticket = 1 + helpdesk_below(&w->h, (uint32_t)w->log.count + 1);
}

/* The answer to the oldest batch: it came, it was lost on the way, or the commit never was. */
static void commit(struct world *w)
{
    if (w->d.batch_count == 0)
        return;
    struct batch batch = w->d.batches[0];
    unsigned fate = helpdesk_below(&w->h, 100);
    if (fate >= 4) {
        w->durable = batch.end;
        w->commits++;
    }
    if (fate < 2)
        refuse(w, &batch);
    if (fate < 8) { /* refused, or committed and nobody knows */
        restart(w);
        return;
    }
    bool dies = chance(w, 5);
    acknowledge(w, &batch, dies);
    if (!dies || chance(w, 50))
        drain(w, dies);
    if (dies) {
        restart(w);
        return;
    }
    w->d.batch_count--;
    memmove(&w->d.batches[0], &w->d.batches[1], w->d.batch_count * sizeof *w->d.batches);
}

/* Of a committed state only. */
static void take_snapshot(struct world *w)
{
    if (w->d.batch_count > 0)
        return;
    eh_bytes_clear(&w->snapshot);
    must(w, eh_engine_snapshot(w->d.e, &w->snapshot) == 0, "no snapshot");
}

static void recover(struct world *w)
{
    struct eh_error error = {0};
    struct eh_totals totals = {0};
    int r = w->snapshot.size
                ? eh_engine_restore(eh_str_n((const char *)w->snapshot.data, w->snapshot.size),
                                    &w->d.e, &error)
                : eh_engine_new(EH_RULES_FIRST, &w->d.e, &error);
    must(w, r == 0, "no engine after a restart");
    if (r < 0)
        return;
    eh_engine_totals(w->d.e, &totals);
    must(w, log_replay(&w->log, w->d.e, totals.input) == w->log.count,
         "I5: after a restart the log is decided otherwise");
}

/* Memory is gone; the stream hands over again what was not acknowledged. */
static void restart(struct world *w)
{
    w->crashes++;
    eh_engine_free(w->d.e);
    w->d = (struct daemon){0};
    log_truncate(&w->log, w->durable);
    for (uint32_t i = 0; i < w->stream_count; i++)
        w->stream[i].in_flight = false;
    recover(w);
    if (w->d.e)
        drain(w, false);
}

static void act(struct world *w)
{
    unsigned what = helpdesk_below(&w->h, 100);
    w->now_us += (int64_t)seed_below(&w->h.seed, chance(w, 2) ? INT64_C(40000000000) : 3000000);
    if (what < 45)
        produce(w);
    else if (what < 65)
        decide(w);
    else if (what < 93)
        commit(w);
    else if (what < 97)
        take_snapshot(w);
    else
        restart(w);
}

/* The faults end: everything that is left is read, committed, published. */
static void settle(struct world *w)
{
    for (uint32_t left = 1; left && !w->broken;) {
        decide(w);
        while (w->d.batch_count && !w->broken)
            commit(w);
        left = 0;
        for (uint32_t i = 0; i < w->stream_count; i++)
            left += !w->stream[i].acked;
    }
    drain(w, false);
}

/* ---- the checker */

static void check_entries(struct world *w)
{
    for (uint32_t i = 0; i < w->stream_count; i++) {
        const struct entry *entry = &w->stream[i];
        struct eh_input in = {
            .origin = EH_ORIGIN_STREAM, .stream_ms = entry->ms, .stream_no = entry->no};
        uint64_t at;
        parse(w, entry->body, &in.message);
        eh_input_identify(&in);
        bool taken = eh_table_get(&w->log.identities, in.identity, &at) &&
                     eh_key_equal(w->log.rows[at].record.digest, in.digest);
        struct eh_key dead = eh_entry_identity(entry->ms, entry->no, entry->body);
        must(w,
             taken ||
                 (eh_table_get(&w->log.identities, dead, &at) && w->log.rows[at].record.type < 0),
             "I1: an entry is nowhere");
    }
}

struct owner {
    struct eh_str rep, last; /* rep: empty when nobody holds it */
    bool closed;
};

static void follow(struct world *w, struct owner *o, const struct eh_effect *f)
{
    bool from_owner = o->rep.size == 0 || eh_str_equal(o->rep, f->was);
    switch (f->type) {
    case EH_NOTICE_ASSIGNED:
        must(w, from_owner, "I2: a ticket has two owners");
        o->last = f->rep;
        o->closed = false;
        break;
    case EH_NOTICE_RETURNED:
        must(w, o->closed && eh_str_equal(f->rep, o->last), "I2: returned to somebody else");
        o->closed = false;
        break;
    case EH_NOTICE_WAITING:
    case EH_NOTICE_MOVED:
        must(w, from_owner, "I2: a ticket was taken from another than its owner");
        o->closed = false;
        break;
    case EH_NOTICE_CLOSED:
        must(w, eh_str_equal(o->rep, f->rep) && !o->closed, "I2: closed by another than its owner");
        o->closed = true;
        o->rep = eh_str("");
        return;
    default:
        return;
    }
    bool held = f->type == EH_NOTICE_ASSIGNED || f->type == EH_NOTICE_RETURNED;
    o->rep = held ? f->rep : eh_str("");
}

static void check_owners(struct world *w)
{
    struct owner *owners = calloc(w->log.count + 1, sizeof *owners);
    for (size_t i = 0; i < w->log.count; i++)
        for (uint32_t f = 0; f < w->log.rows[i].effect_count; f++)
            follow(w, &owners[w->log.rows[i].effects[f].ticket], &w->log.rows[i].effects[f]);
    for (size_t i = 0; i < w->log.count; i++) {
        const struct eh_record *r = &w->log.rows[i].record;
        struct eh_ticket_view view = {0};
        if (r->type != EH_MESSAGE_TICKET)
            continue;
        bool open = eh_engine_ticket(w->d.e, r->source, r->id, &view);
        must(w, open != owners[r->input].closed, "I1: a ticket is neither open nor closed");
        must(w, eh_str_equal(view.rep, owners[r->input].rep), "I2: the engine knows another owner");
    }
    free(owners);
}

static void check_outbox(struct world *w)
{
    size_t at = 0;
    for (size_t i = 0; i < w->log.count; i++)
        for (uint32_t f = 0; f < w->log.rows[i].effect_count && !w->broken; f++, at++) {
            must(w, at < w->published, "I3: an effect was not published");
            must(w, w->broken || log_same_effect(&w->outbox[at], &w->log.rows[i].effects[f]),
                 "I3: the outbox says something else than the log");
        }
    must(w, at == w->published, "I3: something was published that the log does not have");
}

static void check_replay(struct world *w)
{
    struct eh_engine *fresh;
    must(w, eh_engine_new(EH_RULES_FIRST, &fresh, NULL) == 0, "memory");
    must(w, log_replay(&w->log, fresh, 0) == w->log.count,
         "I5: the log is decided otherwise again");
    must(w, eh_key_equal(eh_engine_digest(fresh), eh_engine_digest(w->d.e)), "I5: another digest");
    must(w, eh_key_equal(eh_engine_digest(fresh), eh_engine_digest_anew(w->d.e)),
         "I5: the digest is not what the objects give");
    must(w, eh_ledger_check(fresh), "I6: the ledger does not come to nothing");
    eh_engine_free(fresh);
}

/* ---- seeds */

struct sums {
    uint64_t rows, effects, crashes, commits, redelivered, refusals;
};

static const char *run(uint64_t seed, struct sums *sums)
{
    struct world *w = calloc(1, sizeof *w);
    char text[8192];
    w->h.seed.state = seed;
    memcpy(w->seed, &seed, sizeof seed);
    w->now_us = START_US;
    recover(w);
    helpdesk_desk(&w->h, text, sizeof text);
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = step_time(w)};
    in.message = (struct eh_message){.type = EH_MESSAGE_DESK,
                                     .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                     .text = eh_arena_str(&w->arena, eh_str(text))};
    step(w, &in, eh_str(""));
    w->durable = w->log.count;
    for (int i = 0; i < ACTIONS && !w->broken; i++)
        act(w);
    settle(w);
    void (*const checks[])(struct world *) = {check_entries, check_owners, check_outbox,
                                              check_replay};
    for (size_t i = 0; i < 4 && !w->broken; i++)
        checks[i](w);
    sums->rows += w->log.count;
    sums->effects += w->published;
    sums->crashes += w->crashes;
    sums->commits += w->commits;
    sums->redelivered += w->redelivered;
    sums->refusals += w->refusals;
    const char *broken = w->broken;
    eh_engine_free(w->d.e);
    log_done(&w->log);
    eh_bytes_done(&w->snapshot);
    eh_arena_done(&w->arena);
    free(w->outbox);
    free(w);
    return broken;
}

static int test_seeds(uint64_t first, uint64_t count)
{
    struct sums sums = {0};
    int failed = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        const char *broken = run(seed, &sums);
        if (broken && failed++ < 10)
            printf("# seed %llu: %s (simulation-crash --seed %llu)\n", (unsigned long long)seed,
                   broken, (unsigned long long)seed);
    }
    printf("# %llu inputs, %llu effects, %llu commits, %llu crashes, %llu refused for "
           "their content, %llu entries handed over again\n",
           (unsigned long long)sums.rows, (unsigned long long)sums.effects,
           (unsigned long long)sums.commits, (unsigned long long)sums.crashes,
           (unsigned long long)sums.refusals, (unsigned long long)sums.redelivered);
    printf("%sok 1 - nothing lost, doubled or decided twice over %llu seeds\n1..1\n",
           failed ? "not " : "", (unsigned long long)count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint64_t first = 1, count = SEEDS_DEFAULT;
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t number = strtoull(argv[i + 1], NULL, 0);
        if (strcmp(argv[i], "--seeds") == 0)
            count = number;
        else if (strcmp(argv[i], "--seed") == 0)
            first = number, count = 1;
    }
    return eh_draw_init() < 0 ? EXIT_FAILURE : test_seeds(first, count);
}
