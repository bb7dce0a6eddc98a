/*
 * history: random desks and what happens at them, for the property tests of engine/.
 *
 *     struct history h;
 *     history_start(&h, seed);                    // a desk of its own for each seed
 *     for (int i = 0; i < 100; i++)
 *         history_go_on(&h);                      // one input of any kind, and what is due
 *     history_done(&h);
 *
 * Everything follows from the seed alone, the draws too.
 */
#ifndef TESTS_PROPERTY_HISTORY_H
#define TESTS_PROPERTY_HISTORY_H

#include <string.h>

#include <evenhand/engine/engine.h>

#include "seed.h"

#define HISTORY_REPS    8
#define HISTORY_TEAMS   3
#define HISTORY_TICKETS 400
#define HISTORY_START   INT64_C(1728000000000000)

struct history {
    struct eh_engine *e;
    struct eh_arena arena;
    struct eh_effects fx;
    struct eh_draws draws;
    struct seed seed;
    uint64_t no;
    int64_t now_us;
    int32_t date;
    uint32_t rep_count, ticket_count;
    char desk[4096];
    bool unlimited;    /* desks have no capacities */
    bool keeps;        /* leavers keep their tickets */
    bool kinds;        /* desks limit open tickets of a kind, which may change */
    bool ramps;        /* desks let people ramp up, and days pass */
    struct seed sizes; /* of steps, apart from what happens */
    uint32_t limited;  /* 0: steps have no sizes of their own */
    int64_t most;      /* of the last step */
    bool due;          /* it was a DUE input */
    struct eh_str images[HISTORY_TICKETS]; /* malloc'd: the last one given out */
    int result;
    void (*before)(struct history *), (*after)(struct history *); /* each step; NULL: nothing */
    const struct eh_input *in;                                    /* within it: what was decided */
    void *context;
};

static inline bool history_draw(void *context, const struct eh_draw_query *query, uint64_t *ret)
{
    (void)context;
    static const uint8_t seed[EH_SEED_BYTES] = "histories";
    *ret = eh_draw_compute(seed, query);
    return true;
}

static inline uint32_t history_below(struct history *h, uint32_t below)
{
    return (uint32_t)seed_below(&h->seed, below);
}

static inline void history_keep_image(struct history *h)
{
    if (!h->fx.image_ticket)
        return;
    struct eh_ticket_view view;
    struct eh_error error;
    if (eh_ticket_image_view(h->fx.image, &view, &error) < 0)
        abort();
    char id[32] = "";
    memcpy(id, view.id.data, view.id.size);
    struct eh_str *image = &h->images[strtoul(id + 1, NULL, 10)];
    free((void *)image->data);
    char *copy = malloc(h->fx.image.size);
    memcpy(copy, h->fx.image.data, h->fx.image.size);
    *image = eh_str_n(copy, h->fx.image.size);
}

static inline int history_step(struct history *h, struct eh_message m)
{
    h->due = m.type == EH_MESSAGE_DUE;
    if (h->limited) {
        h->most = m.most = EH_MOST_MIN + (int64_t)seed_below(&h->sizes, h->limited);
        m.has |= EH_FIELD_BIT(EH_FIELD_MOST);
    }
    struct eh_input in = {.no = h->no + 1,
                          .at_us = h->now_us,
                          .date = h->date,
                          .origin = EH_ORIGIN_STREAM,
                          .stream_ms = h->no + 1,
                          .message = m,
                          .draws = &h->draws};
    eh_input_identify(&in);
    enum eh_retold told = eh_engine_retold(h->e, &in);
    if (told == EH_RETOLD_UPDATE)
        eh_input_retell(h->e, &in);
    else if (told != EH_RETOLD_NOT)
        return 0;
    if (eh_message_has(&m, EH_FIELD_ID) && m.type == EH_MESSAGE_OUTCOME) {
        char id[32] = "";
        memcpy(id, m.id.data, m.id.size);
        struct eh_str image = h->images[strtoul(id + 1, NULL, 10)];
        struct eh_ticket_view held;
        if (!eh_engine_ticket(h->e, m.source, m.id, &held) && image.size)
            in.recalled = (struct eh_recalled){.ticket_known = true, .ticket_image = image};
    }
    eh_arena_reset(&h->arena);
    h->fx = (struct eh_effects){.arena = &h->arena};
    if (h->before)
        h->before(h);
    h->result = eh_engine_step(h->e, &in, &h->fx);
    if (h->result < 0)
        return h->result;
    h->no++;
    h->in = &in;
    if (h->after)
        h->after(h);
    h->in = NULL;
    history_keep_image(h); /* `in` may have recalled the one before */
    return 0;
}

/* ---- the desk */

static inline size_t history_reps(struct history *h, size_t at)
{
    for (uint32_t i = 0; i < h->rep_count; i++) {
        static const char *const skills[] = {"[]", "[de]", "[{de: 3}, fr]", "[{fr: 2}]"};
        static const char *const shares[] = {"1.0", "1.0", "0.5", "0.8", "0.07", "0.333333"};
        at += eh_format(h->desk + at, sizeof h->desk - at, "  - {id: r%u, share: %s, skills: %s}\n",
                        i, shares[history_below(h, 6)], skills[history_below(h, 4)]);
    }
    return at;
}

/* Limits of some kinds, or of none. */
static inline size_t history_kinds(struct history *h, size_t at)
{
    static const char *const kinds[] = {"k", "o", "p"};
    at += eh_format(h->desk + at, sizeof h->desk - at, " kinds: {");
    for (unsigned i = 0, first = 1; i < 3; i++) {
        if (history_below(h, 2))
            continue;
        at += eh_format(h->desk + at, sizeof h->desk - at, "%s%s: {open: %u}", first ? "" : ", ",
                        kinds[i], 1 + history_below(h, 5));
        first = 0;
    }
    return at + eh_format(h->desk + at, sizeof h->desk - at, "},");
}

static inline void history_write_desk(struct history *h)
{
    static const char *const policies[] = {"random", "balanced", "balanced", "rotation",
                                           "least_loaded"};
    size_t at = eh_format(h->desk, sizeof h->desk,
                          "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                          "kinds: {k: {points: 2}, o: {points: 3}, p: {points: 1}}\nreps:\n");
    at = history_reps(h, at);
    at += eh_format(h->desk + at, sizeof h->desk - at, "teams:\n");
    for (uint32_t team = 0; team < HISTORY_TEAMS; team++) {
        at += eh_format(h->desk + at, sizeof h->desk - at,
                        "  - {id: t%u, policy: %s, value_weight: %u%%, capacity: %u, affinity: %s,"
                        " affinity_for: 2h, leavers_work: %s,",
                        team, policies[history_below(h, 5)], history_below(h, 101),
                        history_below(h, 3) && !h->unlimited ? history_below(h, 12) : 0,
                        history_below(h, 2) ? "open" : "off",
                        h->keeps || history_below(h, 4) == 0 ? "keep" : "deal");
        if (h->kinds)
            at = history_kinds(h, at);
        if (h->ramps && history_below(h, 4))
            at += eh_format(h->desk + at, sizeof h->desk - at, " ramp: %u%% for %uh,",
                            1 + history_below(h, 100), 1 + history_below(h, 60));
        at += eh_format(h->desk + at, sizeof h->desk - at, " reps: [");
        for (uint32_t i = 0, first = 1; i < h->rep_count; i++) {
            if (history_below(h, 3) == 0)
                continue;
            at += eh_format(h->desk + at, sizeof h->desk - at, "%s", first ? "" : ", ");
            at += history_below(h, 4)
                      ? eh_format(h->desk + at, sizeof h->desk - at, "r%u", i)
                      : eh_format(h->desk + at, sizeof h->desk - at,
                                  "{id: r%u, until: 2024-10-%02u}", i, 4 + history_below(h, 6));
            first = 0;
        }
        at += eh_format(h->desk + at, sizeof h->desk - at, "]}\n");
    }
}

static inline int history_apply_desk(struct history *h)
{
    return history_step(h, (struct eh_message){.type = EH_MESSAGE_DESK,
                                               .has = EH_FIELD_BIT(EH_FIELD_TEXT),
                                               .text = eh_str(h->desk)});
}

/* ---- what happens */

static inline int64_t history_value(struct history *h)
{
    switch (history_below(h, 8)) {
    case 0:
        return 0;
    case 1:
        return (int64_t)(seed_next(&h->seed) >> (1 + history_below(h, 30)));
    case 2:
        return -(int64_t)seed_below(&h->seed, 1000);
    default:
        return (int64_t)seed_below(&h->seed, 100000);
    }
}

static inline struct eh_str history_text(struct history *h, const char *format, uint32_t no)
{
    static char room[8][32];
    static unsigned next;
    char *text = room[next++ % 8];
    (void)h;
    eh_format(text, sizeof room[0], format, no);
    return eh_str(text);
}

#define HISTORY_HAS(...) (EH_FIELD_BIT(EH_FIELD_SOURCE) | EH_FIELD_BIT(EH_FIELD_ID) | __VA_ARGS__)

static inline struct eh_message history_ticket(struct history *h)
{
    static const char *const skills[] = {"", "", "de", "fr:2", "de:2\x1f\x66r"};
    struct eh_message m = {.type = EH_MESSAGE_TICKET,
                           .priority = (uint8_t)history_below(h, 10),
                           .source = eh_str("default"),
                           .id = history_text(h, "T%u", h->ticket_count++),
                           .team = history_text(h, "t%u", history_below(h, HISTORY_TEAMS)),
                           .kind = eh_str("k"),
                           .skills = eh_str(skills[history_below(h, 5)]),
                           .value = history_value(h)};
    m.has = HISTORY_HAS(EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_KIND) |
                        EH_FIELD_BIT(EH_FIELD_VALUE) | EH_FIELD_BIT(EH_FIELD_PRIORITY));
    if (m.skills.size)
        m.has |= EH_FIELD_BIT(EH_FIELD_SKILLS);
    if (history_below(h, 8) == 0) {
        m.owner = history_text(h, "r%u", history_below(h, h->rep_count));
        m.has |= EH_FIELD_BIT(EH_FIELD_OWNER);
    }
    if (history_below(h, 2)) {
        m.customer = history_text(h, "customer %u", history_below(h, 5));
        m.has |= EH_FIELD_BIT(EH_FIELD_CUSTOMER);
    }
    return m;
}

/* One that is open, told once more as one of another kind or with other skills; or a new one. */
static inline struct eh_message history_retold(struct history *h)
{
    static const char *const kinds[] = {"k", "o", "p"};
    struct eh_message m = history_ticket(h);
    struct eh_ticket_view held;
    m.kind = eh_str(kinds[history_below(h, 3)]);
    struct eh_str id = history_text(h, "T%u", history_below(h, h->ticket_count));
    if (history_below(h, 4) == 0 && eh_engine_ticket(h->e, m.source, id, &held))
        m.id = id;
    return m;
}

static inline struct eh_message history_on_ticket(struct history *h, int type)
{
    return (struct eh_message){.type = (uint8_t)type,
                               .source = eh_str("default"),
                               .id = history_text(h, "T%u", history_below(h, h->ticket_count)),
                               .has = HISTORY_HAS(0)};
}

static inline struct eh_message history_outcome(struct history *h)
{
    struct eh_message m = history_on_ticket(h, EH_MESSAGE_OUTCOME);
    m.outcome = (uint8_t)(1 + history_below(h, 6));
    m.has |= EH_FIELD_BIT(EH_FIELD_OUTCOME);
    return m;
}

static inline struct eh_message history_signal(struct history *h)
{
    return (struct eh_message){.type = EH_MESSAGE_SIGNAL,
                               .rep = history_text(h, "r%u", history_below(h, h->rep_count)),
                               .status = (uint8_t)(1 + history_below(h, 3)),
                               .for_s = history_below(h, 7200),
                               .has = EH_FIELD_BIT(EH_FIELD_REP) | EH_FIELD_BIT(EH_FIELD_STATUS) |
                                      (history_below(h, 2) ? EH_FIELD_BIT(EH_FIELD_FOR) : 0)};
}

static inline struct eh_message history_manager(struct history *h)
{
    struct eh_message m;
    uint32_t which = history_below(h, 4);
    if (which == 0)
        return (struct eh_message){.type = EH_MESSAGE_RELEASE,
                                   .rep = history_text(h, "r%u", history_below(h, h->rep_count)),
                                   .has = EH_FIELD_BIT(EH_FIELD_REP)};
    if (which == 1) {
        m = history_on_ticket(h, EH_MESSAGE_MOVE);
        m.team = history_text(h, "t%u", history_below(h, HISTORY_TEAMS));
        m.has |= EH_FIELD_BIT(EH_FIELD_TEAM);
    } else if (which == 2) {
        m = history_on_ticket(h, EH_MESSAGE_ASSIGN);
        m.rep = history_text(h, "r%u", history_below(h, h->rep_count));
        m.has |= EH_FIELD_BIT(EH_FIELD_REP);
    } else {
        m = history_on_ticket(h, EH_MESSAGE_UPDATE);
        m.value = history_value(h);
        m.skills = eh_str(history_below(h, 2) ? "de:3" : "fr");
        m.has |= EH_FIELD_BIT(EH_FIELD_VALUE) | EH_FIELD_BIT(EH_FIELD_SKILLS);
    }
    return m;
}

/* All that is due by now. */
static inline int history_due(struct history *h)
{
    const struct eh_message clocks = {
        .type = EH_MESSAGE_DUE, .has = EH_FIELD_BIT(EH_FIELD_CLOCKS), .clocks = 1};
    int r = 0;
    while (r == 0 && eh_engine_due_us(h->e) <= h->now_us)
        r = history_step(h, (struct eh_message){.type = EH_MESSAGE_DUE});
    while (r == 0 && eh_engine_clocks_due_us(h->e) <= h->now_us)
        r = history_step(h, clocks);
    return r;
}

/* One input of any kind. */
static inline int history_happen(struct history *h)
{
    uint32_t what = history_below(h, 100);
    if (what < 3) {
        h->date++;
        return history_step(h, (struct eh_message){.type = EH_MESSAGE_DAY});
    }
    if (what < 6) {
        history_write_desk(h);
        return history_apply_desk(h);
    }
    if (what < 55 && h->ticket_count < HISTORY_TICKETS)
        return history_step(h, h->kinds ? history_retold(h) : history_ticket(h));
    if (what < 75)
        return history_step(h, history_signal(h));
    if (h->ticket_count == 0)
        return 0;
    return history_step(h, what < 90 ? history_outcome(h) : history_manager(h));
}

static inline int history_go_on(struct history *h)
{
    h->now_us += (int64_t)seed_below(&h->seed, 1200) * 1000000;
    if (h->ramps && history_below(h, 8) == 0)
        h->now_us += (int64_t)seed_below(&h->seed, 40 * 3600) * 1000000;
    int r = history_due(h);
    return r < 0 ? r : history_happen(h);
}

enum { HISTORY_KINDS = 1, HISTORY_RAMPS = 2 };

static inline void history_begin(struct history *h, uint64_t seed, unsigned with)
{
    struct eh_error error;
    *h = (struct history){.seed = {seed},
                          .now_us = HISTORY_START,
                          .date = 20000,
                          .kinds = with & HISTORY_KINDS,
                          .ramps = with & HISTORY_RAMPS};
    h->draws.draw = history_draw;
    h->rep_count = 2 + history_below(h, HISTORY_REPS - 1);
    if (eh_engine_new(EH_RULES_LAST, &h->e, &error) < 0)
        abort();
    history_write_desk(h);
    if (history_step(h, (struct eh_message){.type = EH_MESSAGE_DAY}) < 0 ||
        history_apply_desk(h) < 0 || h->fx.refused) {
        fprintf(stderr, "%s\n%s\n", h->fx.refused ? h->fx.reason.data : "", h->desk);
        abort();
    }
}

static inline void history_start(struct history *h, uint64_t seed)
{
    history_begin(h, seed, 0);
}

static inline void history_done(struct history *h)
{
    eh_engine_free(h->e);
    eh_arena_done(&h->arena);
    for (uint32_t i = 0; i < HISTORY_TICKETS; i++)
        free((void *)h->images[i].data);
}

#endif
