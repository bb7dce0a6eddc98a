/*
 * pool_parts: the sections of a manager's pool, in two files. All write into page->main.
 *
 *     eh_money_days(page, "sales", "2026-11");     // pool_days.c: the days, and twelve periods
 *     eh_money_what_if(page, "sales", plan, pool); // pool_what_if.c
 */
#ifndef EVENHAND_WEB_SCREENS_POOL_PARTS_H
#define EVENHAND_WEB_SCREENS_POOL_PARTS_H

#include "web/screens/money_parts.h"

/* ---- pool_days.c: pictures with their tables. */
void eh_money_days(struct eh_page *, const char *team, const char *period);
void eh_money_history(struct eh_page *, const char *team, const char *period);

/* ---- pool_what_if.c: a form over the figures of a plan, and what the pool would be. */
void eh_money_what_if(struct eh_page *, const char *team, const json_t *plan, const json_t *pool);

#endif
