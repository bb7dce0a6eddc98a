/* reply: documents, and the headers that keep a browser to them. */
#include "web/screens/layout.h"
#include "web/serve/private.h"
#include "web/serve/squeeze.h"

#define HTML "text/html; charset=utf-8"
#define POLICY                                                                                     \
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "                 \
    "frame-ancestors 'none'"

/* Origin is sent with our own forms only where a referrer may be sent to ourselves. */
static const struct eh_http_header always[] = {
    {"Content-Security-Policy", POLICY, &always[1]},
    {"X-Content-Type-Options", "nosniff", &always[2]},
    {"X-Frame-Options", "DENY", &always[3]},
    {"Referrer-Policy", "same-origin", &always[4]},
    {"Cross-Origin-Opener-Policy", "same-origin", &always[5]},
    {"Cross-Origin-Resource-Policy", "same-origin", &always[6]},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()", NULL},
};

/* `more` before the others. */
static const struct eh_http_header *with(struct eh_http_request *request,
                                         const struct eh_http_header *more,
                                         const struct eh_http_header *others)
{
    if (!more)
        return others;
    struct eh_http_header *copy = eh_arena_copy(&request->arena, more, sizeof *more);
    eh_require(copy);
    copy->next = with(request, more->next, others);
    return copy;
}

/* Many who do not read have no more memory than there is for such answers. */
static void document_send(struct eh_http_request *request, const struct eh_http_answer *answer)
{
    static const struct eh_http_refusal full = {
        503, "full", "too many pages are being fetched; try again later", NULL};
    if (eh_http_answer_fits(request, evbuffer_get_length(answer->body)))
        eh_http_answer(request, answer);
    else
        eh_http_refuse(request, &full);
}

void eh_reply_document(struct eh_http_request *request, int status, const struct eh_html *html,
                       const struct eh_http_header *more)
{
    static const struct eh_http_header vary = {"Vary", "Accept-Encoding, Sec-Fetch-Site",
                                               &always[0]};
    static const struct eh_http_header gzip = {"Content-Encoding", "gzip", &vary};
    struct eh_str text = eh_str_n((const char *)html->out.data, html->out.size);
    const struct eh_serve *serve = request->state;
    bool small = eh_squeeze_pays(request, eh_web_config_is_tls(serve->config), text.size);
    struct evbuffer *body = evbuffer_new();
    eh_require(body && !html->out.failed);
    if (small)
        eh_squeeze(text, body);
    else
        evbuffer_add(body, text.data, text.size);
    document_send(request,
                  &(struct eh_http_answer){.status = status,
                                           .content_type = HTML,
                                           .headers = with(request, more, small ? &gzip : &vary),
                                           .body = body});
    evbuffer_free(body);
}

void eh_reply_plain(struct eh_http_request *request, int status, const char *title,
                    const struct eh_html *main)
{
    EH_AUTO(eh_html) struct eh_html document = EH_HTML_INIT;
    eh_layout_plain(title, main, &document);
    eh_reply_document(request, status, &document, NULL);
}

void eh_reply_say(struct eh_http_request *request, int status, const char *title, const char *why)
{
    EH_AUTO(eh_html) struct eh_html main = EH_HTML_INIT;
    eh_html(&main,
            "<h1>%s</h1><p class=\"lead\">%s</p><p><a href=\"/\">Go to the first page</a>"
            "</p>",
            title, why);
    eh_reply_plain(request, status, title, &main);
}

void eh_reply_go(struct eh_http_request *request, const char *where,
                 const struct eh_http_header *more)
{
    const struct eh_http_header location = {"Location", where, more};
    eh_http_answer(request, &(struct eh_http_answer){.status = 303,
                                                     .headers = with(request, &location, always)});
}
