/*
 * error: what a code of ours means over HTTP, and the one form that every error answer has:
 * {"error":{"code":"not_found","message":"…","field":null}}.
 *
 *     const struct eh_http_refusal refusal = {429, "full", "16 requests wait; ask later", NULL};
 *     struct evbuffer *text = eh_http_refusal_text(&refusal);
 *     // it is sent with the refusal's status
 *     evbuffer_free(text);
 */
#ifndef EVENHAND_HTTP_ERROR_H
#define EVENHAND_HTTP_ERROR_H

#include <event2/buffer.h>
#include <jansson.h>
#include <stdarg.h>

#include <evenhand/base/base.h>

#define EH_HTTP_JSON "application/json"

/* code: enum eh_code, positive or negative. */
int eh_http_status_of(int code);
const char *eh_http_code_name(int code); /* "not_found" */
const char *eh_http_phrase(int status);  /* "Not Found" */

/* The value as a line of text; NULL: no memory. */
struct evbuffer *eh_http_json_text(const json_t *);

/* An error answer. */
struct eh_http_refusal {
    int status;
    const char *code; /* a name: "full" */
    const char *message;
    const char *field; /* that the error is about; NULL: none */
};

/* The refusal for a code, with a sentence in `message`, which the caller keeps. */
struct eh_http_refusal eh_http_refusal_of(int code, const char *field,
                                          char message[EH_ERROR_TEXT_MAX], const char *format,
                                          va_list);
/* Its body. Never NULL: without memory it says so. */
struct evbuffer *eh_http_refusal_text(const struct eh_http_refusal *);

#endif
