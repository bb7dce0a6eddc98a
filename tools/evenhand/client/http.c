/* http: libcurl over the daemon's Unix socket, and what its answers mean for the exit code. */
#include "http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "object.h"
#include "term/say.h"
#include "term/text.h"

#define SOCKET_PATH_MAX 107 /* bytes, sun_path without its terminator */

void eh_http_begin(void)
{
    curl_global_init(CURL_GLOBAL_NOTHING);
}

void eh_http_end(void)
{
    curl_global_cleanup();
}

void eh_answer_done(struct eh_answer *answer)
{
    eh_bytes_done(&answer->text);
    json_decref(answer->json);
    *answer = (struct eh_answer){0};
}

static bool char_is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~", c));
}

static bool path_put_encoded(char path[EH_CLI_PATH], size_t *used, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        if (*used + 4 > EH_CLI_PATH)
            return false;
        uint8_t byte = (uint8_t)*text;
        if (char_is_unreserved(*text)) {
            path[(*used)++] = *text;
        } else {
            path[(*used)++] = '%';
            path[(*used)++] = hex[byte >> 4];
            path[(*used)++] = hex[byte & 15];
        }
    }
    path[*used] = '\0';
    return true;
}

bool eh_path(char ret[EH_CLI_PATH], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t used = 0;
    bool fits = true;
    for (const char *f = format; *f && fits; f++) {
        if (f[0] == '%' && f[1] == 's') {
            fits = path_put_encoded(ret, &used, va_arg(args, const char *));
            f++;
        } else if ((fits = used + 1 < EH_CLI_PATH)) {
            ret[used++] = *f;
        }
    }
    va_end(args);
    ret[used < EH_CLI_PATH ? used : EH_CLI_PATH - 1] = '\0';
    return fits;
}

bool eh_path_add(char path[EH_CLI_PATH], const char *before, const char *value)
{
    size_t used = strlen(path), size = strlen(before);
    if (used + size + 1 > EH_CLI_PATH)
        return false;
    memcpy(path + used, before, size + 1);
    used += size;
    return path_put_encoded(path, &used, value);
}

static size_t answer_take_body(char *data, size_t size, size_t count, void *context)
{
    struct eh_answer *answer = context;
    if (answer->text.size + size * count > EH_CLI_ANSWER_MAX)
        return 0;
    eh_bytes_put(&answer->text, data, size * count);
    return answer->text.failed ? 0 : size * count;
}

static int request_say_unreachable(const struct eh_cli *cli, CURL *curl, CURLcode code)
{
    long os_error = 0;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
    if (code == CURLE_COULDNT_CONNECT) {
        /* libcurl does not always give the reason; access() does. */
        if (access(cli->socket, R_OK | W_OK) != 0)
            os_error = errno;
        if (os_error == EACCES || os_error == EPERM)
            return eh_say(cli, EH_EXIT_DENIED,
                          "%s: you may not open this socket; its group may (see evenhandd.yaml: "
                          "admin_group)",
                          cli->socket);
        return eh_say(cli, EH_EXIT_UNAVAILABLE,
                      "%s: %s; is evenhandd running? (--socket names another)", cli->socket,
                      strerror(os_error ? (int)os_error : ECONNREFUSED));
    }
    if (code == CURLE_WRITE_ERROR)
        return eh_say(cli, EH_EXIT_UNAVAILABLE, "%s: the answer is longer than %zu bytes",
                      cli->socket, EH_CLI_ANSWER_MAX);
    return eh_say(cli, EH_EXIT_UNAVAILABLE, "%s: %s; is this the admin socket of evenhandd?",
                  cli->socket, curl_easy_strerror(code));
}

static int status_exit(long status)
{
    if (status == 403)
        return EH_EXIT_DENIED;
    return status >= 500 ? EH_EXIT_UNAVAILABLE : EH_EXIT_REFUSED;
}

/* What stands between "desk.yaml:" and a message: nothing before a line of that file. */
static const char *blank_before(const char *file, const char *message)
{
    size_t size = strlen(file), digits = strspn(message, "0123456789");
    bool is_line = digits > 0 && message[digits] == ':';
    return size > 0 && file[size - 1] == ':' && !is_line ? " " : "";
}

/* Says {"error": {"code", "message", "field"}} in one line. */
static int answer_say_refused(const struct eh_cli *cli, const struct eh_answer *answer,
                              const char *file)
{
    const json_t *error = json_object_get(answer->json, "error");
    const char *message = eh_object_text(error, "message"), *field = eh_object_text(error, "field");
    int code = status_exit(answer->status);
    if (!message)
        return eh_say(cli, code, "%s%sthe daemon answered %ld", file, blank_before(file, ""),
                      answer->status);
    bool said =
        !field ||
        strstr(message,
               field); /* the message names the field: at its beginning, or behind a file's line */
    return eh_say_refused(cli, code, eh_object_text(error, "code"), field, "%s%s%s%s%s", file,
                          blank_before(file, said ? message : field), said ? "" : field,
                          said ? "" : ": ", message);
}

/* Times are printed in the desk's zone, which a header names. */
static size_t answer_take_header(char *data, size_t size, size_t count, void *context)
{
    static const char name[] = "Time-Zone: ";
    const struct eh_cli *cli = context;
    char zone[64];
    size_t all = size * count, start = sizeof name - 1;
    if (!cli->json && all > start && strncasecmp(data, name, start) == 0) {
        eh_format(zone, sizeof zone, "%.*s", (int)(all - start), data + start);
        zone[strcspn(zone, "\r\n")] = '\0';
        eh_text_zone(zone);
    }
    return all;
}

static void request_set_body(CURL *curl, const struct eh_request *request)
{
    if (strcmp(request->method, "GET") == 0)
        return;
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data ? request->body.data : "");
}

static int request_perform(const struct eh_cli *cli, CURL *curl, const struct eh_request *request,
                           struct eh_answer *ret)
{
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return request->quiet ? EH_EXIT_UNAVAILABLE : request_say_unreachable(cli, curl, code);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
    json_error_t where;
    if (ret->text.size)
        ret->json = json_loadb((const char *)ret->text.data, ret->text.size, 0, &where);
    if (ret->status < 200 || ret->status > 299)
        return request->quiet ? status_exit(ret->status)
                              : answer_say_refused(cli, ret, request->file ? request->file : "");
    if (json_is_object(ret->json))
        return EH_EXIT_DONE;
    return request->quiet
               ? EH_EXIT_UNAVAILABLE
               : eh_say(cli, EH_EXIT_UNAVAILABLE,
                        "%s: the answer is no JSON object; is this evenhandd?", cli->socket);
}

int eh_http_send(const struct eh_cli *cli, const struct eh_request *request, struct eh_answer *ret)
{
    char url[EH_CLI_PATH + 32], content[64];
    if (strlen(cli->socket) > SOCKET_PATH_MAX && request->quiet)
        return EH_EXIT_USAGE;
    if (strlen(cli->socket) > SOCKET_PATH_MAX)
        return eh_say(cli, EH_EXIT_USAGE, "%s: a socket's path has at most %d bytes", cli->socket,
                      SOCKET_PATH_MAX);
    eh_format(url, sizeof url, "http://evenhand%s", request->path);
    eh_format(content, sizeof content, "Content-Type: %s",
              request->type ? request->type : "application/json");
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, content);
    headers = curl_slist_append(headers, "Expect:");
    eh_require(curl && headers);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, cli->socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)EH_CLI_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)EH_CLI_ANSWER_S);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, answer_take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, (void *)cli);
    request_set_body(curl, request);
    int r = request_perform(cli, curl, request, ret);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return r;
}

int eh_http_get(const struct eh_cli *cli, const char *path, struct eh_answer *ret)
{
    return eh_http_send(cli, &(struct eh_request){.method = "GET", .path = path}, ret);
}

bool eh_http_try(const struct eh_cli *cli, const char *path, struct eh_answer *ret)
{
    const struct eh_request request = {.method = "GET", .path = path, .quiet = true};
    return eh_http_send(cli, &request, ret) == EH_EXIT_DONE;
}

int eh_http_post(const struct eh_cli *cli, const char *path, json_t *body, struct eh_answer *ret)
{
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (!text)
        return eh_say(cli, EH_EXIT_USAGE, "an argument is not valid UTF-8");
    const struct eh_request request = {.method = "POST", .path = path, .body = eh_str(text)};
    int r = eh_http_send(cli, &request, ret);
    free(text);
    return r;
}

/* Prints JSON with escapes in place of characters that a terminal hides. */
static void json_print_for_terminal(const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    eh_require(text);
    struct eh_str left = eh_str(text);
    while (left.size > 0) {
        uint32_t point = 0;
        size_t size = eh_utf8_next(left, &point);
        if (size > 1 && eh_utf8_hidden(point) && point > 0xFFFF)
            printf("\\u%04x\\u%04x", 0xD800 + ((point - 0x10000) >> 10),
                   0xDC00 + ((point - 0x10000) & 0x3FF));
        else if (size > 1 && eh_utf8_hidden(point))
            printf("\\u%04x", point);
        else
            fwrite(left.data, 1, size ? size : 1, stdout);
        size = size ? size : 1;
        left = eh_str_n(left.data + size, left.size - size);
    }
    free(text);
}

void eh_answer_print(const struct eh_cli *cli, const struct eh_answer *answer)
{
    if (cli->terminal) {
        json_print_for_terminal(answer->json);
        putchar('\n');
        return;
    }
    const struct eh_bytes *text = &answer->text;
    fwrite(text->data, 1, text->size, stdout);
    if (text->size && text->data[text->size - 1] != '\n')
        putchar('\n');
}

bool eh_answer_told(const struct eh_cli *cli, int r, const struct eh_answer *answer)
{
    if (r == EH_EXIT_DONE && cli->json)
        eh_answer_print(cli, answer);
    else if (r == EH_EXIT_DONE)
        eh_object_clean(answer->json);
    return r != EH_EXIT_DONE || cli->json;
}
