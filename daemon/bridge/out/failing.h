/*
 * failing: how long something fails, and whether it is the one that is wrong or the whole helpdesk.
 *
 *     struct eh_failing failing = {0};
 *     const struct eh_web_answer answer = {.end = EH_WEB_ANSWERED, .status = 500};
 *     eh_failing_begin(&failing);                       // an attempt
 *     eh_failing_hears(&failing, &answer);              // each answer to it
 *     eh_failing_failed(&failing, now_us, 0);           // it did not end well; no other was done
 *     bool is_parked = eh_failing_is_hopeless(&failing, then_us, 0, 1);
 */
#ifndef EVENHAND_BRIDGE_OUT_FAILING_H
#define EVENHAND_BRIDGE_OUT_FAILING_H

#include "bridge/out/web.h"

#define EH_FAILING_MAX                                                                             \
    3 /* at a time; with more, and none done, all of the helpdesk is out of order */

struct eh_failing {
    int64_t since_us;    /* 0: it does not fail */
    int64_t answered_us; /* since then the helpdesk works, by each attempt; 0: it does not */
    uint64_t done_before;
    bool answered; /* the attempt that is under way: not with 5xx alone */
};

void eh_failing_begin(struct eh_failing *);
void eh_failing_hears(struct eh_failing *, const struct eh_web_answer *);
/* done: others that were done so far. */
void eh_failing_failed(struct eh_failing *, int64_t now_us, uint64_t done);
/* Since before `until_us` it fails. And either others were done meanwhile, or in each attempt the
 * helpdesk has answered something with other than 5xx, and at most EH_FAILING_MAX fail, with it. In
 * an outage neither is so. */
bool eh_failing_is_hopeless(const struct eh_failing *, int64_t until_us, uint64_t done,
                            uint32_t failing);

#endif
