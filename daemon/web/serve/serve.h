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
#define EH_SERVE_HEADERS_MAX     8192       /* bytes of a request's line and headers */
#define EH_SERVE_BODY_SMALL      4096       /* bytes of a form that is always read */
#define EH_SERVE_BODIES_MAX      16         /* larger ones, read at a time */
#define EH_SERVE_DOCUMENT_SMALL  8192       /* bytes of a document that is always sent */
#define EH_SERVE_DOCUMENTS_MAX   (8u << 20) /* of all larger ones that are not taken yet */
#define EH_SERVE_REQUEST_S       30         /* for a whole request, and for being idle */
#define EH_SERVE_ANSWER_S        30         /* until an answer is taken */
#define EH_SERVE_SWEEP_S         3600 /* how often what is over is removed from the state folder */

struct eh_serve;
int eh_serve_new(struct event_base *, const struct eh_web_config *, struct eh_serve **ret,
                 struct eh_error *) EH_MUST_CHECK;
void eh_serve_free(struct eh_serve *); /* NULL allowed */

#endif
