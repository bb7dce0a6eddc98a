/*
 * seeded_engine: an engine whose draws follow from a seed, and which refuses nothing it is told:
 * for tests of who gets how much.
 *
 *     struct seeded s;
 *     seeded_start(&s, 7);
 *     seeded_desk(&s, yaml);                   // with a team t
 *     seeded_ticket(&s, 1, 5000, NULL);
 *     struct eh_str rep = s.fx.items[0].rep;
 *     seeded_done(&s);
 *
 * A struct seeded stays where it was started.
 */
#ifndef TESTS_PROPERTY_SEEDED_ENGINE_H
#define TESTS_PROPERTY_SEEDED_ENGINE_H

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include <evenhand/engine/engine.h>

#include "seed.h"

#define SEEDED_START_US INT64_C(1728000000000000)
#define SEEDED_DAY      20000

struct seeded {
    struct eh_engine *e;
    struct eh_arena arena;
    struct eh_effects fx; /* of the last input */
    struct eh_draws draws;
    uint8_t draw_seed[EH_SEED_BYTES];
    uint64_t no; /* inputs until now */
    int64_t now_us;
    int32_t date;
};

static inline bool seeded_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    *ret = eh_draw_compute(((struct seeded *)context)->draw_seed, query);
    return true;
}

static inline void seeded_step(struct seeded *s, struct eh_message m)
{
    struct eh_input in = {.no = ++s->no,
                          .at_us = s->now_us,
                          .date = s->date,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = s->no,
                          .message = m,
                          .draws = &s->draws};
    eh_input_identify(&in);
    eh_arena_reset(&s->arena);
    s->fx = (struct eh_effects){.arena = &s->arena};
    cr_assert_eq(eh_engine_step(s->e, &in, &s->fx), 0);
    cr_assert_not(s->fx.refused, "%s", s->fx.refused ? s->fx.reason.data : "");
}

static inline void seeded_start(struct seeded *s, uint64_t draw_seed)
{
    struct eh_error error = {0};
    *s = (struct seeded){.now_us = SEEDED_START_US, .date = SEEDED_DAY};
    memcpy(s->draw_seed, &draw_seed, sizeof draw_seed);
    s->draws = (struct eh_draws){.draw = seeded_draw, .context = s};
    cr_assert_eq(eh_engine_new(EH_RULES_LAST, &s->e, &error), 0, "%s", error.text);
    seeded_step(s, (struct eh_message){.type = EH_MESSAGE_DAY});
}

static inline void seeded_done(struct seeded *s)
{
    eh_engine_free(s->e);
    eh_arena_done(&s->arena);
}

/* ---- what it is told */

static inline void seeded_desk(struct seeded *s, const char *yaml)
{
    seeded_step(s, (struct eh_message){.type = EH_MESSAGE_DESK,
                                       .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                       .text = eh_str(yaml)});
}

static inline void seeded_signal(struct seeded *s, const char *rep, int status)
{
    seeded_step(
        s, (struct eh_message){.type = EH_MESSAGE_SIGNAL,
                               .rep = eh_str(rep),
                               .status = (uint8_t)status,
                               .has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS)});
}

#define SEEDED_HAS (EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_ID))

/* Of team t; without a skill: NULL. */
static inline void seeded_ticket(struct seeded *s, uint64_t no, int64_t value, const char *skill)
{
    char id[24];
    eh_format(id, sizeof id, "T%llu", (unsigned long long)no);
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .id = eh_str(id),
                           .source = eh_str("default"),
                           .team = eh_str("t"),
                           .kind = eh_str("order"),
                           .value = value,
                           .has = SEEDED_HAS | EH_FIELD_BIT(EH_FIELD_TEAM) |
                                  EH_FIELD_BIT(EH_FIELD_KIND) | EH_FIELD_BIT(EH_FIELD_VALUE)};
    if (skill) {
        m.skills = eh_str(skill);
        m.has |= EH_FIELD_BIT(EH_FIELD_SKILLS);
    }
    seeded_step(s, m);
}

static inline void seeded_resolved(struct seeded *s, uint64_t no)
{
    char id[24];
    eh_format(id, sizeof id, "T%llu", (unsigned long long)no);
    seeded_step(s, (struct eh_message){.type = EH_MESSAGE_OUTCOME,
                                       .id = eh_str(id),
                                       .source = eh_str("default"),
                                       .outcome = EH_OUTCOME_RESOLVED,
                                       .has = SEEDED_HAS | EH_FIELD_BIT(EH_FIELD_OUTCOME)});
}

/* ---- chance */

/* 0 < u < 1 */
static inline double seeded_uniform(struct seed *seed)
{
    return ((double)(seed_next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

/* Lognormal, of median 10,000 and σ = 1.2 (Box and Muller). */
static inline int64_t seeded_value(struct seed *seed)
{
    double u = seeded_uniform(seed);
    double normal = sqrt(-2 * log(u)) * cos(6.283185307179586 * seeded_uniform(seed));
    return llround(10000 * exp(1.2 * normal));
}

#endif
