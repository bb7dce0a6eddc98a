/*
 * as: for whom a request asks. A delegate (`delegates` of the configuration) is a program that asks
 * for people who have no way to the socket themselves, as evenhand-web does. It names them in the
 * header Evenhand-As, and from then on the request is theirs: their roles, their limits, their
 * events. From nobody else the header is taken.
 *
 *     int r = eh_admin_as(request, &error);
 *     if (r < 0)
 *         eh_admin_fail(request, &error);
 *     else if (r > 0)
 *         …request->peer is another one now, who may have to be looked up…
 */
#ifndef EVENHAND_ADMIN_HTTP_AS_H
#define EVENHAND_ADMIN_HTTP_AS_H

#include "admin/http/request.h"

#define EH_ADMIN_AS "Evenhand-As"

/* Makes the request that of the person it is asked for. 0: it is, or it names nobody. 1: it was not
 * until now. The peer is current, and its roles are worked out. -EH_EDENIED, -EH_EINVAL, -EH_EFULL.
 */
int eh_admin_as(struct eh_admin_request *, struct eh_error *) EH_MUST_CHECK;

#endif
