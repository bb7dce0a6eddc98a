/*
 * period_life: what may happen in the weeks of one team, chosen by its seed.
 *
 *     static struct life l;
 *     l = (struct life){.seed = seed, .reps = 4};
 *     life_desk(&l, yaml);                    // the first one starts the engine
 *     life_ticket(&l);
 *     life_outcome(&l, life_below(&l, l.o.tickets), "'outcome':'won'");
 *     office_step(&l.o, EH_MESSAGE_FREEZE, life_week(&l, true));
 *
 * How often each of it happens, the desk, and what must hold are the tests' own.
 */
#ifndef TESTS_PROPERTY_PERIOD_LIFE_H
#define TESTS_PROPERTY_PERIOD_LIFE_H

#include "../unit/pool_office.h"
#include "seed.h"

#define LIFE_DESK                                                                                  \
    "desk: main\ncurrency: EUR\nkinds: {order: {points: 2}, quote: {points: 2}, query: "           \
    "{points: 1}}\n"

static const char *const life_reps[] = {"ana", "bo", "cy", "dee", "eli", "fay"};

struct life {
    struct office o;
    struct seed seed;
    unsigned reps; /* so many of life_reps there are */
};

static inline unsigned life_below(struct life *l, unsigned n)
{
    return (unsigned)seed_below(&l->seed, n);
}

/* ---- weeks */

static inline int32_t life_first_week(void)
{
    return kit_period("2026-W06").number;
}

/* How many weeks of the life are over. */
static inline int32_t life_weeks(const struct life *l)
{
    return eh_period_of(EH_PERIOD_WEEK, l->o.k.date).number - life_first_week();
}

/* One of the last four, past: of those that are over. */
static inline const char *life_week(struct life *l, bool past)
{
    static char text[EH_DECIMAL_TEXT_MAX];
    int32_t weeks = life_weeks(l), back = (int32_t)life_below(l, 4) + past;
    eh_period_print(
        (struct eh_period){EH_PERIOD_WEEK, life_first_week() + (weeks > back ? weeks - back : 0)},
        text);
    return text;
}

/* ---- what happens */

/* Accepted, and no repeat. */
static inline void life_desk(struct life *l, const char *yaml)
{
    if (l->o.k.e)
        kit_desk(&l->o.k, yaml);
    else
        office_start(&l->o, yaml);
    office_sent(&l->o, yaml);
}

/* Of any kind, owner and value; none when there are as many as an office holds. */
static inline void life_ticket(struct life *l)
{
    static const char *const kinds[] = {"order", "quote", "query"};
    struct office *o = &l->o;
    if (o->tickets == OFFICE_TICKETS_MAX)
        return;
    kit_sendf(&o->k,
              "{'type':'ticket','id':'T%u','team':'sales','kind':'%s','owner':'%s','value':%u}",
              o->tickets, kinds[life_below(l, 3)], life_reps[life_below(l, l->reps)],
              life_below(l, 5000));
    o->tickets++;
}

/* It may be refused: a ticket that is closed already, say. */
static inline void life_outcome(struct life *l, unsigned ticket, const char *fields)
{
    office_try_outcome(&l->o, ticket, fields);
    cr_assert_eq(l->o.k.result, 0, "%s", eh_code_name(l->o.k.result));
}

/* Somebody is left out of the pool of some week; back: or is in it again. */
static inline void life_set_aside(struct life *l, bool back)
{
    char body[128];
    const char *rep = life_reps[life_below(l, l->reps)], *period = life_week(l, false);
    snprintf(body, sizeof body, "{'team':'sales','period':'%s','rep':'%s','reason':'x'}", period,
             rep);
    kit_command(&l->o.k, !back || life_below(l, 2) ? EH_MESSAGE_EXCLUDE : EH_MESSAGE_INCLUDE, body);
}

#endif
