/*
 * bias: once a day each team's fairness of the month so far is looked at, and an alarm stands while
 * what was dealt leaves what chance allows.
 *
 * The command line replays the log, one team after the other, and dealing goes first. A look of the
 * same days sees the same: so nothing is kept, and a restart looks again. The first alarm of a team
 * and a month is an input, ALARM, and so a notice of the outbox, once.
 */
#ifndef EVENHAND_LEAD_BIAS_H
#define EVENHAND_LEAD_BIAS_H

#include "lead/app.h"
#include "host/child.h"

#define EH_BIAS_DELAY_S 20     /* a leader leads for so long before it looks */
#define EH_BIAS_MS      600000 /* for one team */
#define EH_BIAS_LAST    14     /* days on which the month before is looked at, too */

struct eh_bias_watch {
    struct eh_child *child;
    unsigned seconds;             /* of leading */
    int32_t looked;               /* the last day of the last round; 0: there was none */
    int32_t day;                  /* the last day of the round under way */
    uint32_t team;                /* the next one of the round */
    bool before;                  /* ... and of it the month before */
    uint32_t found;               /* alarms of the round so far */
    char text[EH_ERROR_TEXT_MAX]; /* the first of them */
    char look_team[EH_ID_MAX + 1];
    int32_t look_day; /* up to it; both of the look under way */
};

void app_bias_tick(struct eh_app *); /* once a second */
void app_bias_stop(struct eh_app *);

#endif
