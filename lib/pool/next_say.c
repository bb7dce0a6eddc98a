/*
 * next_say: what lifts the pool, in sentences.
 */
#include <evenhand/pool/next.h>

#define SENTENCE_MAX 640 /* bytes: three names of 128 and some figures */

static void pool_print(const struct eh_bonus_plan *plan, int64_t gross,
                       char ret[EH_AMOUNT_TEXT_MAX])
{
    eh_amount_print(gross, plan->currency_exponent, plan->currency, ret);
}

static void metric_say(const struct eh_bonus_plan *plan, const struct eh_pool_metric *m,
                       const struct eh_pool_point *next, char ret[SENTENCE_MAX])
{
    char value[EH_AMOUNT_TEXT_MAX], then[EH_AMOUNT_TEXT_MAX], gross[EH_AMOUNT_TEXT_MAX];
    char score[EH_DECIMAL_TEXT_MAX], more[EH_DECIMAL_TEXT_MAX];
    eh_plan_figure_print(plan, m->unit, m->value, value);
    eh_plan_figure_print(plan, m->unit, next->x, then);
    eh_ppm_print(m->curve_ppm, score);
    eh_ppm_print(next->y, more);
    pool_print(plan, next->gross, gross);
    if (m->missing)
        eh_format(ret, SENTENCE_MAX, "%.*s has no value yet", EH_STR_ARG(m->name));
    else if (!next->there)
        eh_format(ret, SENTENCE_MAX, "%.*s is %s and scores %s, the most that it can",
                  EH_STR_ARG(m->name), value, score);
    else
        eh_format(ret, SENTENCE_MAX,
                  "%.*s is %s and scores %s; at %s it scores %s, and the pool is %s",
                  EH_STR_ARG(m->name), value, score, then, more, gross);
}

static const char *gate_effect(uint8_t gate)
{
    static const char *const effects[] = {[EH_GATE_ZERO_METRIC] = "counts nothing",
                                          [EH_GATE_CAP_METRIC] = "counts 100% at most",
                                          [EH_GATE_ZERO_POOL] = "leaves no pool at all"};
    return effects[gate];
}

static void gate_say(const struct eh_bonus_plan *plan, const struct eh_pool_metric *m,
                     const struct eh_pool_room *room, char ret[SENTENCE_MAX])
{
    char value[EH_AMOUNT_TEXT_MAX], bound[EH_AMOUNT_TEXT_MAX], gross[EH_AMOUNT_TEXT_MAX];
    const char *side = room->least ? "below" : "above";
    eh_plan_figure_print(plan, m->gate_unit, m->gate_value, value);
    eh_plan_figure_print(plan, m->gate_unit, room->bound, bound);
    pool_print(plan, room->gross, gross);
    if (!room->there)
        eh_format(ret, SENTENCE_MAX, "%.*s has no value yet, so %.*s %s",
                  EH_STR_ARG(m->gate_metric), EH_STR_ARG(m->name), gate_effect(m->gate));
    else if (room->room < 0)
        eh_format(ret, SENTENCE_MAX,
                  "%.*s is %s, %s %s, so %.*s %s; at %s the gate opens, and the pool is %s",
                  EH_STR_ARG(m->gate_metric), value, side, bound, EH_STR_ARG(m->name),
                  gate_effect(m->gate), bound, gross);
    else
        eh_format(ret, SENTENCE_MAX, "%.*s is %s; %s %s %.*s %s", EH_STR_ARG(m->gate_metric), value,
                  side, bound, EH_STR_ARG(m->name), gate_effect(m->gate));
}

static void funding_say(const struct eh_bonus_plan *plan, const struct eh_pool_statement *s,
                        const struct eh_pool_point *next, char ret[SENTENCE_MAX])
{
    char score[EH_DECIMAL_TEXT_MAX], then[EH_DECIMAL_TEXT_MAX];
    char now[EH_AMOUNT_TEXT_MAX], gross[EH_AMOUNT_TEXT_MAX];
    eh_ppm_print(s->composite_ppm, score);
    eh_ppm_print(next->x, then);
    pool_print(plan, s->gross, now);
    pool_print(plan, next->gross, gross);
    if (next->there)
        eh_format(ret, SENTENCE_MAX, "all together score %s, and the pool is %s; at %s it is %s",
                  score, now, then, gross);
    else
        eh_format(ret, SENTENCE_MAX,
                  "all together score %s, and the pool is %s, the most it can be", score, now);
}

void eh_pool_next_say(const struct eh_bonus_plan *plan, const struct eh_pool_statement *s,
                      const struct eh_pool_next *next, eh_plan_line_fn *line, void *context)
{
    char text[SENTENCE_MAX];
    for (uint32_t i = 0; i < s->metric_count; i++) {
        metric_say(plan, &s->metrics[i], &next->metrics[i], text);
        line(context, text);
        if (s->metrics[i].gate == EH_GATE_NONE)
            continue;
        gate_say(plan, &s->metrics[i], &next->gates[i], text);
        line(context, text);
    }
    funding_say(plan, s, &next->funding, text);
    line(context, text);
}
