/*
 * fake_log: the log of PostgreSQL, in memory: rows and effects as the store writes them, looked up
 * and read back as the store does it.
 *
 *     log_recall(&log, &in);                 // before step()
 *     log_append(&log, &in, &fx, entry, digest); // after it: durable from now on
 *     at = log_replay(&log, engine, from);       // as far as effects and digests are the same
 */
#ifndef TESTS_SIMULATION_FAKE_LOG_H
#define TESTS_SIMULATION_FAKE_LOG_H

#include <stdio.h>
#include <stdlib.h>

#include <evenhand/engine/record.h>

struct log_row {
    struct eh_record record;
    struct eh_effect *effects;
    uint32_t effect_count;
    struct eh_key digest; /* of the state after it */
};

struct log {
    struct eh_arena arena;
    struct log_row *rows;
    size_t count, capacity;
    struct eh_table identities; /* -> row */
    struct eh_table tickets;    /* identity -> row that brought it */
    struct eh_table images;     /* identity of the ticket -> row with its last image */
    struct eh_chain chain;
    struct eh_bytes scratch;
};

static inline void log_done(struct log *log)
{
    eh_arena_done(&log->arena);
    free(log->rows);
    eh_table_done(&log->identities);
    eh_table_done(&log->tickets);
    eh_table_done(&log->images);
    eh_bytes_done(&log->scratch);
}

static inline void log_must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fake log: %s\n", what);
        abort();
    }
}

/* What the store looks up before a batch is decided. */
static inline void log_recall(const struct log *log, struct eh_input *in)
{
    uint64_t at;
    in->recalled = (struct eh_recalled){0};
    if (eh_table_get(&log->identities, in->identity, &at))
        in->recalled = (struct eh_recalled){.known = true,
                                            .digest = log->rows[at].record.digest,
                                            .input = log->rows[at].record.input};
    if (in->message.type != EH_MESSAGE_OUTCOME && in->message.type != EH_MESSAGE_UPDATE)
        return;
    struct eh_key ticket = eh_ticket_identity(in->message.source, in->message.id);
    in->recalled.ticket_known = eh_table_get(&log->tickets, ticket, &at);
    if (eh_table_get(&log->images, ticket, &at))
        in->recalled.ticket_image = log->rows[at].record.image;
}

static inline void log_own(struct log *log, struct eh_str *s)
{
    if (s->size)
        *s = eh_arena_str(&log->arena, *s);
}

static inline void log_own_record(struct log *log, struct eh_record *r)
{
    struct eh_str *const texts[] = {&r->source, &r->id,     &r->team, &r->kind, &r->rep,
                                    &r->actor,  &r->reason, &r->word, &r->rest, &r->image};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        log_own(log, texts[i]);
    /* Columns read back know their own fields only: `word` has no bit. */
    r->has &= ~(EH_FIELD_BIT(EH_FIELD_STATUS) | EH_FIELD_BIT(EH_FIELD_OUTCOME) |
                EH_FIELD_BIT(EH_FIELD_METRIC));
}

static inline void log_own_effect(struct log *log, struct eh_effect *f)
{
    struct eh_str *const texts[] = {&f->source, &f->id, &f->team, &f->rep, &f->was, &f->why};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        log_own(log, texts[i]);
    if (f->draw_count)
        f->draws = eh_arena_copy(&log->arena, f->draws, f->draw_count * sizeof *f->draws);
}

static inline void log_index(struct log *log, const struct log_row *row)
{
    uint64_t at = (uint64_t)(row - log->rows);
    const struct eh_record *r = &row->record;
    uint64_t other;
    log_must(!eh_table_get(&log->identities, r->identity, &other), "an identity stands twice");
    log_must(eh_table_put(&log->identities, r->identity, at) == 0, "memory");
    if (r->type == EH_MESSAGE_TICKET)
        log_must(eh_table_put(&log->tickets, r->identity, at) == 0, "memory");
    if (r->image_ticket) {
        struct eh_ticket_view view;
        log_must(eh_ticket_image_view(r->image, &view, NULL) == 0, "an image cannot be read");
        struct eh_key ticket = eh_ticket_identity(view.source, view.id);
        log_must(eh_table_put(&log->images, ticket, at) == 0, "memory");
    }
}

/* The effects of the last step. `entry`: the bytes that came, which name a refused input. */
static inline void log_append(struct log *log, const struct eh_input *in,
                              const struct eh_effects *fx, struct eh_str entry,
                              struct eh_key digest)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? 2 * log->capacity : 256;
        log->rows = realloc(log->rows, log->capacity * sizeof *log->rows);
    }
    struct log_row *row = &log->rows[log->count++];
    *row = (struct log_row){.digest = digest, .effect_count = fx->count - fx->first};
    log_must(eh_record_from_input(in, fx, &log->arena, &row->record) == 0, "no row");
    if (fx->refused) {
        char own[32];
        size_t n = eh_format(own, sizeof own, "input %llu", (unsigned long long)in->no);
        row->record.identity = in->origin == EH_ORIGIN_STREAM
                                   ? eh_entry_identity(in->stream_ms, in->stream_no, entry)
                                   : eh_hash_128(EH_DOMAIN_ENTRY, own, n);
    }
    const struct eh_effect *caused = row->effect_count ? fx->items + fx->first : NULL;
    eh_record_chain(&row->record, caused, row->effect_count, &log->scratch, &log->chain);
    log_own_record(log, &row->record);
    row->effects = eh_arena_copy(&log->arena, caused, row->effect_count * sizeof *row->effects);
    for (uint32_t i = 0; i < row->effect_count; i++)
        log_own_effect(log, &row->effects[i]);
    log_index(log, row);
}

/* ---- replay */

struct log_draws {
    const struct log_row *row;
    uint32_t effect, at;
};

static inline bool log_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    struct log_draws *d = context;
    (void)query;
    for (; d->effect < d->row->effect_count; d->effect++, d->at = 0)
        if (d->at < d->row->effects[d->effect].draw_count) {
            *ret = d->row->effects[d->effect].draws[d->at++];
            return true;
        }
    return false;
}

static inline bool log_same_effect(const struct eh_effect *a, const struct eh_effect *b)
{
    return a->seq == b->seq && a->type == b->type && a->ticket == b->ticket &&
           eh_str_equal(a->source, b->source) && eh_str_equal(a->id, b->id) &&
           eh_str_equal(a->team, b->team) && eh_str_equal(a->rep, b->rep) &&
           eh_str_equal(a->was, b->was) && eh_str_equal(a->why, b->why) &&
           a->stream_ms == b->stream_ms && a->stream_no == b->stream_no && a->epoch == b->epoch &&
           a->eligible == b->eligible && a->weight == b->weight && a->draw_count == b->draw_count &&
           (a->draw_count == 0 ||
            memcmp(a->draws, b->draws, a->draw_count * sizeof *a->draws) == 0);
}

static inline bool log_same_effects(const struct log_row *row, const struct eh_effects *fx)
{
    if (fx->count - fx->first != row->effect_count)
        return false;
    for (uint32_t i = 0; i < row->effect_count; i++)
        if (!log_same_effect(&row->effects[i], &fx->items[fx->first + i]))
            return false;
    return fx->refused == (row->record.type < 0) && fx->image_ticket == row->record.image_ticket &&
           eh_str_equal(fx->image, row->record.image);
}

static inline bool log_replay_row(const struct log_row *row, struct eh_engine *e,
                                  struct eh_arena *arena)
{
    struct log_draws recorded = {row, 0, 0};
    struct eh_draws draws = {.draw = log_draw, .context = &recorded};
    struct eh_effects fx = {.arena = arena};
    struct eh_input in;
    struct eh_error error = {0};
    eh_arena_reset(arena);
    if (eh_record_to_input(&row->record, &in, &error) < 0)
        return false;
    in.draws = &draws;
    return eh_engine_step(e, &in, &fx) == 0 && log_same_effects(row, &fx) &&
           eh_key_equal(eh_engine_digest(e), row->digest);
}

/* From row `from` on. Gives the row that failed, or log->count. */
static inline size_t log_replay(const struct log *log, struct eh_engine *e, size_t from)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    while (from < log->count && log_replay_row(&log->rows[from], e, &arena))
        from++;
    return from;
}

#endif
