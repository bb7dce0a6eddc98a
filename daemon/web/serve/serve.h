/*
 * serve: the server that browsers speak to, from its socket to its answers.
 *
 *     struct eh_serve *serve;
 *     r = eh_serve_new(base, web, &serve, &error);
 *     …the loop runs…
 *     eh_serve_free(serve);
 */
#ifndef EVENHAND_WEB_SERVE_SERVE_H
#define EVENHAND_WEB_SERVE_SERVE_H

#include <event2/event.h>

#include "web/config/config.h"

#define EH_SERVE_CONNECTIONS_MAX 1024
#define EH_SERVE_SWEEP_S         3600 /* how often what is over is removed from the state folder */

struct eh_serve;
int eh_serve_new(struct event_base *, const struct eh_web_config *, struct eh_serve **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_serve_free(struct eh_serve *); /* NULL allowed */

#endif
