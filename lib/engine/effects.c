/*
 * effects: what a step hands out: its effects, and what became of the message.
 *
 * Every text is copied into the caller's arena: it outlives the ticket and even the engine.
 */
#include "effects.h"

#include "encode.h"
#include "interner.h"
#include "state.h"
#include "step.h"
#include "story.h"
#include "ticket.h"

void eh_step_begin(struct eh_effects *fx)
{
    struct eh_arena *arena = fx->arena;
    struct eh_effect *items = fx->items;
    uint32_t count = fx->count, capacity = fx->capacity;
    *fx = (struct eh_effects){
        .arena = arena, .items = items, .count = count, .capacity = capacity, .first = count};
}

/* Copies the texts of an effect and its draws in one piece. */
static int effect_own(struct eh_arena *arena, struct eh_effect *effect)
{
    struct eh_str *texts[] = {&effect->source, &effect->id,  &effect->team,  &effect->rep,
                              &effect->was,    &effect->why, &effect->detail};
    size_t draws = effect->draw_count * sizeof *effect->draws, size = draws;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += texts[i]->size;
    char *to = eh_arena_alloc(arena, size ? size : 1);
    if (!to)
        return -EH_ENOMEM;
    if (draws)
        memcpy(to, effect->draws, draws);
    effect->draws = draws ? (uint64_t *)(void *)to : NULL;
    to += draws;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i]->size)
            memcpy(to, texts[i]->data, texts[i]->size);
        texts[i]->data = texts[i]->size ? to : NULL;
        to += texts[i]->size;
    }
    return 0;
}

static int effect_add(struct step *s, struct eh_effect effect)
{
    int r = eh_array_room_in(s->fx->arena, &s->fx->items, &s->fx->capacity,
                             s->fx->count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        r = effect_own(s->fx->arena, &effect);
    if (r < 0)
        return r;
    effect.seq = ++s->e->seq;
    s->fx->items[s->fx->count++] = effect;
    return 0;
}

int eh_step_emit(struct step *s, int type, const struct ticket *t, uint32_t rep, uint32_t was,
                 const struct decision *decision)
{
    struct eh_effect effect = {
        .type = (uint8_t)type,
        .ticket = t->no,
        .source = ticket_source(t),
        .id = ticket_id(t),
        .team = interned(&s->e->roster.team_ids, t->team),
        .rep = interned(&s->e->roster.rep_ids, rep),
        .was = interned(&s->e->roster.rep_ids, was),
        .stream_ms = t->stream_ms,
        .stream_no = t->stream_no,
    };
    if (decision) {
        effect.why = eh_str(decision->why);
        effect.eligible = decision->eligible;
        effect.weight = decision->weight;
        effect.detail = decision->detail;
        effect.epoch = decision->eligible ? s->e->epochs.current : 0;
        if (decision->draws) {
            effect.draws = (uint64_t *)decision->draws->results; /* copied, not written to */
            effect.draw_count = decision->draws->count;
        }
    }
    return effect_add(s, effect);
}

int eh_step_epoch_notice(struct step *s, int type, uint32_t epoch,
                         const uint8_t bytes[EH_SEED_BYTES])
{
    char id[16], hex[EH_HEX_TEXT(EH_SEED_BYTES)];
    size_t size = eh_format(id, sizeof id, "%u", epoch);
    size_t digits = eh_hex_print(bytes, EH_SEED_BYTES, hex);
    return effect_add(s, (struct eh_effect){.type = (uint8_t)type,
                                            .id = eh_str_n(id, size),
                                            .why = eh_str_n(hex, digits),
                                            .epoch = epoch});
}

int eh_step_rep_notice(struct step *s, int type, struct eh_str team, struct eh_str rep,
                       struct eh_str sentence)
{
    return effect_add(
        s, (struct eh_effect){.type = (uint8_t)type, .team = team, .rep = rep, .why = sentence});
}

int eh_step_resent_notice(struct step *s, const struct ticket *t, struct eh_str id)
{
    return effect_add(s, (struct eh_effect){.type = EH_NOTICE_RESENT,
                                            .ticket = t->no,
                                            .source = ticket_source(t),
                                            .id = ticket_id(t),
                                            .team = interned(&s->e->roster.team_ids, t->team),
                                            .why = id,
                                            .stream_ms = t->stream_ms,
                                            .stream_no = t->stream_no});
}

int eh_step_lost_notice(struct step *s, uint32_t epoch)
{
    char id[16];
    size_t size = eh_format(id, sizeof id, "%u", epoch);
    return effect_add(s, (struct eh_effect){.type = EH_NOTICE_LOST,
                                            .id = eh_str_n(id, size),
                                            .why = s->m.reason,
                                            .epoch = epoch});
}

int eh_step_refuse(struct step *s, int code, const char *format, ...)
{
    char text[2 * EH_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    eh_assert(!s->touched);
    struct eh_str reason = eh_arena_str(s->fx->arena, eh_str(text));
    if (!reason.data)
        return -EH_ENOMEM;
    s->fx->refused = true;
    s->fx->refused_code = code;
    s->fx->reason = reason;
    return 0;
}

void eh_step_take(struct step *s)
{
    s->fx->refused = false;
    s->fx->refused_code = 0;
    s->fx->reason = (struct eh_str){NULL, 0};
}

int eh_step_refused_notice(struct step *s, const struct eh_message *m, uint8_t origin,
                           uint64_t stream_ms, uint64_t stream_no)
{
    s->e->dead++;
    if (origin != EH_ORIGIN_STREAM || m->type == EH_MESSAGE_UNPARSED)
        return 0;
    return effect_add(s, (struct eh_effect){.type = EH_NOTICE_REFUSED,
                                            .source = m->source,
                                            .id = m->id,
                                            .team = m->team,
                                            .rep = m->rep,
                                            .why = s->fx->reason,
                                            .stream_ms = stream_ms,
                                            .stream_no = stream_no});
}

int eh_step_corrected_notice(struct step *s, int type, const struct ticket *t,
                             const struct story_entry *entry, struct eh_str why)
{
    return effect_add(
        s, (struct eh_effect){.type = (uint8_t)type,
                              .ticket =
                                  entry->input, /* the entry's id stands in the row of that input */
                              .source = ticket_source(t),
                              .id = ticket_id(t),
                              .why = why,
                              .stream_ms = entry->stream_ms,
                              .stream_no = entry->stream_no});
}

void eh_step_did(struct step *s, enum eh_deed deed, uint32_t rep, const struct ticket *t)
{
    if (rep == NONE)
        return;
    s->fx->done = (struct eh_done){.deed = deed,
                                   .rep = interned(&s->e->roster.rep_ids, rep),
                                   .team = interned(&s->e->roster.team_ids, t->team),
                                   .value = t->value};
}

static int bytes_copy(struct eh_arena *arena, const struct eh_bytes *bytes, struct eh_str *ret)
{
    void *copy = bytes->failed ? NULL : eh_arena_copy(arena, bytes->data, bytes->size);
    if (!copy)
        return -EH_ENOMEM;
    *ret = eh_str_n(copy, bytes->size);
    return 0;
}

int eh_step_image(struct step *s, const struct ticket *t)
{
    struct eh_bytes *scratch = &s->e->scratch;
    eh_bytes_clear(scratch);
    eh_encode_ticket(s->e, t, scratch);
    s->fx->image_ticket = t->no;
    return bytes_copy(s->fx->arena, scratch, &s->fx->image);
}

int eh_step_signal(struct step *s, uint32_t rep, int status, int64_t from_us, int64_t until_us)
{
    struct eh_str name = eh_arena_str(s->fx->arena, interned(&s->e->roster.rep_ids, rep));
    if (!name.data)
        return -EH_ENOMEM;
    s->fx->signal_rep = name;
    s->fx->signal_status = (uint8_t)status;
    s->fx->from_us = from_us;
    s->fx->until_us = until_us;
    return 0;
}

int eh_step_dead(struct step *s, const struct eh_message *m, uint64_t stream_ms, uint64_t stream_no)
{
    struct eh_bytes *scratch = &s->e->scratch;
    struct eh_message said = *m;
    said.has &= ~EH_FIELD_BIT(EH_FIELD_AT_DATE);
    eh_bytes_clear(scratch);
    int r = eh_message_to_json(&said, scratch);
    if (r == 0)
        r = bytes_copy(s->fx->arena, scratch, &s->fx->dead);
    s->fx->dead_stream_ms = stream_ms;
    s->fx->dead_stream_no = stream_no;
    return r;
}
