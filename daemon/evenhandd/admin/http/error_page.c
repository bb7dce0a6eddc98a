/*
 * error_page: the answers that evhttp makes by itself, to what is no proper request, in the shape
 * of all other errors.
 */
#include "admin/http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_AT  512 /* bytes in which status line and headers of such a page stand */
#define TEXT_MAX 512 /* bytes of an answer of ours */

static const struct {
    int status;  /* as evhttp says it */
    int instead; /* as we do */
    const char *phrase, *code, *message;
} pages[] = {
    {400, 400, "Bad Request", "parse",
     "this is no HTTP/1.1 request, or its headers are over 8192 bytes"},
    {413, 413, "Content Too Large", "too_large", "the body is over 1048576 bytes"},
    {417, 417, "Expectation Failed", "invalid", "Expect: only 100-continue is known here"},
    {501, 405, "Method Not Allowed", "method", "only GET, POST and PUT are taken"},
};
_Static_assert(EH_ADMIN_HEADERS_MAX == 8192 && EH_ADMIN_DESK_BODY_MAX == 1048576,
               "the sentences above name the limits");

static void replace(struct evbuffer *output, size_t i)
{
    char body[TEXT_MAX], answer[2 * TEXT_MAX];
    int size = snprintf(body, sizeof body,
                        "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"field\":null}}\n",
                        pages[i].code, pages[i].message);
    size = snprintf(answer, sizeof answer,
                    "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n"
                    "Cache-Control: no-store\r\n%sConnection: close\r\n"
                    "Content-Length: %d\r\n\r\n%s",
                    pages[i].instead, pages[i].phrase,
                    pages[i].instead == 405 ? "Allow: GET, POST, PUT\r\n" : "", size, body);
    eh_require(size > 0 && (size_t)size < sizeof answer);
    evbuffer_drain(output, evbuffer_get_length(output));
    evbuffer_add(output, answer, (size_t)size);
}

static bool fix_page(struct evbuffer *output)
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
            replace(output, i);
            return true;
        }
    return false;
}

bool eh_admin_fix_page(struct evbuffer *output)
{
    evbuffer_unfreeze(output, 1); /* a bufferevent keeps others from its front, even to look */
    bool fixed = fix_page(output);
    evbuffer_freeze(output, 1);
    return fixed;
}
