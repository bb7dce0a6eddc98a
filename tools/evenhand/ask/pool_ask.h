/*
 * pool_ask: asks for a whole pool, or a whole list of pools. The daemon answers in pages. The
 * result is the first page; its list has the items of all further pages, too.
 *
 *     const struct eh_pool_question q = {.method = "GET", .path = path, .list = "shares"};
 *     EH_AUTO(eh_answer) struct eh_answer answer = {0};
 *     int r = eh_pool_ask(cli, &q, &answer);
 */
#ifndef EVENHAND_TOOLS_ASK_POOL_ASK_H
#define EVENHAND_TOOLS_ASK_POOL_ASK_H

#include "client/http.h"

struct eh_pool_question {
    const char *method, *path;
    const char *list;   /* key of the array that comes in pages */
    struct eh_str body; /* of a POST: a plan */
    const char *file;   /* stands before what the daemon says of the plan: "plan.yaml:"; or NULL */
    bool quiet;         /* an error is not said */
};

int eh_pool_ask(const struct eh_cli *, const struct eh_pool_question *,
                struct eh_answer *ret) EH_MUST_CHECK;
/* The pool at this path. `quiet`: an error is not said. */
int eh_pool_get(const struct eh_cli *, const char *path, bool quiet,
                struct eh_answer *ret) EH_MUST_CHECK;

#endif
