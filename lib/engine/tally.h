/*
 * tally: what a ticket counts in its team's bonus periods, and the change of that. Private to
 * engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_TALLY_H
#define EVENHAND_LIB_ENGINE_TALLY_H

#include "units.h"

struct eh_engine;
struct ticket;

enum figure {
    FIGURE_CLOSED,
    FIGURE_WON,
    FIGURE_LOST,
    FIGURE_CANCELLED,
    FIGURE_VALUE,
    FIGURE_REFUNDED,
    FIGURE_RATINGS,
    FIGURE_RATING_SUM,
    FIGURE_HANDLED,
    FIGURE_HANDLED_MS,
    FIGURE_RESPONSES,
    FIGURE_RESPONSE_MS,
    FIGURE_CYCLES,
    FIGURE_CYCLE_MS,
    FIGURE_FIRSTS,
    FIGURE_REOPENED,
    FIGURE_ANSWERS,
    FIGURE_ANSWER_MS,
    FIGURE_ANSWERS_TIMED,
    FIGURE_ANSWERS_IN_TIME,
    FIGURES
};

/* What counts in the period of one day. */
struct tally {
    bool any;
    uint32_t team, kind, rep; /* rep: who held it, or NONE */
    int32_t date;
    int64_t figures[FIGURES];
};

/* All that a ticket counts: its closing, its first closing, and its first answer. */
struct tallies {
    struct tally closing, first, answer;
};

void eh_tally(const struct ticket *, struct tallies *ret);
/* Takes back what the ticket counted, and counts what it counts now. */
int eh_tally_change(struct eh_engine *, const struct tallies *old,
                    const struct tallies *new) EH_MUST_CHECK;
/* Rules begin under which periods count more. `tickets`: EH_RULES_TICKETS do, so what counted as
 * closed now counts as closed for the first time. */
void eh_tally_begin(struct eh_engine *, bool tickets);

#endif
