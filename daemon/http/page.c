/*
 * page: the answers that evhttp makes by itself, to what is no proper request, in the shape of all
 * other errors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/error.h"
#include "http/server.h"

#define LOOK_AT 512 /* bytes in which status line and headers of such a page stand */

static const struct {
    int status;  /* the status that evhttp says */
    int instead; /* the status that we say */
    const char *code;
} pages[] = {
    {400, 400, "parse"},
    {413, 413, "too_large"},
    {417, 417, "invalid"},
    {501, 405, "method"},
};

static void page_say(const struct eh_http_server *server, int status, char *ret, size_t size)
{
    const struct eh_http_limits *limits = server->limits;
    if (status == 400)
        eh_format(ret, size, "this is no HTTP/1.1 request, or its headers are over %zu bytes",
                  limits->headers_max);
    else if (status == 413)
        eh_format(ret, size, "the body is over %zu bytes", limits->body_max);
    else if (status == 417)
        eh_format(ret, size, "Expect: only 100-continue is known here");
    else
        eh_format(ret, size, "%s", server->methods_said);
}

static void replace(const struct eh_http_server *server, struct evbuffer *output, size_t i)
{
    char message[EH_ERROR_TEXT_MAX];
    page_say(server, pages[i].status, message, sizeof message);
    const struct eh_http_refusal refusal = {pages[i].instead, pages[i].code, message, NULL};
    struct evbuffer *text = eh_http_refusal_text(&refusal);
    bool says_methods = pages[i].instead == 405;
    evbuffer_drain(output, evbuffer_get_length(output));
    evbuffer_add_printf(output,
                        "HTTP/1.1 %d %s\r\nContent-Type: " EH_HTTP_JSON "\r\n"
                        "Cache-Control: no-store\r\n%s%s%sConnection: close\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        pages[i].instead, eh_http_phrase(pages[i].instead),
                        says_methods ? "Allow: " : "", says_methods ? server->owner->methods : "",
                        says_methods ? "\r\n" : "", evbuffer_get_length(text));
    evbuffer_add_buffer(output, text);
    evbuffer_free(text);
}

static bool page_mend(const struct eh_http_server *server, struct evbuffer *output)
{
    char head[LOOK_AT + 1];
    ssize_t size = evbuffer_copyout(output, head, LOOK_AT);
    if (size <= 0)
        return false;
    head[size] = '\0';
    const char *end = strstr(head, "\r\n\r\n");
    const char *type = strstr(head, "\r\nContent-Type: text/html\r\n");
    if (strncmp(head, "HTTP/1.", 7) != 0 || size < 12 || !end || !type || type > end)
        return false;
    long status = strtol(head + 9, NULL, 10);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (pages[i].status == status) {
            replace(server, output, i);
            return true;
        }
    return false;
}

bool eh_http_page_mend(const struct eh_http_server *server, struct evbuffer *output)
{
    evbuffer_unfreeze(output, 1); /* a bufferevent keeps others from its front, even to look */
    bool mended = page_mend(server, output);
    evbuffer_freeze(output, 1);
    return mended;
}
