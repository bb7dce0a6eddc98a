/* screens: the table. A new screen is a row here, and a file. */
#include "web/screens/screens.h"

const struct eh_screen *const eh_screens[] = {
    &eh_screen_my_day,     &eh_screen_our_pool,  &eh_screen_board,
    &eh_screen_team,       &eh_screen_ticket,    &eh_screen_pools,
    &eh_screen_pool,       &eh_screen_pool_step, &eh_screen_pool_aside,
    &eh_screen_fairnesses, &eh_screen_fairness,  &eh_screen_people,
    &eh_screen_link,       &eh_screen_log,       NULL,
};

const struct eh_screen *eh_screen_find(const struct eh_http_path *path)
{
    if (path->part_count == 0)
        return &eh_screen_home;
    for (const struct eh_screen *const *screen = eh_screens; *screen; screen++)
        if (eh_http_path_matches(path, (*screen)->path))
            return *screen;
    return NULL;
}
