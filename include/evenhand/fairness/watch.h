/*
 * watch: takes the facts of a fairness report while an engine goes through a log.
 *
 * The engine is the caller's, empty or restored; inputs come in order. Inputs before the period are
 * decided but not counted; inputs after it are not decided.
 *
 *     struct eh_fairness_watch w = {.engine = engine, .team = sales, .from = first, .to = last};
 *     while (r == 0 && !w.over && next_input(&in))
 *         r = eh_fairness_watch_step(&w, &in, &effects, &error);
 *     r = eh_fairness_watch_report(&w, &arena, &report, &error);
 *     eh_fairness_watch_done(&w);
 */
#ifndef EVENHAND_FAIRNESS_WATCH_H
#define EVENHAND_FAIRNESS_WATCH_H

#include <evenhand/fairness/report.h>

EH_C_BEGIN

struct eh_fairness_watch {
    struct eh_engine *engine;
    struct eh_str team;
    int32_t from, to; /* local civil dates, both included; EH_DATE_ALWAYS, EH_DATE_NEVER */
    /* When a day begins in the desk's zone, in µs. NULL: the period begins with the first input of
     * its first day, and ends with the first input after its last day, however late that came; the
     * days on which somebody was absent are those of UTC. */
    int64_t (*day_start)(const struct eh_desk *, int32_t date);
    /* Outputs: */
    bool over;                    /* an input after the period came; it was not decided */
    struct eh_fairness *fairness; /* NULL before the period */
    int64_t at_us;                /* of the last input, or of the one that ended the period */
    int32_t first, last; /* dates: as asked for, else of the first and last input of the period */
};

/* Decides the input and counts its facts for the team. Errors are those of eh_engine_step(). */
int eh_fairness_watch_step(struct eh_fairness_watch *, const struct eh_input *, struct eh_effects *,
                           struct eh_error *) EH_MUST_CHECK;
/* The report up to the end of the period, or to the last input. -EH_ENOTFOUND: the desk has no such
 * team and nothing was dealt in it. Without a desk the report is empty. */
int eh_fairness_watch_report(struct eh_fairness_watch *, struct eh_arena *,
                             struct eh_fairness_report *ret, struct eh_error *) EH_MUST_CHECK;
void eh_fairness_watch_done(struct eh_fairness_watch *); /* leaves the engine alone */

EH_C_END

#endif
