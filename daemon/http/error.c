/* error: statuses, and the text of an error answer. See error.h. */
#include <evenhand/value/json.h>

#include "http/error.h"

#define REAL_DIGITS 15 /* of a number that is not whole */

/* What a code means over HTTP. */
static const struct {
    int code, status;
    const char *name;
} code_table[] = {
    {EH_EINVAL, 400, "invalid"},       {EH_ERANGE, 400, "range"},
    {EH_EPARSE, 400, "parse"},         {EH_EDENIED, 403, "denied"},
    {EH_ENOTFOUND, 404, "not_found"},  {EH_ECONFLICT, 409, "conflict"},
    {EH_EFULL, 429, "full"},           {EH_EUNAVAILABLE, 503, "unavailable"},
    {EH_ENOMEM, 503, "out_of_memory"}, {EH_ECORRUPT, 500, "corrupt"},
    {EH_EVERSION, 500, "version"},
};

static const struct {
    int status;
    const char *phrase;
} phrase_table[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
};

int eh_http_status_of(int code)
{
    for (size_t i = 0; i < sizeof code_table / sizeof code_table[0]; i++)
        if (code_table[i].code == (code < 0 ? -code : code))
            return code_table[i].status;
    return 500;
}

const char *eh_http_code_name(int code)
{
    for (size_t i = 0; i < sizeof code_table / sizeof code_table[0]; i++)
        if (code_table[i].code == (code < 0 ? -code : code))
            return code_table[i].name;
    return "internal";
}

const char *eh_http_phrase(int status)
{
    for (size_t i = 0; i < sizeof phrase_table / sizeof phrase_table[0]; i++)
        if (phrase_table[i].status == status)
            return phrase_table[i].phrase;
    return "Internal Server Error";
}

/* ---- Text. */

static int add_to_buffer(const char *data, size_t size, void *context)
{
    return evbuffer_add(context, data, size);
}

struct evbuffer *eh_http_json_text(const json_t *value)
{
    struct evbuffer *text = evbuffer_new();
    if (text && value &&
        json_dump_callback(value, add_to_buffer, text,
                           JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) == 0 &&
        evbuffer_add(text, "\n", 1) == 0)
        return text;
    if (text)
        evbuffer_free(text);
    return NULL;
}

static struct evbuffer *no_memory(void)
{
    struct evbuffer *text = evbuffer_new();
    eh_require(text);
    evbuffer_add_printf(text, "{\"error\":{\"code\":\"out_of_memory\",\"message\":"
                              "\"out of memory\",\"field\":null}}\n");
    return text;
}

struct eh_http_refusal eh_http_refusal_of(int code, const char *field,
                                          char message[EH_ERROR_TEXT_MAX], const char *format,
                                          va_list args)
{
    eh_format_v(message, EH_ERROR_TEXT_MAX, format, args);
    eh_text_tidy(message, strlen(message));
    return (struct eh_http_refusal){eh_http_status_of(code), eh_http_code_name(code), message,
                                    field};
}

struct evbuffer *eh_http_refusal_text(const struct eh_http_refusal *refusal)
{
    json_t *body = json_object(), *error = json_object();
    eh_json_put_string(error, "code", refusal->code);
    eh_json_put_string(error, "message", refusal->message);
    eh_json_put_string(error, "field", refusal->field);
    eh_json_put(body, "error", error);
    struct evbuffer *text = eh_http_json_text(body);
    json_decref(body);
    return text ? text : no_memory();
}
