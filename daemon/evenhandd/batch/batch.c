/* batch: inputs on their way together. See batch.h. */
#include "batch/batch.h"

#include <stdlib.h>

#define KEPT_BYTES_MAX (2u << 20) /* of memory for the next batch: a desk file's is not kept */

int eh_batch_new(struct eh_batch **ret, struct eh_error *error)
{
    struct eh_batch *b = calloc(1, sizeof *b);
    if (!b)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    b->items = malloc(EH_BATCH_ITEMS_MAX * sizeof *b->items);
    b->personal = malloc(EH_BATCH_ITEMS_MAX * sizeof *b->personal);
    b->effects.arena = &b->arena;
    if (!b->items || !b->personal) {
        eh_batch_free(b);
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    }
    *ret = b;
    return 0;
}

static void drop_content(struct eh_batch *b)
{
    for (size_t i = 0; i < b->item_count; i++)
        eh_command_free(b->items[i].command);
    eh_table_done(&b->known);
    eh_table_done(&b->customers);
    eh_table_done(&b->images);
}

void eh_batch_free(struct eh_batch *b)
{
    if (!b)
        return;
    drop_content(b);
    eh_arena_done(&b->arena);
    free(b->items);
    free(b->personal);
    free(b);
}

void eh_batch_clear(struct eh_batch *b)
{
    drop_content(b);
    if (b->arena.held > KEPT_BYTES_MAX)
        eh_arena_done(&b->arena);
    eh_arena_reset(&b->arena);
    *b = (struct eh_batch){.arena = b->arena, .items = b->items, .personal = b->personal};
    b->effects.arena = &b->arena;
}

struct eh_item *eh_batch_add(struct eh_batch *b)
{
    if (b->item_count == EH_BATCH_ITEMS_MAX)
        return NULL;
    struct eh_item *item = &b->items[b->item_count++];
    *item = (struct eh_item){0};
    return item;
}

/* Moves an item's content. A command's message is taken from the command again: the shell adds its
 * own fields anew. */
static int move_content(struct eh_item *item, const struct eh_item *from, struct eh_arena *arena)
{
    struct eh_input *in = &item->input;
    in->recalled = (struct eh_recalled){0};
    item->entry_known = false;
    item->past = (struct eh_past){0};
    item->customer_salt = eh_str(NULL);
    item->history = eh_str(NULL);
    item->history_failed = NULL;
    in->no = 0;
    item->held = false;
    if (from->refused) {
        item->refused = eh_arena_str(arena, eh_str(from->refused)).data;
        if (!item->refused)
            return -EH_ENOMEM;
    }
    item->body = eh_arena_str(arena, from->body);
    if (from->body.size > 0 && !item->body.data)
        return -EH_ENOMEM;
    item->told = NULL;
    const struct eh_message *told = from->told ? from->told : &from->input.message;
    if (item->command)
        in->message = item->command->message;
    else if (eh_message_copy(told, arena, &in->message) < 0)
        return -EH_ENOMEM;
    eh_salts_draw(in);
    eh_input_identify(in);
    return 0;
}

int eh_batch_move(struct eh_batch *from, size_t first, struct eh_batch *to)
{
    for (size_t i = first; i < from->item_count; i++) {
        struct eh_item *item = eh_batch_add(to);
        eh_require(item);
        *item = from->items[i];
        if (move_content(item, &from->items[i], &to->arena) < 0) {
            to->item_count--;
            return -EH_ENOMEM;
        }
        from->items[i].command = NULL;
        from->command_count -= item->command != NULL;
        to->command_count += item->command != NULL;
        from->bytes -= item->body.size;
        to->bytes += item->body.size;
    }
    from->item_count = first;
    return 0;
}

void eh_batch_remove(struct eh_batch *b, struct eh_item *item)
{
    size_t at = (size_t)(item - b->items);
    memmove(item, item + 1, (--b->item_count - at) * sizeof *item);
}

uint32_t eh_batch_weight(const struct eh_batch *b)
{
    return eh_pace_weight(b->rows, b->row_bytes);
}

struct eh_record *eh_batch_record(struct eh_batch *b)
{
    if (eh_array_room_in(&b->arena, &b->records, &b->record_capacity, b->record_count + 1,
                         EH_ARRAY_MAX) < 0)
        return NULL;
    return &b->records[b->record_count++];
}

struct eh_dead_entry *eh_batch_dead(struct eh_batch *b)
{
    if (eh_array_room_in(&b->arena, &b->dead, &b->dead_capacity, b->dead_count + 1, EH_ARRAY_MAX) <
        0)
        return NULL;
    return &b->dead[b->dead_count++];
}

struct eh_batch_due *eh_batch_due(struct eh_batch *b)
{
    if (eh_array_room_in(&b->arena, &b->due, &b->due_capacity, b->due_count + 1, EH_ARRAY_MAX) < 0)
        return NULL;
    return &b->due[b->due_count++];
}

void eh_period_row_set_state(struct eh_period_row *row, uint8_t state)
{
    row->state = state;
    row->step.state = eh_str(eh_period_state_name(state));
}

void eh_period_row_set_statement(struct eh_period_row *row,
                                 const struct eh_pool_statement *statement)
{
    row->statement = statement;
    row->step.settled = statement != NULL;
    if (statement)
        row->step.figures = *statement;
}

struct eh_period_row *eh_batch_period(struct eh_batch *b)
{
    if (eh_array_room_in(&b->arena, &b->period_rows, &b->period_capacity, b->period_count + 1,
                         EH_ARRAY_MAX) < 0)
        return NULL;
    return &b->period_rows[b->period_count++];
}

struct eh_str eh_batch_text(struct eh_batch *b, const char *text)
{
    struct eh_str whole = eh_str(text);
    size_t bad_at;
    if (!eh_utf8_valid(whole, &bad_at))
        whole.size = (uint32_t)bad_at;
    return eh_arena_str(&b->arena, whole);
}

struct eh_str eh_batch_kept(struct eh_arena *arena, struct eh_str text)
{
    struct eh_str copy = eh_arena_str(arena, text);
    eh_require(copy.data || text.size == 0);
    return copy;
}

struct eh_str eh_batch_stream_id(struct eh_arena *arena, struct eh_stream_id id)
{
    if (!eh_stream_id_is_set(id))
        return (struct eh_str){NULL, 0};
    char text[EH_STREAM_ID_TEXT_MAX];
    size_t n = eh_stream_id_print(id, text);
    return eh_batch_kept(arena, eh_str_n(text, n));
}

static void notice_of(struct eh_arena *arena, const struct eh_effect *e, uint64_t input,
                      int64_t at_us, struct eh_notice *ret)
{
    *ret = (struct eh_notice){
        .type = e->type,
        .seq = e->seq,
        .source = eh_batch_kept(arena, e->source),
        .id = eh_batch_kept(arena, e->id),
        .team = eh_batch_kept(arena, e->team),
        .rep = eh_batch_kept(arena, e->rep),
        .was = eh_batch_kept(arena, e->was),
        .why = eh_batch_kept(arena, e->why),
        .at_ms = at_us / 1000,
        .input = input,
        .inbox = eh_batch_stream_id(arena, (struct eh_stream_id){e->stream_ms, e->stream_no}),
    };
}

/* Effects belong to the record whose number of effects covers them, in order. */
static void notices_copy(const struct eh_batch *b, struct eh_outbox_batch *out)
{
    size_t at = 0;
    for (size_t r = 0; r < b->record_count; r++) {
        const struct eh_record *record = &b->records[r];
        for (uint32_t i = 0; i < record->effect_count; i++, at++)
            notice_of(&out->arena, &b->effects.items[at], record->input, record->at_us,
                      &out->notices[out->notice_count++]);
    }
}

struct eh_outbox_batch *eh_batch_notices(const struct eh_batch *b)
{
    struct eh_outbox_batch *out;
    eh_require(eh_outbox_batch_new(&out, NULL) == 0);
    out->head_seq = b->to_seq;
    out->head_dead = b->head_dead;
    out->notices = eh_arena_alloc(&out->arena, (b->effects.count + 1) * sizeof *out->notices);
    out->dead = eh_arena_alloc(&out->arena, (b->dead_count + 1) * sizeof *out->dead);
    eh_require(out->notices && out->dead);
    notices_copy(b, out);
    for (size_t i = 0; i < b->dead_count; i++) {
        struct eh_dead_entry *d = &out->dead[out->dead_count++];
        *d = b->dead[i];
        d->reason = eh_batch_kept(&out->arena, d->reason);
        d->stream_id = eh_batch_kept(&out->arena, d->stream_id);
        d->body = eh_batch_kept(&out->arena, d->body);
        d->sha256 = eh_batch_kept(&out->arena, d->sha256);
    }
    return out;
}
