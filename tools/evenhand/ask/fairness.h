/*
 * fairness: what the parts of `evenhand fairness` share.
 *
 *     struct eh_fairness_call call = {.team = "sales", .from = from, .to = to};
 *     json_t *report;
 *     r = eh_fairness_from_log(cli, conninfo, &call, &report);     // or the daemon's answer
 *     eh_fairness_show(cli, report);
 */
#ifndef EVENHAND_TOOLS_ASK_FAIRNESS_H
#define EVENHAND_TOOLS_ASK_FAIRNESS_H

#include <evenhand/fairness/watch.h>

#include "client/http.h"

struct eh_fairness_call {
    const char *team;
    int32_t from, to; /* EH_DATE_ALWAYS, EH_DATE_NEVER: not given */
    bool bias;        /* the daily look instead of the report: `from` is the first day of a month */
};

/* Replays the log in the database. Returns an exit code; an error has been said. */
int eh_fairness_from_log(const struct eh_cli *, const char *conninfo,
                         const struct eh_fairness_call *, json_t **ret) EH_MUST_CHECK;

/* The daily look at the month of these days: {team, from, to, currency, level, bias[]}. */
json_t *eh_fairness_bias_to_json(const struct eh_fairness_call *,
                                 const struct eh_fairness_report *);
/* A line for each test; that of an alarm begins with "alarm: ", which evenhandd reads. */
void eh_fairness_bias_show(const json_t *);

/* The object that GET /v1/teams/T/fairness answers: ratios in ppm, money in minor units, null for a
 * figure that is missing. Expected numbers of tickets have three decimals or more. */
json_t *eh_fairness_to_json(const struct eh_fairness_watch *, const struct eh_fairness_report *,
                            const struct eh_desk *);
/* Puts what is drawn as a picture: the Lorenz curve of value, and tickets by rep and quintile. */
void eh_fairness_put_shapes(json_t *to, const struct eh_fairness_report *);
/* Puts `time`: for each rep when they were to work, absent, away and overloaded. */
void eh_fairness_put_time(json_t *to, const struct eh_fairness_report *);
/* What the report says of its figures: [{line, text}], in the order in which people read it. */
json_t *eh_fairness_says(const json_t *report);
/* The same for people, within 80 columns where names and sums allow it. */
void eh_fairness_show(const struct eh_cli *, const json_t *report);
/* Prints the part on further deals and on tickets that were sent again; nothing without any. */
void eh_fairness_show_again(const struct eh_cli *, const json_t *report);
/* fairness_pauses.c */
void eh_fairness_show_pauses(const struct eh_cli *, const json_t *report);

#endif
