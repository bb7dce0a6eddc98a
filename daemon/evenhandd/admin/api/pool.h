/*
 * pool: what the addresses of a team's pool share: whose period is asked for, by whom.
 *
 *     struct eh_pool_asked asked;
 *     if (!eh_pool_asked(request, &asked))
 *         return;                                  // answered: not allowed, or not there
 *     struct eh_pool_statement *s;
 *     r = eh_pool_statement(engine, &asked.view, &request->arena, &s, &error);
 */
#ifndef EVENHAND_ADMIN_API_POOL_H
#define EVENHAND_ADMIN_API_POOL_H

#include <evenhand/pool/pool.h>

#include "admin/api/api.h"

struct eh_pool_asked {
    const struct eh_engine *engine;
    struct eh_str team;
    struct eh_period_view view;
    struct eh_str only; /* whose lines the caller may see; empty: everybody's */
};

/* By the path's team and the query's period; without one that which runs today. False: answered. */
bool eh_pool_asked(struct eh_admin_request *, struct eh_pool_asked *ret);

#endif
