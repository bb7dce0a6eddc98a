/*
 * money_parts: what the screens of a pool have in common. All write into page->main.
 *
 *     const struct eh_answer *plan = EH_MONEY_ASK(page, "plan", "sales", "");
 *     if (plan && plan->why)
 *         eh_money_none(page, plan);             // a sentence: there is no plan
 *     eh_money_steps_said(page, body);           // what the next step takes
 *     eh_money_metrics(page, body);              // figure, score and gate of each metric
 */
#ifndef EVENHAND_WEB_SCREENS_MONEY_PARTS_H
#define EVENHAND_WEB_SCREENS_MONEY_PARTS_H

#include "web/screens/parts.h"

/* An answer of a team of a period; "": the one that runs. */
#define EH_MONEY_ASK(page, what, team, period)                                                     \
    (*(period) ? eh_page_ask(page, "/v1/teams/%s/" what "?period=%s", team, period)                \
               : eh_page_ask(page, "/v1/teams/%s/" what, team))

/* What an answer has; NULL: it is not there yet, or refused. */
static inline const json_t *eh_money_body(const struct eh_answer *answer)
{
    return answer && !answer->why ? answer->body : NULL;
}

/* "November 2026" of "2026-11"; others as they are. */
const char *eh_money_period(struct eh_page *, const char *period);
/* "open", "provisional", "closed, version 2", "paid" */
void eh_money_state(struct eh_page *, const json_t *pool);
/* A figure in the notation of its unit: money, 4.383, 5.5%, 1h30m, 12. */
void eh_money_figure(struct eh_page *, int64_t value, const char *unit);
/* What people call a metric: "cycle time" of "cycle_time". */
const char *eh_money_metric(struct eh_page *, const char *name);
/* evenhandd's sentence, with its figures as the page shows all others; a list of them. */
void eh_money_sentence(struct eh_page *, const char *text);
void eh_money_sentences(struct eh_page *, const json_t *list);
/* A text in which amounts alone are shown so, and names stay as they are. */
void eh_money_amounts(struct eh_page *, const char *text);
/* "2 d 3 h", "1 h 30 min" */
void eh_money_duration(struct eh_page *, int64_t seconds);
/* Why there is nothing: no plan, or what evenhandd said. */
void eh_money_none(struct eh_page *, const struct eh_answer *);
/* Sections. `plan` is the answer of /plan, `pool` that of /pool, `pools` that of /pools. */
void eh_money_today(struct eh_page *, const json_t *pool);
/* How the period of a team stands and what would lift it, in two lines; nothing without a plan. */
void eh_money_month(struct eh_page *, const json_t *team);
void eh_money_steps_said(struct eh_page *, const json_t *plan);
void eh_money_metrics(struct eh_page *, const json_t *plan);
void eh_money_rules(struct eh_page *, const json_t *plan);
/* Each period leads to `path`, which ends with "?…&" or "?". */
void eh_money_periods(struct eh_page *, const json_t *pools, const char *path, const char *shown);

#endif
