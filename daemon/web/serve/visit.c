/* visit: a request from the screen it names to the document, or from a form to the change. */
#include <stdlib.h>

#include "web/screens/layout.h"
#include "web/screens/run.h"
#include "web/screens/screens.h"
#include "web/serve/private.h"

#define TARGET_MAX 4096 /* bytes of a page's address */

/* ---- Its beginning and its end. */

static struct eh_visit *visit_new(struct eh_serve *serve, struct eh_http_request *request,
                                  const struct eh_who *who)
{
    struct eh_visit *visit = calloc(1, sizeof *visit);
    eh_require(visit);
    visit->serve = serve;
    visit->request = request;
    visit->who = *who;
    visit->next = serve->visits;
    visit->link = &serve->visits;
    if (visit->next)
        visit->next->link = &visit->next;
    serve->visits = visit;
    return visit;
}

/* The request has been answered, or will be by the caller. */
static void visit_free(struct eh_visit *visit)
{
    *visit->link = visit->next;
    if (visit->next)
        visit->next->link = visit->link;
    free(visit);
}

void eh_visit_drop_all(struct eh_serve *serve)
{
    for (struct eh_visit *visit; (visit = serve->visits);) {
        struct eh_http_request *request = visit->request;
        if (visit->page)
            eh_page_free(visit->page);
        visit_free(visit);
        eh_http_request_drop(request);
    }
}

static void end_with(struct eh_visit *visit, int status, const char *title, const char *why)
{
    struct eh_http_request *request = visit->request;
    visit_free(visit);
    eh_reply_say(request, status, title, why);
}

/* ---- A screen. */

static void show(struct eh_visit *, const char *target, const struct eh_page_wrong *);

/* Where a page leads to another one, what is wrong goes along. */
static void go_on(struct eh_visit *visit, struct eh_page *page)
{
    const char *go = page->go;
    const struct eh_page_wrong wrong = page->wrong;
    struct eh_http_request *request = visit->request;
    eh_page_free(page);
    visit->page = NULL;
    if (wrong.change) {
        show(visit, go, &wrong);
        return;
    }
    visit_free(visit);
    eh_reply_go(request, go, NULL);
}

static void on_done(struct eh_page *page, void *context)
{
    EH_AUTO(eh_html) struct eh_html document = EH_HTML_INIT;
    struct eh_visit *visit = context;
    struct eh_http_request *request = visit->request;
    if (page->go) {
        go_on(visit, page);
        return;
    }
    int status = page->wrong.change && page->status == 200 ? 422 : page->status;
    eh_layout_page(page, &document);
    eh_page_free(page);
    visit_free(visit);
    eh_reply_document(request, status, &document, NULL);
}

/* The path and the query of a target; the query may be NULL. */
static void split_target(struct eh_arena *arena, const char *target, const char **ret_path,
                         const char **ret_query)
{
    const char *query = strchr(target, '?');
    size_t size = query ? (size_t)(query - target) : strlen(target);
    *ret_path = eh_arena_str(arena, eh_str_n(target, size)).data;
    *ret_query = query ? query + 1 : NULL;
}

/* query NULL: it is not wanted. */
static const struct eh_screen *screen_at(struct eh_arena *arena, const char *target,
                                         struct eh_http_path *ret, struct eh_form *ret_query)
{
    const char *path, *query;
    struct eh_form fields;
    split_target(arena, target, &path, &query);
    if (target[0] != '/' || strlen(target) > TARGET_MAX ||
        eh_http_path_parse(path, NULL, arena, ret, NULL) < 0 ||
        eh_form_parse(eh_str(query), arena, &fields, NULL) < 0)
        return NULL;
    if (ret_query)
        *ret_query = fields;
    return eh_screen_find(ret);
}

static void show(struct eh_visit *visit, const char *target, const struct eh_page_wrong *wrong)
{
    struct eh_arena *arena = &visit->request->arena;
    struct eh_page *page = eh_page_new(&visit->serve->pages, arena);
    page->screen = screen_at(arena, target, &page->path, &page->query);
    if (!page->screen || page->screen->posted != visit->posted) {
        end_with(visit, 404, "Not here", "There is no such page.");
        return;
    }
    page->target = target;
    page->who = visit->who;
    page->form = visit->posted ? &visit->form : NULL;
    if (wrong)
        page->wrong = *wrong;
    page->done = on_done;
    page->context = visit;
    visit->page = page;
    eh_page_run(page);
}

void eh_visit_show(struct eh_serve *serve, struct eh_http_request *request,
                   const struct eh_who *who)
{
    show(visit_new(serve, request, who), request->target, NULL);
}

/* ---- A change, or a screen that a form leads to. */

/* Shows the page the form came from, with what is wrong. */
static void refuse(struct eh_visit *visit, const char *why, const char *field)
{
    visit->posted = false;
    const struct eh_page_wrong wrong = {
        .change = visit->request->path, .why = why, .field = field, .form = &visit->form};
    show(visit, visit->back, &wrong);
}

static const char *in_arena(struct eh_visit *visit, const char *text)
{
    const char *copy = text ? eh_arena_str(&visit->request->arena, eh_str(text)).data : NULL;
    eh_require(copy || !text);
    return copy;
}

static void on_changed(void *context, const struct eh_answer *answer)
{
    struct eh_visit *visit = context;
    if (answer->why) {
        const json_t *error = json_object_get(answer->body, "error");
        refuse(visit, in_arena(visit, answer->why),
               in_arena(visit, json_string_value(json_object_get(error, "field"))));
        return;
    }
    struct eh_http_request *request = visit->request;
    const char *back = visit->back;
    visit_free(visit);
    eh_reply_go(request, back, NULL);
}

static int send_made(struct eh_visit *visit, const struct eh_change_made *made)
{
    char *body = made->body ? json_dumps(made->body, JSON_COMPACT) : NULL;
    const char *event = eh_form_get(&visit->form, "event");
    const char *target = eh_arena_str(&visit->request->arena,
                                      eh_str_n((const char *)made->target.data, made->target.size))
                             .data;
    eh_require(target && !made->target.failed);
    const struct eh_change_asked asked = {.person = visit->who.name,
                                          .target = target,
                                          .event = *event ? event : NULL,
                                          .body = eh_str(body),
                                          .fn = on_changed,
                                          .context = visit};
    int r = eh_answers_change(visit->serve->pages.answers, &asked);
    free(body);
    return r;
}

static void make(struct eh_visit *visit)
{
    struct eh_change_made made = EH_CHANGE_MADE_INIT;
    struct eh_error error = {0};
    int r = visit->change->make(&visit->form, &made, &error);
    if (r == 0 && send_made(visit, &made) < 0)
        r = eh_error_set(&error, EH_EFULL, "Too much is being asked just now; try again.");
    eh_change_made_done(&made);
    if (r < 0)
        refuse(visit, in_arena(visit, error.text), NULL);
}

/* A form of ours has the token of its session; a script of ours a header that no form can send. */
static bool is_theirs(const struct eh_visit *visit)
{
    return eh_sign_form_is(visit->serve->sign, &visit->who, eh_form_get(&visit->form, "token")) ||
           eh_http_header(visit->request, "Evenhand-Page");
}

void eh_visit_change(struct eh_serve *serve, struct eh_http_request *request,
                     const struct eh_who *who)
{
    struct eh_error error = {0};
    struct eh_visit *visit = visit_new(serve, request, who);
    struct eh_http_path path;
    visit->change = eh_change_find(request->path);
    const struct eh_screen *screen = screen_at(&request->arena, request->path, &path, NULL);
    visit->posted = screen && screen->posted;
    if (!visit->change && !visit->posted) {
        end_with(visit, 404, "Not here", "There is nothing to change at this address.");
        return;
    }
    if (eh_form_parse(request->body, &request->arena, &visit->form, &error) < 0) {
        end_with(visit, 400, "This form cannot be read", error.text);
        return;
    }
    visit->back = eh_form_get(&visit->form, "back");
    screen = screen_at(&request->arena, visit->back, &path, NULL);
    if (!screen || screen->posted)
        visit->back = "/";
    if (!is_theirs(visit))
        refuse(visit, "This page was too old. Nothing was changed; try once more.", NULL);
    else if (!eh_change_pace_allows(serve->pace, who->name, eh_clock_monotonic_us()))
        refuse(visit, "That were 20 changes within a minute. Wait a moment, then try again.", NULL);
    else if (visit->change)
        make(visit);
    else
        show(visit, request->path, NULL);
}
