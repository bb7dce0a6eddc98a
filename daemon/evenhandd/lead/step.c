/* step: one input is decided, and what it causes becomes rows of its batch. */
#include "lead/fill.h"
#include "lead/parts.h"
#include "lead/recent.h"

#include "host/log.h"
#include "host/loop.h"
#include "lead/period_rows.h"

#define MINUTE_US INT64_C(60000000)

/* Inputs that are not on the stream and name no event are each their own: their number says so. */
static struct eh_key input_own_identity(uint64_t no)
{
    char text[40];
    size_t n = eh_format(text, sizeof text, "input %llu", (unsigned long long)no);
    return eh_hash_128(EH_DOMAIN_ENTRY, text, n);
}

/* Whoever pushes what is refused by thousands must not fill the disk: the first of each minute keep
 * their bytes. */
static bool bodies_keep(struct eh_dead_bodies *bodies, int64_t at_us)
{
    int64_t minute = at_us / MINUTE_US;
    if (minute != bodies->minute)
        *bodies = (struct eh_dead_bodies){.minute = minute};
    return bodies->kept++ < EH_DEAD_BODIES_A_MINUTE;
}

static int dead_leave_body(struct eh_batch *b, struct eh_dead_entry *dead)
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
static int batch_add_dead(struct eh_app *app, struct eh_batch *b, const struct eh_item *item,
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
    return bodies_keep(&app->step.dead_bodies, in->at_us) ? 0 : dead_leave_body(b, dead);
}

/* What the engine accepted, as the period's rows. */
static int batch_add_period(const struct eh_app *app, struct eh_batch *b, const struct eh_input *in)
{
    struct eh_error error = {0};
    int r = eh_period_rows(app->state.engine, in, b, &error);
    if (r < 0)
        eh_log(EH_LOG_ERROR, "%s of team=%.*s period=%.*s: %s",
               eh_message_type_name(in->message.type), EH_STR_ARG(in->message.team),
               EH_STR_ARG(in->message.period), error.text);
    return r;
}

/* What comes behind a new desk is dated in its time zone, before it is committed, too. */
static void clock_take_zone(struct eh_app *app)
{
    struct eh_error error = {0};
    const struct eh_desk *desk = eh_engine_desk(app->state.engine);
    if (eh_clock_set_zone(&app->services.clock, desk->time_zone, &error) < 0)
        app_error(app, error.text);
}

/* What it adds to the transaction. */
static void batch_weigh(struct eh_batch *b, const struct eh_record *record,
                        const struct eh_item *item)
{
    b->rows += 1 + record->effect_count + (record->image_ticket != 0) + b->effects.refused;
    b->row_bytes += record->rest.size + record->image.size + record->reason.size;
    if (b->effects.refused)
        b->row_bytes += b->effects.dead.size + (item ? item->body.size : 0);
    for (uint32_t i = b->effects.first; i < b->effects.count; i++)
        b->row_bytes += b->effects.items[i].detail.size;
}

/* One more word about the message. */
int app_step_add_word(struct eh_batch *b, struct eh_message *m, const char *word)
{
    char words[2 * EH_MENDED_MAX];
    eh_format(words, sizeof words, "%.*s%s%s", EH_STR_ARG(m->mended), m->mended.size ? "; " : "",
              word);
    m->mended = eh_batch_text(b, words);
    m->has |= EH_FIELD_BIT(EH_FIELD_MENDED);
    return m->mended.data ? 0 : -EH_ENOMEM;
}

static bool is_own(const struct eh_input *in)
{
    return in->origin != EH_ORIGIN_STREAM && !eh_message_has(&in->message, EH_FIELD_EVENT) &&
           in->message.type != EH_MESSAGE_TICKET;
}

/* The engine decides, and the message gets the words of that decision. */
static int input_step(struct eh_app *app, struct eh_batch *b, struct eh_input *in)
{
    in->no = b->to_input + 1;
    in->at_us = b->at_us;
    in->draws = &app->services.draws;
    int r = app_fill(app, b, in);
    if (r < 0)
        return r;
    if (is_own(in))
        in->identity = input_own_identity(in->no);
    r = eh_engine_step(app->state.engine, in, &b->effects);
    eh_loop_note("decide", eh_message_type_name(in->message.type));
    if (r == 0 && b->effects.older)
        r = app_step_add_word(b, &in->message, EH_WORD_OLDER);
    if (r == 0 && b->effects.note.size)
        r = app_step_add_word(b, &in->message, b->effects.note.data);
    if (r == 0 && b->effects.refused) {
        eh_salts_draw(in); /* nobody compares with it: its digests stand behind salts of nobody */
        eh_input_identify(in);
    }
    return r;
}

/* The rows beside those of the input and its effects. */
static int batch_add_rows(struct eh_app *app, struct eh_batch *b, struct eh_input *in,
                          const struct eh_item *item, struct eh_record *record)
{
    int r;
    if (b->effects.refused) {
        record->identity = input_own_identity(in->no);
        r = batch_add_dead(app, b, item && in->origin == EH_ORIGIN_STREAM ? item : NULL, in,
                           record);
    } else {
        r = batch_add_period(app, b, in);
        if (in->message.type == EH_MESSAGE_DESK)
            clock_take_zone(app);
    }
    if (r == 0)
        r = app_recent_add_personal(b, in);
    if (r == 0)
        r = app_recent_add(b, record);
    if (r == 0 && item && item->seen_before && b->effects.refused)
        r = eh_table_put(&b->known, item->entry, (uint64_t)(record - b->records));
    return r;
}

/* Steps one input and appends its rows. `item` is NULL for what time brought. */
int app_step(struct eh_app *app, struct eh_batch *b, struct eh_input *in,
             const struct eh_item *item)
{
    uint32_t before = b->effects.count;
    int r = input_step(app, b, in);
    if (r < 0)
        return r;
    struct eh_record *record = eh_batch_record(b);
    if (!record)
        return -EH_ENOMEM;
    r = eh_record_from_input(in, &b->effects, &b->arena, record);
    if (r < 0)
        return r;
    record->effect_count = b->effects.count - before;
    r = batch_add_rows(app, b, in, item, record);
    if (r < 0)
        return r;
    const struct eh_effect *caused = record->effect_count ? b->effects.items + before : NULL;
    eh_record_chain(record, caused, record->effect_count, &app->step.scratch, &b->chain);
    batch_weigh(b, record, item);
    b->to_input = in->no;
    b->to_seq += record->effect_count;
    return 0;
}

void app_step_end(struct eh_app *app)
{
    eh_bytes_done(&app->step.scratch);
}
