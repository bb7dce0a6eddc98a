/*
 * error: what a code of ours means over HTTP, and the one form that every error answer has:
 * {"error":{"code":"not_found","message":"…","field":null}}.
 *
 *     struct evbuffer *text = eh_http_error_text("full", NULL, "16 requests wait; ask again
 * later"); …send it with the status eh_http_status_of(EH_EFULL), which is 429… evbuffer_free(text);
 */
#ifndef EVENHAND_HTTP_ERROR_H
#define EVENHAND_HTTP_ERROR_H

#include <event2/buffer.h>
#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_HTTP_JSON "application/json"

/* code: enum eh_code, positive or negative. */
int eh_http_status_of(int code);
const char *eh_http_code_name(int code); /* "not_found" */
const char *eh_http_phrase(int status);  /* "Not Found" */

/* The value as a line of text; NULL: no memory. */
struct evbuffer *eh_http_json_text(const json_t *);
/* An error answer; field may be NULL. Never NULL: without memory it says so. */
struct evbuffer *eh_http_error_text(const char *code, const char *field, const char *message);

#endif
