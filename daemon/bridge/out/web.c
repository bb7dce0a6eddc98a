/*
 * web: requests are made, answers read and bounded. See web.h; the loop is web_loop.c's.
 */
#include "bridge/out/web.h"

#include <ctype.h>
#include <stdlib.h>

#include "bridge/out/web_private.h"

#define METHOD_MAX   10
#define SCHEMES      "http,https"
#define BODY_KEPT    (64u << 10) /* bytes of memory that an idle place keeps */
#define COOKIES_MAX  4096        /* bytes of all cookies of an answer */
#define REASON_MAX   EH_ERROR_TEXT_MAX
#define LOCATION_MAX 200 /* bytes of an address that are shown */

struct transfer {
    struct eh_web *web;
    CURL *easy;
    bool busy;
    struct curl_slist *lines; /* the request's headers */
    struct eh_bytes body;     /* of the answer */
    size_t header_bytes;
    json_t *headers;
    char cookies[COOKIES_MAX];
    const char *excess; /* which bound was crossed; NULL: none */
    char reason[CURL_ERROR_SIZE];
    eh_web_fn *on_answer; /* NULL: forgotten */
    void *context;
};

struct eh_web {
    struct web_loop loop;
    char url[EH_WEB_URL_MAX], ca_file[256];
    size_t origin_size; /* bytes of `url` before its path */
    int64_t connect_ms, total_ms, slow_s;
    struct transfer transfers[EH_WEB_AT_ONCE];
};

/* ---- What the helpdesk says. */

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size *= count;
    if (size > EH_WEB_ANSWER_MAX - t->body.size) {
        t->excess = "its answer is above 1 MiB";
        return 0;
    }
    eh_bytes_put(&t->body, data, size);
    return t->body.failed ? 0 : size;
}

/* "name=value; Path=/" → "name=value" behind those before it. */
static void cookie_add(struct transfer *t, struct eh_str value)
{
    const char *end = memchr(value.data, ';', value.size);
    size_t had = strlen(t->cookies), size = end ? (size_t)(end - value.data) : value.size;
    if (had + size + 3 > sizeof t->cookies)
        return;
    eh_format(t->cookies + had, sizeof t->cookies - had, "%s%.*s", had > 0 ? "; " : "", (int)size,
              value.data);
}

static struct eh_str trimmed(const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    return eh_str_n(from, (size_t)(to - from));
}

static void header_note(struct transfer *t, const char *line, const char *colon, const char *end)
{
    char name[128];
    size_t size = (size_t)(colon - line);
    if (size >= sizeof name)
        return;
    for (size_t i = 0; i < size; i++)
        name[i] = (char)tolower((unsigned char)line[i]);
    name[size] = '\0';
    struct eh_str value = trimmed(colon + 1, end);
    if (strcmp(name, "set-cookie") == 0)
        cookie_add(t, value);
    if (eh_utf8_valid(eh_str(name), NULL) && eh_utf8_valid(value, NULL))
        json_object_set_new(t->headers, name, json_stringn(value.data, value.size));
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct transfer *t = context;
    size *= count;
    t->header_bytes += size;
    if (t->header_bytes > EH_WEB_HEADERS_MAX) {
        t->excess = "the headers of its answer are above 32 KiB";
        return 0;
    }
    const char *colon = memchr(data, ':', size);
    if (colon)
        header_note(t, data, colon, data + size);
    return size;
}

/* ---- How a transfer ended. */

static const char *remedy(const struct transfer *t, CURLcode code)
{
    if (code == CURLE_SSL_CACERT_BADFILE)
        return "; `ca_file` has to be certificates in PEM that the bridge may read";
    bool unknown = strstr(t->reason, "self-signed") || strstr(t->reason, "self signed") ||
                   strstr(t->reason, "local issuer");
    return code == CURLE_PEER_FAILED_VERIFICATION && unknown && !t->excess
               ? "; if it is the helpdesk's own, write who signed it behind `ca_file`"
               : "";
}

/* The line that people read: where, and what. */
static void reason_put(const struct transfer *t, CURLcode code, char *ret)
{
    const char *what = t->excess ? t->excess : *t->reason ? t->reason : curl_easy_strerror(code);
    eh_format(ret, REASON_MAX, "%s: %s%s", t->web->url, what, remedy(t, code));
    eh_text_tidy(ret, strlen(ret));
}

/* The answer is a redirect that leaves the helpdesk's address. */
static bool leads_elsewhere(const struct transfer *t, char *ret_why)
{
    const struct eh_web *web = t->web;
    const char *to = NULL;
    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to || (strncasecmp(to, web->url, web->origin_size) == 0 &&
                (to[web->origin_size] == '/' || to[web->origin_size] == '\0')))
        return false;
    eh_format(ret_why, REASON_MAX,
              "%s: redirects to %.*s, which is not followed; if that is the helpdesk's address, "
              "write it behind `url`",
              web->url, LOCATION_MAX, to);
    eh_text_tidy(ret_why, strlen(ret_why));
    return true;
}

static void answer_read(struct transfer *t, CURLcode code, char *why, struct eh_web_answer *ret)
{
    long status = 0, sent = 0;
    curl_off_t took_us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &took_us);
    *ret = (struct eh_web_answer){.end = EH_WEB_ANSWERED,
                                  .status = (int)status,
                                  .headers = t->headers,
                                  .body = eh_str_n((const char *)t->body.data, t->body.size),
                                  .cookies = t->cookies,
                                  .took_us = took_us};
    if (code != CURLE_OK) {
        ret->end = sent > 0 ? EH_WEB_LOST : EH_WEB_UNSENT;
        ret->status = 0;
        reason_put(t, code, why);
        ret->why = why;
    } else if (leads_elsewhere(t, why)) {
        ret->end = EH_WEB_ELSEWHERE;
        ret->why = why;
    }
}

static void transfer_clear(struct transfer *t)
{
    curl_slist_free_all(t->lines);
    json_decref(t->headers);
    t->lines = NULL;
    t->headers = NULL;
    if (t->body.capacity > BODY_KEPT)
        eh_bytes_done(&t->body);
    eh_bytes_clear(&t->body);
    curl_easy_reset(t->easy); /* a secret may stand in its options */
    t->busy = false;
}

static void on_end(CURL *easy, CURLcode code, void *context)
{
    struct eh_web *web = context;
    struct eh_web_answer answer;
    char why[REASON_MAX] = "";
    void *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct transfer *t = private;
    curl_multi_remove_handle(web->loop.multi, easy);
    answer_read(t, code, why, &answer);
    if (t->on_answer)
        t->on_answer(t->context, &answer);
    transfer_clear(t);
}

/* ---- A request. */

static bool method_valid(const char *method)
{
    size_t size = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return size > 0 && size <= METHOD_MAX && method[size] == '\0';
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return true;
    return false;
}

/* The whole address: of a path, behind `url`; an address has to be below the helpdesk's. */
static int address_put(const struct eh_web *web, const char *path, char ret[EH_WEB_URL_MAX],
                       struct eh_error *error)
{
    bool whole = strncmp(path, web->url, web->origin_size) == 0 && path[web->origin_size] == '/';
    if (has_control(path) || strchr(path, ' ') || strchr(path, '\\') || (*path != '/' && !whole))
        return eh_error_set(error, EH_EINVAL,
                            "the path %s is none of this helpdesk; it begins with a slash", path);
    size_t size = eh_format(ret, EH_WEB_URL_MAX, "%s%s", whole ? "" : web->url, path);
    if (size >= EH_WEB_URL_MAX)
        return eh_error_set(error, EH_ERANGE, "the path is above %d bytes", EH_WEB_URL_MAX);
    return 0;
}

static int line_add(struct transfer *t, const char *line)
{
    struct curl_slist *more = curl_slist_append(t->lines, line);
    if (!more)
        return -EH_ENOMEM;
    t->lines = more;
    return 0;
}

static int header_add(struct transfer *t, const char *name, const json_t *value,
                      struct eh_error *error)
{
    char line[8192];
    const char *text = json_string_value(value);
    bool sound = *name && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_") == strlen(name);
    if (!sound || !text || has_control(text))
        return eh_error_set(error, EH_EINVAL, "the header %s is none, or its value is no line",
                            name);
    size_t size = eh_format(line, sizeof line, *text ? "%s: %s" : "%s;%s", name, text);
    int r = size < sizeof line ? line_add(t, line) : -EH_ERANGE;
    explicit_bzero(line, sizeof line);
    return r < 0 ? eh_error_set(error, -r, "the header %s is too long, or memory is out", name) : 0;
}

static int headers_add(struct transfer *t, const json_t *headers, struct eh_error *error)
{
    const char *name;
    json_t *value;
    int r = line_add(t, "Expect:") < 0 ? eh_error_set(error, EH_ENOMEM, "out of memory") : 0;
    if (json_object_size(headers) > EH_WEB_HEADER_MAX)
        return eh_error_set(error, EH_ERANGE, "more than %d headers", EH_WEB_HEADER_MAX);
    json_object_foreach((json_t *)headers, name, value)
    {
        if (r == 0)
            r = header_add(t, name, value, error);
    }
    return r;
}

/* The texts are copied: without memory the request must not go out with less than these. */
static CURLcode bounds_set(const struct eh_web *web, CURL *easy)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, SCHEMES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)web->connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)web->total_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)web->slow_s);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)EH_WEB_SLOW_BYTES);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (code == CURLE_OK) /* no variable of the environment leads elsewhere */
        code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (code == CURLE_OK && *web->ca_file)
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, web->ca_file);
    return code;
}

static void callbacks_set(struct transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
}

static int request_set(struct transfer *t, const struct eh_web_request *request)
{
    callbacks_set(t);
    CURLcode code = bounds_set(t->web, t->easy);
    if (code != CURLE_OK)
        return -EH_ENOMEM;
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->lines);
    if (request->body.size > 0) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        code = curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, request->body.data);
    } else if (strcmp(request->method, "POST") == 0) {
        code = curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, "");
    }
    if (strcmp(request->method, "HEAD") == 0)
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, request->method);
    return code == CURLE_OK ? 0 : -EH_ENOMEM;
}

static int transfer_begin(struct transfer *t, const struct eh_web_request *request,
                          struct eh_error *error)
{
    char address[EH_WEB_URL_MAX];
    int r = address_put(t->web, request->path, address, error);
    if (r == 0 && !method_valid(request->method))
        r = eh_error_set(error, EH_EINVAL, "%s is no method", request->method);
    if (r == 0)
        r = headers_add(t, request->headers, error);
    if (r < 0)
        return r;
    t->headers = json_object();
    if (!t->headers || request_set(t, request) < 0 ||
        curl_easy_setopt(t->easy, CURLOPT_URL, address) != CURLE_OK ||
        curl_multi_add_handle(t->web->loop.multi, t->easy) != CURLM_OK)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    return 0;
}

int eh_web_send(struct eh_web *web, const struct eh_web_request *request, eh_web_fn *on_answer,
                void *context, struct eh_error *error)
{
    struct transfer *t = NULL;
    for (size_t i = 0; i < EH_WEB_AT_ONCE && !t; i++)
        t = web->transfers[i].busy ? NULL : &web->transfers[i];
    if (!t)
        return eh_error_set(error, EH_EFULL, "%d requests are under way", EH_WEB_AT_ONCE);
    t->header_bytes = 0;
    t->cookies[0] = t->reason[0] = '\0';
    t->excess = NULL;
    t->on_answer = on_answer;
    t->context = context;
    int r = transfer_begin(t, request, error);
    if (r < 0)
        transfer_clear(t);
    t->busy = r == 0;
    return r;
}

void eh_web_forget(struct eh_web *web, const void *context)
{
    for (size_t i = 0; i < EH_WEB_AT_ONCE; i++)
        if (web->transfers[i].context == context)
            web->transfers[i].on_answer = NULL;
}

/* ---- Its life. */

/* Bytes of scheme and host; 0: it is no address of HTTP. */
static size_t origin_of(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    size_t host = scheme > 0 ? strcspn(url + scheme, "/") : 0;
    if (host == 0 || has_control(url) || strpbrk(url, " @?#\\"))
        return 0;
    return scheme + host;
}

static int options_take(struct eh_web *web, const struct eh_web_options *options,
                        struct eh_error *error)
{
    web->connect_ms = options->connect_ms ? options->connect_ms : EH_WEB_CONNECT_MS;
    web->total_ms = options->total_ms ? options->total_ms : EH_WEB_TOTAL_MS;
    web->slow_s = options->slow_s ? options->slow_s : EH_WEB_SLOW_S;
    web->origin_size = origin_of(options->url);
    size_t size = eh_format(web->url, sizeof web->url, "%s", options->url);
    if (web->origin_size == 0 || size >= sizeof web->url / 2)
        return eh_error_set(error, EH_EINVAL,
                            "url: %s is no address of HTTP such as https://help.example.com",
                            options->url);
    while (size > web->origin_size && web->url[size - 1] == '/')
        web->url[--size] = '\0';
    if (eh_format(web->ca_file, sizeof web->ca_file, "%s",
                  options->ca_file ? options->ca_file : "") >= sizeof web->ca_file)
        return eh_error_set(error, EH_ERANGE, "ca_file: the path is too long");
    return 0;
}

int eh_web_new(const struct eh_web_options *options, struct eh_web **ret, struct eh_error *error)
{
    struct eh_web *web = calloc(1, sizeof *web);
    if (!web)
        return eh_error_set(error, EH_ENOMEM, "web: out of memory");
    int r = options_take(web, options, error);
    bool ok = r < 0 || web_loop_init(&web->loop, options->base, on_end, web) == 0;
    for (size_t i = 0; r == 0 && ok && i < EH_WEB_AT_ONCE; i++) {
        web->transfers[i] = (struct transfer){.web = web, .easy = curl_easy_init()};
        ok = web->transfers[i].easy != NULL;
    }
    if (!ok)
        r = eh_error_set(error, EH_ENOMEM, "web: out of memory");
    if (r < 0) {
        eh_web_free(web);
        return r;
    }
    *ret = web;
    return 0;
}

void eh_web_free(struct eh_web *web)
{
    if (!web)
        return;
    for (size_t i = 0; i < EH_WEB_AT_ONCE; i++) {
        struct transfer *t = &web->transfers[i];
        if (t->busy)
            curl_multi_remove_handle(web->loop.multi, t->easy);
        if (t->easy)
            transfer_clear(t);
        curl_easy_cleanup(t->easy);
        eh_bytes_done(&t->body);
    }
    web_loop_done(&web->loop);
    free(web);
}
