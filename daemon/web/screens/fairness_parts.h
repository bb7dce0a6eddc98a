/*
 * fairness_parts: the parts of the fairness screen that have a file of their own.
 *
 *     eh_fairness_time(page, answer, report);     // writes a section into page->main
 */
#ifndef EVENHAND_WEB_SCREENS_FAIRNESS_PARTS_H
#define EVENHAND_WEB_SCREENS_FAIRNESS_PARTS_H

#include "web/screens/parts.h"

void eh_fairness_time(struct eh_page *, const json_t *team, const json_t *report);

#endif
