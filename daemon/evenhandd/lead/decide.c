/*
 * decide: carries the items of a batch through the engine, one after the other, and gathers what
 * they cause as rows. It knows when time brings an input of its own; how anything is decided is the
 * engine's business.
 */
#include "lead/app_private.h"

#include "host/log.h"
#include "lead/period_rows.h"

#define MINUTE_US INT64_C(60000000)

/* A batch's items look for repeats among what is decided and may not be visible in PostgreSQL yet.
 */
static const struct eh_record *recent(const struct eh_app *app, const struct eh_batch *now,
                                      struct eh_key key, bool images,
                                      const struct eh_batch **ret_batch)
{
    const struct eh_batch *lists[3] = {now, app->in_flight, app->settled};
    const struct eh_record *found = NULL;
    for (size_t i = 0; i < 3; i++)
        for (const struct eh_batch *b = lists[i]; b; b = i == 0 ? NULL : b->next) {
            uint64_t at;
            if (!eh_table_get(images ? &b->images : &b->known, key, &at))
                continue;
            const struct eh_record *r = &b->records[at];
            if (found && r->input < found->input)
                continue;
            found = r;
            *ret_batch = b;
        }
    return found;
}

/* ---- Salts of what is decided and may not be visible yet. */

static struct eh_key name_of(struct eh_str customer)
{
    return eh_hash_state(customer.data, customer.size);
}

static const struct eh_personal *recent_customer(const struct eh_app *app,
                                                 const struct eh_batch *now, struct eh_str customer)
{
    const struct eh_batch *lists[3] = {now, app->in_flight, app->settled};
    struct eh_key key = name_of(customer);
    for (size_t i = 0; i < 3; i++)
        for (const struct eh_batch *b = lists[i]; b; b = i == 0 ? NULL : b->next) {
            uint64_t at;
            if (eh_table_get(&b->customers, key, &at) &&
                eh_str_equal(b->personal[at].customer, customer))
                return &b->personal[at];
        }
    return NULL;
}

/* Of an input in this batch; they stand in its order. */
static const struct eh_personal *personal_of(const struct eh_batch *b, uint64_t input)
{
    size_t low = 0, high = b->personal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->personal[middle].input < input)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->personal_count && b->personal[low].input == input ? &b->personal[low] : NULL;
}

static void recent_past(const struct eh_batch *b, const struct eh_record *r, struct eh_past *ret)
{
    const struct eh_personal *p = personal_of(b, r->input);
    eh_past_read(r->rest, ret);
    if (!p)
        return;
    ret->customer.there = p->customer.size > 0;
    ret->subject.there = p->subject.size > 0;
    ret->customer.salt = eh_str_n((const char *)p->customer_salt, EH_SALT_BYTES);
    ret->subject.salt = eh_str_n((const char *)p->subject_salt, EH_SALT_BYTES);
}

/* A message that is there already compares behind the salts of then; else its customer has one. */
static void overlay_salts(const struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    struct eh_str salt = item->customer_salt;
    const struct eh_personal *p;
    if (in->recalled.known) {
        eh_salts_take(in, &item->past);
        return;
    }
    if (in->message.customer.size == 0)
        return;
    if (salt.size == 0 && (p = recent_customer(app, b, in->message.customer)))
        salt = eh_str_n((const char *)p->customer_salt, EH_SALT_BYTES);
    eh_salts_take_customer(in, salt);
    eh_salts_bind_subject(in, app->keys.master);
}

/* What PostgreSQL recalled, made newer by what is still on its way there. */
static void overlay(const struct eh_app *app, const struct eh_batch *b, struct eh_item *item)
{
    struct eh_input *in = &item->input;
    const struct eh_batch *holds = NULL;
    const struct eh_record *r = recent(app, b, in->identity, false, &holds);
    if (r) {
        recent_past(holds, r, &item->past);
        in->recalled.known = true;
        in->recalled.digest = r->digest;
        in->recalled.input = r->input;
    }
    overlay_salts(app, b, item);
    if ((in->message.customer.size || in->message.subject.size) &&
        eh_engine_rules(app->engine) >= EH_RULES_CONTENT)
        eh_salts_leave_out(in);
    if (item->seen_before && recent(app, b, item->entry, false, &holds))
        item->entry_known = true;
    if (in->message.type != EH_MESSAGE_OUTCOME && in->message.type != EH_MESSAGE_UPDATE)
        return;
    r = recent(app, b, eh_ticket_identity(in->message.source, in->message.id), true, &holds);
    if (r) {
        in->recalled.ticket_known = true;
        in->recalled.ticket_image = r->image;
    }
}

static int remember(struct eh_batch *b, const struct eh_record *r)
{
    uint64_t at = (uint64_t)(r - b->records);
    int done = eh_table_put(&b->known, r->identity, at);
    if (done == 0 && r->image_ticket != 0) {
        struct eh_ticket_view v;
        done = eh_ticket_image_view(r->image, &v, NULL);
        if (done == 0)
            done = eh_table_put(&b->images, eh_ticket_identity(v.source, v.id), at);
    }
    return done;
}

/* Inputs that are not on the stream and name no event are each their own: their number says so. */
static struct eh_key own_identity(uint64_t no)
{
    char text[40];
    size_t n = eh_format(text, sizeof text, "input %llu", (unsigned long long)no);
    return eh_hash_128(EH_DOMAIN_ENTRY, text, n);
}

/* Whoever pushes what is refused by thousands must not fill the disk: the first of each minute keep
 * their bytes. */
static bool keeps_body(struct eh_dead_bodies *bodies, int64_t at_us)
{
    int64_t minute = at_us / MINUTE_US;
    if (minute != bodies->minute)
        *bodies = (struct eh_dead_bodies){.minute = minute};
    return bodies->kept++ < EH_DEAD_BODIES_A_MINUTE;
}

static int leave_body(struct eh_batch *b, struct eh_dead_entry *dead)
{
    uint8_t *digest = eh_arena_alloc(&b->arena, EH_DEAD_DIGEST_BYTES);
    if (!digest)
        return -EH_ENOMEM;
    eh_hash_sha256(dead->body.data, dead->body.size, digest);
    dead->sha256 = eh_str_n((const char *)digest, EH_DEAD_DIGEST_BYTES);
    dead->body = (struct eh_str){NULL, 0};
    return 0;
}

/* The row of an entry is named by its bytes behind a salt. Until it can be seen in PostgreSQL, it
 * is found by the bytes alone. */
static int add_dead(struct eh_app *app, struct eh_batch *b, const struct eh_item *item,
                    const struct eh_input *in, struct eh_record *record)
{
    bool streamed = in->origin == EH_ORIGIN_STREAM || b->effects.dead.size > 0;
    if (!streamed)
        return 0;
    const struct eh_stream_id kept = {b->effects.dead_stream_ms, b->effects.dead_stream_no};
    struct eh_dead_entry *dead = eh_batch_dead(b);
    if (!dead)
        return -EH_ENOMEM;
    *dead = (struct eh_dead_entry){
        .input = in->no,
        .reason = b->effects.reason,
        .at_ms = in->at_us / 1000,
        .body = item ? item->body : b->effects.dead,
        .size = item ? item->body.size : b->effects.dead.size,
        .stream_id = eh_batch_stream_id(&b->arena, item ? eh_input_stream_id(in) : kept),
    };
    b->head_dead = in->no;
    if (!item)
        return 0;
    dead->salted = true;
    eh_salt_draw(dead->salt);
    record->identity =
        eh_entry_identity_salted(dead->salt, in->stream_ms, in->stream_no, item->body);
    return keeps_body(&app->dead_bodies, in->at_us) ? 0 : leave_body(b, dead);
}

static int add_personal(struct eh_batch *b, const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    bool has = m->customer.size > 0 || m->subject.size > 0;
    if (!has || b->effects.refused)
        return 0;
    eh_require(b->personal_count < EH_BATCH_ITEMS_MAX);
    struct eh_personal *p = &b->personal[b->personal_count++];
    *p = (struct eh_personal){.input = in->no, .customer = m->customer, .subject = m->subject};
    memcpy(p->customer_salt, in->customer_salt.bytes, EH_SALT_BYTES);
    memcpy(p->subject_salt, in->subject_salt.bytes, EH_SALT_BYTES);
    return p->customer.size == 0
               ? 0
               : eh_table_put(&b->customers, name_of(p->customer), (uint64_t)(p - b->personal));
}

/* ---- What the shell adds to an input. It is no part of what was said, so its digest stays. */

/* An input that turns the draw epoch carries what the key knows. */
static int add_seeds(struct eh_app *app, struct eh_batch *b, struct eh_message *m)
{
    struct eh_totals totals;
    eh_engine_totals(app->engine, &totals);
    return eh_keys_turn(&app->keys, &totals, &b->arena, m);
}

static int add_commitments(struct eh_app *app, struct eh_batch *b, struct eh_message *m)
{
    struct eh_totals totals;
    eh_engine_totals(app->engine, &totals);
    return eh_keys_replace(&app->keys, &totals, &b->arena, m);
}

struct moment {
    struct eh_app *app;
    int64_t us;
};

static int32_t date_in(void *context, struct eh_str zone)
{
    const struct moment *moment = context;
    return eh_clock_date_in(&moment->app->clock, zone, moment->us);
}

/* The desk's time zone says on which day an outcome came about; without a time, today, where no
 * other zone was said for this period. */
static void add_date(struct eh_app *app, struct eh_input *in)
{
    struct eh_message *m = &in->message;
    bool has = eh_message_has(m, EH_FIELD_AT);
    struct moment moment = {app, has ? m->at_ms * 1000 : in->at_us};
    m->at_date = eh_engine_local_date(app->engine, in, date_in, &moment);
    m->has &= ~EH_FIELD_BIT(EH_FIELD_AT_DATE);
    if (has || m->at_date != in->date)
        m->has |= EH_FIELD_BIT(EH_FIELD_AT_DATE);
    else
        m->at_date = 0;
}

static int32_t date_at(void *context, struct eh_str zone, int64_t us)
{
    const struct eh_app *app = context;
    return eh_clock_date_in(&app->clock, zone, us);
}

/* How long the period of a rep's minutes is, by the desk's clock. */
static void add_minutes(struct eh_app *app, struct eh_message *m)
{
    struct eh_period period;
    m->has &= ~EH_FIELD_BIT(EH_FIELD_MINUTES);
    m->minutes = 0;
    if (!eh_plan_is_minutes(m->metric) || eh_period_parse(m->period, &period, NULL) < 0)
        return;
    m->minutes = eh_engine_period_minutes(app->engine, period, date_at, app);
    if (m->minutes > 0)
        m->has |= EH_FIELD_BIT(EH_FIELD_MINUTES);
}

static int add_known(struct eh_app *app, struct eh_batch *b, struct eh_input *in)
{
    struct eh_message *m = &in->message;
    switch (m->type) {
    case EH_MESSAGE_DAY:
    case EH_MESSAGE_REVEAL:
    case EH_MESSAGE_ACCEPT_TIME:
        return add_seeds(app, b, m);
    case EH_MESSAGE_NEW_KEY:
        return add_commitments(app, b, m);
    case EH_MESSAGE_OUTCOME:
        add_date(app, in);
        return 0;
    case EH_MESSAGE_METRIC:
        add_minutes(app, m);
        return 0;
    case EH_MESSAGE_FREEZE:
    case EH_MESSAGE_CLOSE:
        return eh_period_text(app->engine, &b->arena, m);
    default:
        return 0;
    }
}

/* What the engine accepted, as the period's rows. */
static int add_period(const struct eh_app *app, struct eh_batch *b, const struct eh_input *in)
{
    struct eh_error error = {0};
    int r = eh_period_rows(app->engine, in, b, &error);
    if (r < 0)
        eh_log(EH_LOG_ERROR, "%s of team=%.*s period=%.*s: %s",
               eh_message_type_name(in->message.type), EH_STR_ARG(in->message.team),
               EH_STR_ARG(in->message.period), error.text);
    return r;
}

/* What comes behind a new desk is dated in its time zone, before it is committed, too. */
static void take_zone(struct eh_app *app)
{
    struct eh_error error = {0};
    const struct eh_desk *desk = eh_engine_desk(app->engine);
    if (eh_clock_set_zone(&app->clock, desk->time_zone, &error) < 0)
        app_error(app, error.text);
}

/* ---- One input. */

/* What it adds to the transaction. */
static void weigh(struct eh_batch *b, const struct eh_record *record, const struct eh_item *item)
{
    b->rows += 1 + record->effect_count + (record->image_ticket != 0) + b->effects.refused;
    b->row_bytes += record->rest.size + record->image.size + record->reason.size;
    if (b->effects.refused)
        b->row_bytes += b->effects.dead.size + (item ? item->body.size : 0);
    for (uint32_t i = b->effects.first; i < b->effects.count; i++)
        b->row_bytes += b->effects.items[i].detail.size;
}

/* Whoever can make many tickets dealable has a size: what the batch has room for. Without one a
 * step has as many effects as any may. */
static void add_size(const struct eh_app *app, const struct eh_batch *b, struct eh_message *m)
{
    static const uint64_t many =
        UINT64_C(1) << EH_MESSAGE_UPDATE | UINT64_C(1) << EH_MESSAGE_SIGNAL |
        UINT64_C(1) << EH_MESSAGE_OUTCOME | UINT64_C(1) << EH_MESSAGE_ASSIGN |
        UINT64_C(1) << EH_MESSAGE_RELEASE | UINT64_C(1) << EH_MESSAGE_MOVE |
        UINT64_C(1) << EH_MESSAGE_DESK | UINT64_C(1) << EH_MESSAGE_DAY |
        UINT64_C(1) << EH_MESSAGE_DUE | UINT64_C(1) << EH_MESSAGE_SKIPPED;
    uint32_t weight = eh_batch_weight(b);
    uint32_t left = app->pace.most > weight ? app->pace.most - weight : 0;
    m->has &= ~EH_FIELD_BIT(EH_FIELD_MOST); /* decided before, and once more */
    if (left >= EH_MOST_MAX || !(many >> m->type & 1))
        return;
    m->most = left < EH_MOST_MIN ? EH_MOST_MIN : left;
    m->has |= EH_FIELD_BIT(EH_FIELD_MOST);
}

/* One more word about the message. */
static int add_word(struct eh_batch *b, struct eh_message *m, const char *word)
{
    char words[2 * EH_MENDED_MAX];
    eh_format(words, sizeof words, "%.*s%s%s", EH_STR_ARG(m->mended), m->mended.size ? "; " : "",
              word);
    m->mended = eh_batch_text(b, words);
    m->has |= EH_FIELD_BIT(EH_FIELD_MENDED);
    return m->mended.data ? 0 : -EH_ENOMEM;
}

/* Steps one input and appends its rows. `item` is NULL for what time brought. */
static int step(struct eh_app *app, struct eh_batch *b, struct eh_input *in,
                const struct eh_item *item)
{
    in->no = b->to_input + 1;
    in->at_us = b->at_us;
    in->draws = &app->draws;
    add_size(app, b, &in->message);
    int r = add_known(app, b, in);
    if (r < 0)
        return r;
    bool own = in->origin != EH_ORIGIN_STREAM && !eh_message_has(&in->message, EH_FIELD_EVENT) &&
               in->message.type != EH_MESSAGE_TICKET;
    if (own)
        in->identity = own_identity(in->no);
    uint32_t before = b->effects.count;
    r = eh_engine_step(app->engine, in, &b->effects);
    if (r < 0)
        return r;
    if (b->effects.older && (r = add_word(b, &in->message, EH_WORD_OLDER)) < 0)
        return r;
    if (b->effects.note.size && (r = add_word(b, &in->message, b->effects.note.data)) < 0)
        return r;
    if (b->effects
            .refused) { /* nobody compares with it: its digests stand behind salts of nobody */
        eh_salts_draw(in);
        eh_input_identify(in);
    }
    struct eh_record *record = eh_batch_record(b);
    if (!record)
        return -EH_ENOMEM;
    r = eh_record_from_input(in, &b->effects, &b->arena, record);
    if (r < 0)
        return r;
    record->effect_count = b->effects.count - before;
    if (b->effects.refused) {
        record->identity = own_identity(in->no);
        r = add_dead(app, b, item && in->origin == EH_ORIGIN_STREAM ? item : NULL, in, record);
    } else {
        r = add_period(app, b, in);
        if (in->message.type == EH_MESSAGE_DESK)
            take_zone(app);
    }
    if (r == 0)
        r = add_personal(b, in);
    if (r == 0)
        r = remember(b, record);
    if (r == 0 && item && item->seen_before && b->effects.refused)
        r = eh_table_put(&b->known, item->entry, (uint64_t)(record - b->records));
    if (r < 0)
        return r;
    const struct eh_effect *caused = record->effect_count ? b->effects.items + before : NULL;
    eh_record_chain(record, caused, record->effect_count, &app->scratch, &b->chain);
    weigh(b, record, item);
    b->to_input = in->no;
    b->to_seq += record->effect_count;
    return 0;
}

static int step_shell(struct eh_app *app, struct eh_batch *b, enum eh_message_type type,
                      int32_t date)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date, .message.type = (uint8_t)type};
    eh_input_identify(&in);
    return step(app, b, &in, NULL);
}

/* It is logged why. */
static int step_skip(struct eh_app *app, struct eh_batch *b, struct eh_skip *skip, int32_t date)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .date = date};
    in.message = (struct eh_message){.type = EH_MESSAGE_SKIPPED,
                                     .has = EH_FIELD_BIT(EH_FIELD_REASON),
                                     .reason = eh_batch_text(b, skip->reason),
                                     .ticket = (int64_t)skip->ticket};
    if (!in.message.reason.data)
        return -EH_ENOMEM;
    if (skip->ticket)
        in.message.has |= EH_FIELD_BIT(EH_FIELD_TICKET);
    eh_input_identify(&in);
    int r = step(app, b, &in, NULL);
    skip->input = in.no;
    return r;
}

static int step_skipped_tickets(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_skip *skip;
    int r = 0;
    eh_engine_totals(app->engine, &totals);
    while (r == 0 && (skip = eh_skips_ticket(&app->skips)) != NULL)
        r = step_skip(app, b, skip, totals.date);
    return r;
}

/* What time brings, or what takes its place where PostgreSQL refused it. */
static int step_timed(struct eh_app *app, struct eh_batch *b, enum eh_message_type type,
                      int32_t date)
{
    struct eh_key key = eh_skip_key(app->engine, date, type == EH_MESSAGE_DAY);
    struct eh_skip *skip = eh_skips_find(&app->skips, key);
    if (skip)
        return step_skip(app, b, skip, date);
    struct eh_batch_due *due = eh_batch_due(b);
    if (!due)
        return -EH_ENOMEM;
    *due = (struct eh_batch_due){b->to_input + 1, key};
    return step_shell(app, b, type, date);
}

/* Before anything else: what was committed can neither be drawn with nor revealed. */
static int step_new_key(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL};
    eh_engine_totals(app->engine, &totals);
    in.date = totals.date;
    app_new_key_message(app, &in.message);
    eh_input_identify(&in);
    app->new_key_due = false;
    return step(app, b, &in, NULL);
}

/* The first leader of a new build says by which rules it decides from here on. */
static int step_rules(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    struct eh_input in = {.origin = EH_ORIGIN_SHELL, .message.type = EH_MESSAGE_RULES};
    eh_engine_totals(app->engine, &totals);
    if (totals.rules >= EH_RULES_LAST)
        return 0;
    in.date = totals.date;
    in.message.rules = EH_RULES_LAST;
    in.message.has = EH_FIELD_BIT(EH_FIELD_RULES);
    eh_input_identify(&in);
    return step(app, b, &in, NULL);
}

/* From here on the time is this clock's, whatever it was before. */
static int step_accept_time(struct eh_app *app, struct eh_batch *b)
{
    struct eh_input in = {.origin = EH_ORIGIN_SHELL};
    b->at_us = eh_clock_now_us(&app->clock);
    in.date = eh_clock_date(&app->clock, b->at_us);
    app_accept_time_message(app, &in.message);
    eh_input_identify(&in);
    app->accept_due = false;
    return step(app, b, &in, NULL);
}

/* A new local day comes before anything else that happens on it. */
static int step_day(struct eh_app *app, struct eh_batch *b, int32_t *ret_date)
{
    struct eh_totals totals;
    eh_engine_totals(app->engine, &totals);
    int32_t date = eh_clock_date(&app->clock, b->at_us);
    if (totals.input > 0 && date < totals.date)
        date = totals.date;
    *ret_date = date;
    if (date > totals.date || !totals.committed) /* nothing committed: first day, or an old log */
        return step_timed(app, b, EH_MESSAGE_DAY, date);
    return 0;
}

static bool is_due(const struct eh_app *app, const struct eh_batch *b)
{
    return eh_engine_due_us(app->engine) <= b->at_us;
}

/* What is due, until the batch weighs as much as it may. */
static int step_due(struct eh_app *app, struct eh_batch *b, int32_t date, uint32_t most)
{
    int r = 0;
    for (int i = 0; r == 0 && i < EH_BATCH_DUE_MAX && is_due(app, b) && eh_batch_weight(b) < most;
         i++)
        r = step_timed(app, b, EH_MESSAGE_DUE, date);
    return r;
}

/* A capacity is reached: the message is not lost, it becomes a dead letter that says so. */
static void make_unparsed(struct eh_input *in, const char *reason)
{
    struct eh_message m = {.type = EH_MESSAGE_UNPARSED};
    m.reason = eh_str(reason);
    m.has = EH_FIELD_BIT(EH_FIELD_REASON);
    in->message = m;
    in->recalled = (struct eh_recalled){0};
}

/* Personal text is not in it: fields, and what was done to them. */
static void tell_mended(const struct eh_input *in)
{
    const struct eh_message *m = &in->message;
    if (m->mended.size && m->type == EH_MESSAGE_METRIC)
        eh_log_limited(EH_LOG_WARNING, "figure",
                       "metric=%.*s of team=%.*s period=%.*s input=%llu: %.*s",
                       EH_STR_ARG(m->metric), EH_STR_ARG(m->team), EH_STR_ARG(m->period),
                       (unsigned long long)in->no, EH_STR_ARG(m->mended));
    else if (m->mended.size)
        eh_log_limited(EH_LOG_INFO, "mended", "%s of id=%.*s source=%.*s input=%llu: %.*s",
                       eh_message_type_name(m->type), EH_STR_ARG(m->id), EH_STR_ARG(m->source),
                       (unsigned long long)in->no, EH_STR_ARG(m->mended));
}

/* What a figure came to, or stands at since it was told first. */
static void tell_figure(const struct eh_app *app, struct eh_item *item)
{
    if (item->input.message.type == EH_MESSAGE_METRIC)
        item->result.has_figure =
            eh_engine_figure(app->engine, &item->input.message, &item->result.figure);
}

static void tell(const struct eh_app *app, struct eh_batch *b, struct eh_item *item)
{
    const struct eh_effects *fx = &b->effects;
    struct eh_command_result *result = &item->result;
    *result = (struct eh_command_result){.parked = fx->parked,
                                         .mended = item->input.message.mended,
                                         .input = item->input.no,
                                         .from_us = fx->from_us,
                                         .until_us = fx->until_us,
                                         .message = ""};
    if (!fx->refused) {
        tell_mended(&item->input);
        tell_figure(app, item);
        result->period = eh_period_answer(app->engine, &item->input, b);
        return;
    }
    result->code = -(fx->refused_code ? fx->refused_code : EH_EINVAL);
    result->message = eh_arena_str(&b->arena, fx->reason).data;
}

static int decide_item(struct eh_app *app, struct eh_batch *b, struct eh_item *item, int32_t date)
{
    struct eh_input *in = &item->input;
    in->date = date;
    overlay(app, b, item);
    if (item->history_failed || app_history_lacks(app, item)) {
        const char *why = item->history_failed ? item->history_failed
                                               : "plans: two desk files at once; try again";
        item->result = (struct eh_command_result){.code = -EH_EUNAVAILABLE, .message = why};
        return 0;
    }
    in->recalled.periods = item->history;
    if (item->refused) {
        make_unparsed(in, item->refused);
        eh_input_identify(in);
    }
    if (item->entry_known || eh_engine_is_repeat(app->engine, in)) {
        app->repeats++;
        if (eh_engine_is_older(app->engine, in) && add_word(b, &in->message, EH_WORD_OLDER) < 0)
            return -EH_ENOMEM;
        if (in->origin == EH_ORIGIN_STREAM)
            eh_repeats_add(&app->repeated, eh_input_stream_id(in), in->recalled.input);
        item->result = (struct eh_command_result){.repeat = true,
                                                  .mended = in->message.mended,
                                                  .input = in->recalled.input,
                                                  .message = ""};
        tell_figure(app, item);
        return 0;
    }
    if (app_later_takes(app, b, item) || app_full_holds(app, b, item))
        return 0;
    struct eh_desk_basis basis = eh_desk_basis(app->engine);
    int r = step(app, b, in, item);
    if (r == -EH_EFULL) {
        make_unparsed(in, "the daemon holds as many open tickets as it can; close some");
        r = step(app, b, in, item);
    }
    if (r == 0) {
        app_full_came(app, in);
        tell(app, b, item);
        item->result.basis = basis;
    }
    return r;
}

/* A desk file with facts of the past: they are as long as the log, so nothing may come before. */
static int decide_history(struct eh_app *app, struct eh_batch *b)
{
    struct eh_totals totals;
    if (b->item_count == 0 || b->items[0].history.size == 0)
        return 0;
    eh_engine_totals(app->engine, &totals);
    return decide_item(app, b, &b->items[0], totals.date);
}

/* The items from *at on, until the batch weighs as much as it may. */
static int decide_items(struct eh_app *app, struct eh_batch *b, int32_t date, uint32_t most,
                        size_t *at)
{
    int r = 0;
    while (r == 0 && *at < b->item_count && eh_batch_weight(b) < most) {
        struct eh_item *item = &b->items[(*at)++];
        if (item->history.size == 0)
            r = decide_item(app, b, item, date);
        struct eh_stream_id id = eh_input_stream_id(&item->input);
        if (eh_stream_id_compare(id, b->high) > 0)
            b->high = id;
    }
    return r;
}

/* What is due comes first. Where that is more than a batch holds, it has half of each, and what
 * came in is served in between: in every other batch before it. */
static int decide_shares(struct eh_app *app, struct eh_batch *b, int32_t date)
{
    uint32_t most = app->pace.most, share = b->item_count ? (most + 1) / 2 : most;
    bool items_first = app->items_first;
    size_t at = 0;
    int r = items_first ? 0 : step_due(app, b, date, share);
    if (r == 0)
        r = decide_items(app, b, date, items_first ? share : most, &at);
    if (r == 0 && items_first)
        r = step_due(app, b, date, most);
    app->items_first = !items_first && is_due(app, b);
    return r == 0 && at < b->item_count ? app_carry(app, b, at) : r;
}

int app_decide(struct eh_app *app, struct eh_batch *b, struct eh_error *error)
{
    b->from_input = b->to_input = app->head.input;
    b->from_seq = b->to_seq = app->head.seq;
    b->head_dead = app->head.dead;
    b->high = app->head.high;
    b->chain = app->head.chain;
    b->at_us = eh_clock_now_us(&app->clock);
    if (b->at_us < app->head.at_us)
        b->at_us = app->head.at_us;
    app_snapshot_month(app, eh_clock_date(&app->clock, b->at_us));
    int32_t date = 0;
    int r = step_rules(app, b);
    if (r >= 0 && app->new_key_due)
        r = step_new_key(app, b);
    if (r >= 0 && app->accept_due)
        r = step_accept_time(app, b);
    if (r >= 0)
        r = step_skipped_tickets(app, b);
    if (r >= 0)
        r = decide_history(app, b);
    if (r >= 0)
        r = step_day(app, b, &date);
    if (r >= 0)
        r = decide_shares(app, b, date);
    if (r < 0)
        return eh_error_set(error, -r, "input %llu could not be decided: %s",
                            (unsigned long long)b->to_input + 1, eh_code_name(r));
    b->low = eh_inbox_low(app->inbox);
    b->digest = eh_engine_digest(app->engine);
    eh_committed_from(app->engine, &b->after);
    app_head_advance(&app->head, b);
    app_day_is(app);
    b->after.dead_letters = app->head.dead_letters;
    return 0;
}
