/* pool_ask: asks for a pool or a list of pools, and joins the pages of a long answer. */
#include "pool_ask.h"

#include <stdlib.h>

#include "client/object.h"
#include "term/say.h"

static int page_ask(const struct eh_cli *cli, const struct eh_pool_question *q, const char *after,
                    struct eh_answer *ret)
{
    char path[EH_CLI_PATH];
    eh_format(path, sizeof path, "%s", q->path);
    if (after && !eh_path_add(path, strchr(path, '?') ? "&after=" : "?after=", after))
        return eh_say(cli, EH_EXIT_REFUSED, "the daemon's `after` is too long");
    const struct eh_request request = {.method = q->method,
                                       .path = path,
                                       .type = strcmp(q->method, "GET") ? "application/yaml" : NULL,
                                       .body = q->body,
                                       .file = q->file,
                                       .quiet = q->quiet};
    int r = eh_http_send(cli, &request, ret);
    if (strcmp(q->method, "GET") == 0)
        return r;
    return ret->status == 400 ? EH_EXIT_CONFIG : r;
}

/* Appends the lines under "shares" of a page's tree to those of the first tree. The tree of a later
 * version holds that of "version 1", whose lines are appended likewise. */
static void trees_join(const json_t *tree, const json_t *page)
{
    const json_t *children = json_object_get(tree, "children");
    const json_t *others = json_object_get(page, "children");
    for (size_t i = 0; i < json_array_size(children); i++) {
        const json_t *child = json_array_get(children, i), *other = json_array_get(others, i);
        const char *name = eh_object_text(child, "name");
        if (name && strcmp(name, "shares") == 0)
            json_array_extend(json_object_get(child, "children"),
                              json_object_get(other, "children"));
        else if (name && strcmp(name, "version 1") == 0)
            trees_join(child, other);
    }
}

int eh_pool_ask(const struct eh_cli *cli, const struct eh_pool_question *q, struct eh_answer *ret)
{
    int r = page_ask(cli, q, NULL, ret);
    bool more = false;
    while (r == EH_EXIT_DONE && eh_object_has(ret->json, "after")) {
        EH_AUTO(eh_answer) struct eh_answer page = {0};
        r = page_ask(cli, q, eh_object_text(ret->json, "after"), &page);
        if (r != EH_EXIT_DONE)
            break;
        json_array_extend(json_object_get(ret->json, q->list), json_object_get(page.json, q->list));
        trees_join(json_object_get(ret->json, "explain"), json_object_get(page.json, "explain"));
        json_object_set(ret->json, "after", json_object_get(page.json, "after"));
        more = true;
    }
    if (r == EH_EXIT_DONE && more) {
        char *text = json_dumps(ret->json, JSON_COMPACT);
        eh_require(text);
        eh_bytes_done(&ret->text);
        ret->text = (struct eh_bytes)EH_BYTES_INIT;
        eh_bytes_put(&ret->text, text, strlen(text));
        free(text);
    }
    return r;
}

int eh_pool_get(const struct eh_cli *cli, const char *path, bool quiet, struct eh_answer *ret)
{
    const struct eh_pool_question q = {
        .method = "GET", .path = path, .list = "shares", .quiet = quiet};
    return eh_pool_ask(cli, &q, ret);
}
