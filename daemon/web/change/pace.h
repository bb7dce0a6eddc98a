/*
 * pace: how many changes a person may make in a minute.
 *
 *     struct eh_change_pace *pace;
 *     r = eh_change_pace_new(&pace);
 *     if (!eh_change_pace_allows(pace, "ana", now_us))
 *         …too fast…
 *     eh_change_pace_free(pace);
 */
#ifndef EVENHAND_WEB_CHANGE_PACE_H
#define EVENHAND_WEB_CHANGE_PACE_H

#include <evenhand/base/base.h>

#define EH_CHANGES_A_MINUTE  20
#define EH_CHANGE_PEOPLE_MAX 1024 /* who changed something within the minute */

struct eh_change_pace;
int eh_change_pace_new(struct eh_change_pace **ret) EH_MUST_CHECK;
/* Counts one change, if there is room for it. */
bool eh_change_pace_allows(struct eh_change_pace *, const char *person, int64_t now_us);
void eh_change_pace_free(struct eh_change_pace *); /* NULL allowed */

#endif
