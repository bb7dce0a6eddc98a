/*
 * refused: what the app does when PostgreSQL refused a transaction and the lease is still ours.
 *
 * Everything that was decided and is not committed is forgotten, the engine goes back to the last
 * commit, and the same items are decided again, in the same order. An entry that PostgreSQL does
 * not take becomes a dead letter; a command is answered. Where that is nobody's fault, everything
 * waits until it is mended.
 */
#include "lead/parts.h"

#include "host/log.h"

#define DEAD_LETTER_TRIES 2 /* with PostgreSQL's words, then without them */

/* ---- All items again. */

/* An empty batch is no use; one without memory is the end, and the next start finds all again. */
static struct eh_batch *decided_anew(struct eh_batch *b)
{
    struct eh_batch *again = NULL;
    if (b && b->item_count > 0) {
        eh_require(eh_batch_new(&again, NULL) == 0 && eh_batch_move(b, 0, again) == 0);
    }
    if (b)
        app_drop_batch(b);
    return again;
}

static struct eh_batch *list_anew(struct eh_batch *list)
{
    struct eh_batch *first = NULL, **end = &first;
    for (struct eh_batch *next; list; list = next) {
        next = list->next;
        *end = decided_anew(list);
        if (*end)
            end = &(*end)->next;
    }
    *end = NULL;
    return first;
}

/* In the order they came: in flight, looked up, left over; what fills stays where it is. */
static void take_all_back(struct eh_app *app)
{
    app_put_first(app, list_anew(app_take_recalling(app)));
    app_put_first(app, list_anew(app_take_in_flight(app)));
    struct eh_batch *settled = app_take_settled(app);
    for (struct eh_batch *next; settled; settled = next) {
        next = settled->next;
        app_drop_batch(settled);
    }
}

/* ---- The one that was refused. */

static struct eh_item *item_of(const struct eh_refusal *refusal)
{
    struct eh_batch *b = refusal->batch;
    if (refusal->record >= b->record_count)
        return NULL;
    uint64_t input = b->records[refusal->record].input;
    for (size_t i = 0; i < b->item_count; i++)
        if (b->items[i].input.no == input)
            return &b->items[i];
    return NULL;
}

static void words_of(const struct eh_refusal *refusal, char *ret, size_t size)
{
    eh_format(ret, size, "PostgreSQL refuses it: %s (SQLSTATE %s)", refusal->text, refusal->state);
}

/* A kept signal of the stream has a command, and is an entry. */
static bool is_command(const struct eh_item *item)
{
    return item->command && item->input.origin != EH_ORIGIN_STREAM;
}

static void describe(const struct eh_item *item, const struct eh_refusal *refusal, char *ret,
                     size_t size)
{
    const char *type = eh_message_type_name(refusal->batch->records[refusal->record].type < 0
                                                ? -refusal->batch->records[refusal->record].type
                                                : refusal->batch->records[refusal->record].type);
    if (is_command(item))
        eh_format(ret, size, "a change (%s) over the admin socket", type);
    else {
        char entry[EH_STREAM_ID_TEXT_MAX];
        eh_stream_id_print(eh_input_stream_id(&item->input), entry);
        eh_format(ret, size, "entry %s of the inbox (%s)", entry, type);
    }
}

static void alarm_quarantine(struct eh_app *app, const struct eh_item *item,
                             const struct eh_refusal *refusal)
{
    char what[120];
    describe(item, refusal, what, sizeof what);
    app_alarm_clear(app, EH_ALARM_QUARANTINE); /* each has a line in the log */
    app_alarm(app, EH_ALARM_QUARANTINE,
              "PostgreSQL refused %s, which %s; the others go on: %s (SQLSTATE %s%s%s)", what,
              is_command(item) ? "was answered so" : "is a dead letter now", refusal->text,
              refusal->state, refusal->constraint[0] ? ", constraint " : "", refusal->constraint);
}

/* False: it cannot even be a dead letter. */
static bool set_aside(struct eh_app *app, struct eh_item *item, const struct eh_refusal *refusal)
{
    char words[EH_ERROR_TEXT_MAX];
    if (item->refusals >= DEAD_LETTER_TRIES)
        return false;
    if (item->refusals == 0) {
        alarm_quarantine(app, item, refusal);
        words_of(refusal, words, sizeof words);
    } else { /* the words may hold what is refused */
        eh_format(words, sizeof words, "PostgreSQL refuses it (SQLSTATE %s)", refusal->state);
    }
    item->refusals++;
    if (is_command(item)) {
        const struct eh_stream_id id = eh_input_stream_id(&item->input);
        if (eh_stream_id_is_set(id)) /* it took the place of that entry */
            eh_inbox_done(app->services.inbox, &id, 1);
        const struct eh_command_result result = {.code = -EH_ECONFLICT, .message = words};
        app_answer(app, item, &result);
        refusal->batch->command_count--;
        eh_batch_remove(refusal->batch, item);
        return true;
    }
    item->refused = eh_batch_text(refusal->batch, words).data;
    eh_require(item->refused);
    return true;
}

/* ---- What time brought. */

static bool is_own(const struct eh_item *item, const struct eh_record *record,
                   const struct eh_effect *e)
{
    const struct eh_message *m = &item->input.message;
    return e->ticket == record->input ||
           (eh_str_equal(e->id, m->id) && eh_str_equal(e->source, m->source));
}

static bool is_overflow(const struct eh_effect *e)
{
    return e->type == EH_NOTICE_MOVED && eh_str_equal(e->why, eh_str("overflow"));
}

/* The deal or the release of a ticket that the input only made possible; or NULL. */
static const struct eh_effect *other_deal(const struct eh_refusal *refusal,
                                          const struct eh_item *item)
{
    const struct eh_batch *b = refusal->batch;
    size_t at = refusal->effect;
    if (refusal->record >= b->record_count || refusal->effect == UINT32_MAX)
        return NULL;
    for (size_t i = 0; i < refusal->record; i++)
        at += b->records[i].effect_count;
    const struct eh_effect *e = &b->effects.items[at];
    bool deals = e->type == EH_NOTICE_ASSIGNED || e->type == EH_NOTICE_WAITING ||
                 e->type == EH_NOTICE_LATE || e->type == EH_NOTICE_UNANSWERED || is_overflow(e);
    return deals && !(item && is_own(item, &b->records[refusal->record], e)) ? e : NULL;
}

static const struct eh_batch_due *due_of(const struct eh_refusal *refusal)
{
    const struct eh_batch *b = refusal->batch;
    for (size_t i = 0; refusal->record < b->record_count && i < b->due_count; i++)
        if (b->due[i].input == b->records[refusal->record].input)
            return &b->due[i];
    return NULL;
}

static bool is_its_fault(struct eh_app *app, const struct eh_refusal *refusal)
{
    return !app_alarm_stands(app, EH_ALARM_SCHEMA_REFUSES) &&
           eh_quarantine_judge(&app->refused.quarantine, eh_clock_monotonic_us(), refusal->state,
                               refusal->constraint);
}

static bool skip(struct eh_app *app, const struct eh_refusal *refusal, struct eh_key key,
                 uint64_t ticket, const char *what)
{
    char reason[EH_SKIP_REASON_MAX];
    eh_format(reason, sizeof reason, "PostgreSQL refused it (SQLSTATE %s%s%s)", refusal->state,
              refusal->constraint[0] ? ", constraint " : "", refusal->constraint);
    if (!is_its_fault(app, refusal) || !eh_skips_add(&app->refused.skips, key, ticket, reason))
        return false;
    app_alarm_clear(app, EH_ALARM_QUARANTINE);
    app_alarm(app, EH_ALARM_QUARANTINE,
              "PostgreSQL refused %s; the others go on: %s (SQLSTATE %s%s%s)", what, refusal->text,
              refusal->state, refusal->constraint[0] ? ", constraint " : "", refusal->constraint);
    return true;
}

/* The ticket stands aside. One that is not committed itself is decided apart first. */
static bool skip_ticket(struct eh_app *app, const struct eh_refusal *refusal,
                        const struct eh_effect *e)
{
    char what[2 * EH_NAME_MAX + 120];
    if (e->ticket > app->state.durable.input && refusal->batch->record_count > 1) {
        app_batch_least(app);
        return true;
    }
    eh_format(what, sizeof what,
              "the deal of ticket %.*s/%.*s, which stands aside until it is updated, assigned or "
              "moved",
              EH_STR_ARG(e->source), EH_STR_ARG(e->id));
    return skip(app, refusal, (struct eh_key){0}, e->ticket, what);
}

/* Before anything was committed there is nothing to go on with. */
static bool skip_due(struct eh_app *app, const struct eh_refusal *refusal)
{
    const struct eh_batch_due *due = due_of(refusal);
    return due && app->state.durable.input > 0 &&
           skip(app, refusal, due->key, 0, "what was due, which is skipped");
}

/* True: the others go on without it. */
static bool settle(struct eh_app *app, const struct eh_refusal *refusal)
{
    struct eh_item *item = item_of(refusal);
    const struct eh_effect *deal = other_deal(refusal, item);
    if (deal)
        return skip_ticket(app, refusal, deal);
    if (!item)
        return skip_due(app, refusal);
    bool its_fault = item->refusals > 0 || is_its_fault(app, refusal);
    if (its_fault && set_aside(app, item, refusal))
        return true;
    item->blocks = true;
    return false;
}

/* ---- Holding. */

static void hold(struct eh_app *app, const struct eh_refusal *refusal)
{
    int64_t wait_us = eh_quarantine_wait_us(&app->refused.quarantine);
    app->refused.hold_until_us = eh_clock_monotonic_us() + wait_us;
    app_alarm(app, EH_ALARM_SCHEMA_REFUSES,
              "PostgreSQL refuses what is written to table %s, whatever it is; nothing is dealt "
              "until the table is mended, which is tried again and again: %s (SQLSTATE %s%s%s)",
              refusal->table[0] ? refusal->table : "?", refusal->text, refusal->state,
              refusal->constraint[0] ? ", constraint " : "", refusal->constraint);
    eh_log(EH_LOG_WARNING, "holding for %lld s: %s", (long long)(wait_us / 1000000), refusal->text);
}

void app_refused(struct eh_app *app, const struct eh_refusal *refusal)
{
    char text[EH_ERROR_TEXT_MAX];
    eh_format(text, sizeof text, "postgres: %s (%s)", refusal->text, refusal->state);
    app_error(app, text);
    eh_log(EH_LOG_WARNING, "refused: %s", text);
    app_commit_failed(app, refusal->kind == EH_REFUSED_SLOW ? refusal->batch : NULL);
    app->refused.hold_until_us = 0;
    eh_skips_again(&app->refused.skips);
    app_full_forget(app); /* what is held is decided once more */
    bool held = refusal->kind == EH_REFUSED_SCHEMA ||
                (refusal->kind == EH_REFUSED_CONTENT && !settle(app, refusal));
    app->refused.held_by_time =
        held && (!item_of(refusal) || other_deal(refusal, item_of(refusal)) != NULL);
    if (held)
        hold(app, refusal);
    take_all_back(app);
    if (held) {
        const struct eh_command_result result = {
            .code = -EH_EUNAVAILABLE,
            .message = "PostgreSQL refuses what is written just now; nothing was changed"};
        app_answer_waiting(app, &result);
    }
}

void app_refused_over(struct eh_app *app, const struct eh_batch *b)
{
    eh_skips_committed(&app->refused.skips, b->to_input);
    bool over = app->refused.held_by_time && b->record_count > 0;
    for (size_t i = 0; !over && i < b->item_count; i++)
        over = b->items[i].blocks;
    if (!over || !app_alarm_stands(app, EH_ALARM_SCHEMA_REFUSES))
        return;
    app->refused.held_by_time = false;
    eh_quarantine_mended(&app->refused.quarantine);
    app_alarm_clear(app, EH_ALARM_SCHEMA_REFUSES);
}

static void show(struct eh_app *app, enum eh_alarm alarm, const char *what, const char *why)
{
    if (*why)
        app_alarm(app, alarm, "%s cannot be written; mend that, it is tried again: %s", what, why);
    else
        app_alarm_clear(app, alarm);
}

void app_refused_tick(struct eh_app *app)
{
    int64_t age_us = eh_clock_monotonic_us() - app->refused.quarantine.last_us;
    if (age_us > EH_QUARANTINE_ALARM_S * INT64_C(1000000))
        app_alarm_clear(app, EH_ALARM_QUARANTINE);
    show(app, EH_ALARM_LEDGER, "the table ledger", eh_store_ledger_error(app->services.store));
    show(app, EH_ALARM_SNAPSHOT, "a snapshot", eh_store_snapshot_error(app->services.store));
}

void app_refused_forget(struct eh_app *app)
{
    eh_skips_again(&app->refused.skips);
}

struct eh_skips *app_skips(struct eh_app *app)
{
    return &app->refused.skips;
}

int64_t app_refused_wait_us(const struct eh_app *app)
{
    int64_t until_us = app->refused.hold_until_us;
    int64_t wait_us = until_us - eh_clock_monotonic_us();
    return until_us > 0 && wait_us > 0 ? wait_us : 0;
}
