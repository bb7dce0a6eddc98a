/*
 * server: HTTP on a Unix socket for managers, reps, helpdesks and auditors.
 *
 * Reads engine state through its readers and history through the reader connection; changes are
 * commands handed to the app and answered after COMMIT. Who asks comes from the kernel. The routes
 * are one table (api/routes.c).
 *
 *     struct eh_admin *admin;
 *     eh_admin_new(app, &admin, &error);   // binds and listens (or takes systemd's socket)
 *     eh_admin_free(admin);                // stops accepting, closes what is open
 */
#ifndef EVENHAND_ADMIN_SERVER_H
#define EVENHAND_ADMIN_SERVER_H

#include "lead/app.h"

struct eh_admin;
int eh_admin_new(struct eh_app *, struct eh_admin **ret, struct eh_error *) EH_MUST_CHECK;
/* Is admin_group there, where the configuration names one? -EH_ENOTFOUND. */
int eh_admin_group_look(const struct eh_config *, struct eh_error *) EH_MUST_CHECK;
/* Looks at the socket's path again: where the socket is gone, a new one is made, and where its
 * group cannot reach it any more, group and mode are set. -EH_E…: that cannot be. Connections that
 * are open stay. */
int eh_admin_look(struct eh_admin *, struct eh_error *) EH_MUST_CHECK;
/* Stop accepting; requests under way may still be answered. */
void eh_admin_close(struct eh_admin *);
size_t eh_admin_pending(const struct eh_admin *); /* requests not answered yet */
void eh_admin_free(struct eh_admin *);

#endif
