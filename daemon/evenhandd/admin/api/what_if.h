/*
 * what_if: what a what-if asks, out of the body of its request: a plan, figures, or both.
 *
 *     struct eh_what_if what;
 *     r = eh_what_if_read(request, &asked, &what, &error);
 *     if (r < 0)
 *         eh_admin_fail(request, &error);
 */
#ifndef EVENHAND_ADMIN_API_WHAT_IF_H
#define EVENHAND_ADMIN_API_WHAT_IF_H

#include "admin/api/pool.h"

struct eh_what_if {
    struct eh_pool_if asked;
    struct eh_str plan_text; /* empty: the plan that governs */
};

/* A body is a plan, or an object of `plan` and `facts`. -EH_EPARSE, -EH_EINVAL, -EH_ERANGE,
 * -EH_ENOTFOUND (no such figure), -EH_ENOMEM. */
int eh_what_if_read(struct eh_admin_request *, const struct eh_pool_asked *, struct eh_what_if *ret,
                    struct eh_error *) EH_MUST_CHECK;

#endif
