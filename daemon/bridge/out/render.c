/*
 * render: see render.h. Words in braces are put into headers of `auth`, into what `auth_body` sets,
 * and into the body of a login, which a request may say it is; nowhere else, so that no program of
 * a profile can send a secret where it is not wanted.
 */
#include "bridge/out/render.h"

#include <inttypes.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "bridge/out/sign.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define JSON_TYPE "application/json"

#define SECRET_MAX 2048 /* bytes of a secret, or of a half of it */

static void bytes_wipe(struct eh_bytes *bytes)
{
    if (bytes->data)
        explicit_bzero(bytes->data, bytes->capacity);
    eh_bytes_done(bytes);
}

/* ---- Ways to write a text. */

typedef void write_fn(struct eh_bytes *, const char *text);

static void write_plain(struct eh_bytes *out, const char *text)
{
    eh_bytes_put(out, text, strlen(text));
}

static void write_base64(struct eh_bytes *out, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < size ? (unsigned char)text[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            eh_bytes_put_u8(out, k <= size - i ? (uint8_t)digits[group >> (18 - 6 * k) & 63] : '=');
    }
}

/* As in a form. */
static void write_form(struct eh_bytes *out, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, 0);
    if (escaped) {
        write_plain(out, escaped);
        explicit_bzero(escaped, strlen(escaped));
    } else {
        out->failed = true;
    }
    curl_free(escaped);
}

/* As within a text of JSON. */
static void write_json(struct eh_bytes *out, const char *text)
{
    json_t *value = json_string(text);
    char *quoted = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    if (quoted) {
        eh_bytes_put(out, quoted + 1, strlen(quoted) - 2);
        explicit_bzero(quoted, strlen(quoted));
    } else {
        out->failed = true;
    }
    free(quoted);
    json_decref(value);
}

/* ---- Words in braces. */

struct word {
    const char *name, *value;
    write_fn *write;
};

/* What stands before the colon of a secret, and behind it. */
struct halves {
    char user[SECRET_MAX], password[SECRET_MAX];
};

static void halves_take(const char *secret, struct halves *ret)
{
    size_t size = strcspn(secret, ":");
    eh_format(ret->user, sizeof ret->user, "%.*s", (int)size, secret);
    eh_format(ret->password, sizeof ret->password, "%s", secret[size] ? secret + size + 1 : "");
}

/* The word that stands at `at`; NULL: none does. */
static const struct word *word_at(const char *at, const struct word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(at, words[i].name, strlen(words[i].name)) == 0)
            return &words[i];
    return NULL;
}

static void fill(struct eh_bytes *out, const char *text, const struct word *words, size_t count)
{
    while (*text) {
        const struct word *word = *text == '{' ? word_at(text, words, count) : NULL;
        if (word) {
            word->write(out, word->value ? word->value : "");
            text += strlen(word->name);
        } else {
            eh_bytes_put_u8(out, (uint8_t)*text++);
        }
    }
}

/* ---- Headers. */

/* What a request is signed with; empty where no header of `auth` wants it. */
struct seal {
    char time[24], signature[EH_SIGN_TEXT];
};

static bool wants_seal(const json_t *auth)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)auth, name, value)
    {
        if (json_is_string(value) && strstr(json_string_value(value), "{signature}"))
            return true;
    }
    return false;
}

static int seal_make(const struct eh_rendered *rendered, const json_t *auth,
                     const struct eh_render_words *w, struct seal *ret)
{
    eh_format(ret->time, sizeof ret->time, "%" PRId64, w->now_s);
    ret->signature[0] = '\0';
    const struct eh_signed what = {ret->time, rendered->method, rendered->path, rendered->body};
    return !wants_seal(auth) || eh_sign(&what, w->secret, ret->signature) ? 0 : -EH_ENOMEM;
}

static int header_fill(json_t *headers, const char *name, const char *text,
                       const struct eh_render_words *w, const struct seal *seal)
{
    struct halves halves;
    halves_take(w->secret, &halves);
    const struct word words[] = {{"{secret}", w->secret, write_plain},
                                 {"{basic}", w->secret, write_base64},
                                 {"{user}", halves.user, write_plain},
                                 {"{password}", halves.password, write_plain},
                                 {"{session}", w->session, write_plain},
                                 {"{cookie}", w->session, write_plain},
                                 {"{url}", w->url, write_plain},
                                 {"{timestamp}", seal->time, write_plain},
                                 {"{signature}", seal->signature, write_plain}};
    struct eh_bytes out = EH_BYTES_INIT;
    fill(&out, text, words, sizeof words / sizeof *words);
    int r = out.failed || out.size > EH_RENDER_VALUE_MAX ? -EH_ERANGE : 0;
    if (r == 0 &&
        json_object_set_new(headers, name, json_stringn((const char *)out.data, out.size)) < 0)
        r = -EH_EINVAL;
    bytes_wipe(&out);
    explicit_bzero(&halves, sizeof halves);
    return r;
}

static bool has_header(const json_t *headers, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)headers, key, value)
    {
        if (strcasecmp(key, name) == 0)
            return true;
    }
    return false;
}

/* The request's own; then those of `auth`, which stand above them. */
static int headers_fill(const json_t *request, const json_t *auth, const struct eh_render_words *w,
                        const char *type, const struct eh_rendered *rendered)
{
    const char *name;
    json_t *value, *headers = rendered->headers;
    struct seal seal;
    int r = json_object_update(headers, json_object_get(request, "headers")) < 0 &&
                    json_object_get(request, "headers")
                ? -EH_EINVAL
                : seal_make(rendered, auth, w, &seal);
    json_object_foreach((json_t *)auth, name, value)
    {
        if (r == 0 && json_is_string(value))
            r = header_fill(headers, name, json_string_value(value), w, &seal);
    }
    if (r == 0 && type && !has_header(headers, "Content-Type"))
        r = json_object_set_new(headers, "Content-Type", json_string(type)) < 0 ? -EH_ENOMEM : 0;
    if (r == 0 && !has_header(headers, "Accept"))
        r = json_object_set_new(headers, "Accept", json_string(JSON_TYPE)) < 0 ? -EH_ENOMEM : 0;
    return r;
}

/* ---- The body. */

static void form_write(struct eh_bytes *out, const json_t *form, const struct word *word,
                       size_t words)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)form, key, value)
    {
        const char *text = json_string_value(value);
        struct eh_bytes filled = EH_BYTES_INIT;
        fill(&filled, text ? text : "", word, words);
        eh_bytes_put_u8(&filled, 0);
        if (out->size > 0)
            eh_bytes_put_u8(out, '&');
        write_form(out, key);
        eh_bytes_put_u8(out, '=');
        if (filled.failed)
            out->failed = true;
        else
            write_form(out, (const char *)filled.data);
        bytes_wipe(&filled);
    }
}

static void body_write(struct eh_bytes *out, const json_t *body, const struct word *word,
                       size_t words)
{
    char *text = json_is_string(body) ? NULL : json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *whole = json_is_string(body) ? json_string_value(body) : text;
    if (whole)
        fill(out, whole, word, words);
    else
        out->failed = true;
    free(text);
}

/* Returns the type of the body; NULL: there is none. */
static const char *content_write(struct eh_bytes *out, const json_t *request,
                                 const struct word *words, size_t count)
{
    const json_t *form = json_object_get(request, "form"), *body = json_object_get(request, "body");
    if (json_is_object(form))
        form_write(out, form, words, count);
    else if (body && !json_is_null(body))
        body_write(out, body, words, count);
    else
        return NULL;
    return json_is_object(form) ? FORM_TYPE : JSON_TYPE;
}

/* The texts of `auth_body`, into a copy of the body. jansson leaves them in freed memory, so they
 * are overwritten by signed_wipe(). */
static void signed_fill(json_t *body, const json_t *auth_body, const struct word *words,
                        size_t count)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)auth_body, key, value)
    {
        struct eh_bytes filled = EH_BYTES_INIT;
        fill(&filled, json_string_value(value), words, count);
        json_object_set_new(body, key, json_stringn((const char *)filled.data, filled.size));
        bytes_wipe(&filled);
    }
}

static void signed_wipe(json_t *body, const json_t *auth_body)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)auth_body, key, value)
    {
        const json_t *text = json_object_get(body, key);
        if (json_is_string(text))
            explicit_bzero((char *)json_string_value(text), json_string_length(text));
    }
    json_decref(body);
}

/* An object, and the log-in that the helpdesk wants in it. */
static const char *signed_write(struct eh_bytes *out, const json_t *body,
                                const struct eh_render_words *w)
{
    struct halves halves;
    json_t *whole = json_copy((json_t *)body);
    halves_take(w->secret, &halves);
    const struct word words[] = {{"{secret}", w->secret, write_plain},
                                 {"{user}", halves.user, write_plain},
                                 {"{password}", halves.password, write_plain},
                                 {"{session}", w->session, write_plain}};
    signed_fill(whole, w->auth_body, words, sizeof words / sizeof *words);
    char *text = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
    if (text) {
        write_plain(out, text);
        explicit_bzero(text, strlen(text));
    } else {
        out->failed = true;
    }
    free(text);
    signed_wipe(whole, w->auth_body);
    explicit_bzero(&halves, sizeof halves);
    return JSON_TYPE;
}

/* The same, with secrets where it is a login. */
static const char *content_fill(struct eh_bytes *out, const json_t *request,
                                const struct eh_render_words *w, bool is_login)
{
    const json_t *body = json_object_get(request, "body");
    const char *secret = w->secret;
    struct halves halves;
    if (w->auth_body && !is_login && json_is_object(body))
        return signed_write(out, body, w);
    bool is_json =
        !json_object_get(request, "form") && !json_is_string(json_object_get(request, "body"));
    write_fn *write = is_json ? write_json : write_plain;
    halves_take(secret, &halves);
    const struct word words[] = {{"{secret}", secret, write},
                                 {"{user}", halves.user, write},
                                 {"{password}", halves.password, write}};
    const char *type =
        content_write(out, request, words, is_login ? sizeof words / sizeof *words : 0);
    explicit_bzero(&halves, sizeof halves);
    return type;
}

/* ---- All of it. */

/* A log-in of its own, beside the session: to another API of the same helpdesk. */
static bool says_login(const json_t *request)
{
    return json_is_true(json_object_get(request, "login"));
}

bool eh_render_fits(const json_t *request)
{
    const json_t *method = json_object_get(request, "method");
    const json_t *headers = json_object_get(request, "headers");
    return json_is_object(request) && json_is_string(json_object_get(request, "path")) &&
           (!method || json_is_string(method)) && (!headers || json_is_object(headers));
}

int eh_render(const json_t *request, const json_t *auth, const struct eh_render_words *words,
              bool is_login, struct eh_rendered *ret, struct eh_error *error)
{
    if (!eh_render_fits(request))
        return eh_error_set(error, EH_EINVAL, "a request is an object with a path");
    struct eh_bytes out = EH_BYTES_INIT;
    const char *type = content_fill(&out, request, words, is_login || says_login(request));
    const char *method = json_string_value(json_object_get(request, "method"));
    struct eh_rendered rendered = {.method = method ? method : "GET",
                                   .path = json_string_value(json_object_get(request, "path")),
                                   .headers = json_object()};
    rendered.text = (char *)out.data;
    rendered.body = eh_str_n(rendered.text, out.size);
    int r = out.failed || !rendered.headers ? -EH_ENOMEM
            : out.size > EH_RENDER_BODY_MAX ? -EH_ERANGE
                                            : headers_fill(request, auth, words, type, &rendered);
    if (r < 0) {
        eh_rendered_done(&rendered);
        return eh_error_set(error, -r, "the request's headers or its body do not fit");
    }
    *ret = rendered;
    return 0;
}

void eh_rendered_done(struct eh_rendered *rendered)
{
    const char *name;
    json_t *value;
    json_object_foreach(rendered->headers, name, value)
    {
        if (json_is_string(value)) /* jansson would leave it in freed memory */
            explicit_bzero((char *)json_string_value(value), json_string_length(value));
    }
    json_decref(rendered->headers);
    if (rendered->text)
        explicit_bzero(rendered->text, rendered->body.size);
    free(rendered->text);
    *rendered = (struct eh_rendered){0};
}
