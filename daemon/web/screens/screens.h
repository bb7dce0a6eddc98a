/*
 * screens: one table of what there is to see.
 *
 *     struct eh_http_path path;
 *     r = eh_http_path_parse("/day", NULL, &arena, &path, &error);
 *     const struct eh_screen *screen = eh_screen_find(&path); // NULL: there is none
 */
#ifndef EVENHAND_WEB_SCREENS_SCREENS_H
#define EVENHAND_WEB_SCREENS_SCREENS_H

#include "web/screens/page.h"

/* In the order of the navigation; ends with NULL. The first one that a person may see is where
 * they begin. */
extern const struct eh_screen *const eh_screens[];

const struct eh_screen *eh_screen_find(const struct eh_http_path *);

/* The screens, one file each. */
extern const struct eh_screen eh_screen_home, eh_screen_link, eh_screen_my_day, eh_screen_people;
extern const struct eh_screen eh_screen_board, eh_screen_team, eh_screen_log, eh_screen_ticket;
extern const struct eh_screen eh_screen_our_pool, eh_screen_pools, eh_screen_pool;
extern const struct eh_screen eh_screen_pool_step, eh_screen_pool_aside;
extern const struct eh_screen eh_screen_fairnesses, eh_screen_fairness;

#endif
