/*
 * absences: what the routes of absences share: who may tell of one, and from when on.
 *
 *     int64_t from_us;
 *     if (!eh_admin_tells_absences(request, id, &from_us))
 *         return;                                   // answered already
 */
#ifndef EVENHAND_ADMIN_API_ABSENCES_H
#define EVENHAND_ADMIN_API_ABSENCES_H

#include "admin/api/api.h"

/* Whether the caller may tell of absences of a rep that begin at *ret_from_us or later: a rep of
 * their own from tomorrow on by their own time zone, an operator and a manager of all their teams
 * of any. */
bool eh_admin_tells_absences(struct eh_admin_request *, struct eh_str rep, int64_t *ret_from_us);

#endif
