/* sign: cookies, links and the proxy's header. */
#include "web/sign/sign.h"

#include <stdlib.h>
#include <time.h>

#include "web/sign/memory.h"

struct eh_sign {
    const struct eh_web_config *config;
    struct eh_sign_key key;
    struct eh_memory *memory;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int eh_sign_new(const struct eh_web_config *config, struct eh_sign **ret, struct eh_error *error)
{
    struct eh_sign *sign = calloc(1, sizeof *sign);
    if (!sign)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    sign->config = config;
    int r = eh_sign_key_load(config->key_file, &sign->key, error);
    if (r == 0)
        r = eh_memory_new(config->state, &sign->memory, error);
    if (r < 0)
        eh_sign_free(sign);
    else
        *ret = sign;
    return r;
}

void eh_sign_free(struct eh_sign *sign)
{
    if (!sign)
        return;
    eh_memory_free(sign->memory);
    eh_sign_key_done(&sign->key);
    free(sign);
}

static bool is_older(const struct eh_token *token, int64_t seconds)
{
    int64_t age = now_us() - token->made_us;
    return age > seconds * 1000000 || age < -(int64_t)EH_SIGN_SLACK_S * 1000000;
}

/* ---- Who it is. */

/* The form's token names the session it belongs to: who has another session has another one. */
static void take_form(const struct eh_sign *sign, const struct eh_token *session,
                      struct eh_who *who)
{
    eh_token_print(&sign->key, EH_TOKEN_FORM, session, who->form);
}

static bool who_by_proxy(const struct eh_sign *sign, const struct eh_http_request *request,
                         struct eh_who *ret)
{
    struct eh_token token = {.made_us = 0};
    const char *name = sign->config->by_proxy && eh_web_config_is_unix(sign->config)
                           ? eh_http_header(request, sign->config->proxy_header)
                           : NULL;
    if (!name || !eh_name_valid(eh_str(name), EH_NAME_MAX))
        return false;
    strcpy(token.name, name);
    strcpy(ret->name, name);
    ret->by_proxy = true;
    take_form(sign, &token, ret);
    return true;
}

/* The value of our cookie; empty: there is none. */
static struct eh_str cookie_of(const char *cookies)
{
    while (cookies && *cookies) {
        cookies += strspn(cookies, " ;");
        size_t size = strcspn(cookies, ";");
        if (strncmp(cookies, EH_SIGN_COOKIE "=", strlen(EH_SIGN_COOKIE "=")) == 0)
            return eh_str_n(cookies + strlen(EH_SIGN_COOKIE "="),
                            size - strlen(EH_SIGN_COOKIE "="));
        cookies += size;
    }
    return eh_str(NULL);
}

static bool who_by_session(struct eh_sign *sign, const struct eh_http_request *request,
                           struct eh_who *ret)
{
    struct eh_token session;
    struct eh_str cookie = cookie_of(eh_http_header(request, "Cookie"));
    if (!sign->config->by_links || cookie.size == 0 ||
        !eh_token_read(&sign->key, EH_TOKEN_SESSION, cookie, &session) ||
        is_older(&session, EH_SIGN_SESSION_S) ||
        eh_memory_is_ended(sign->memory, session.name, session.made_us))
        return false;
    strcpy(ret->name, session.name);
    ret->by_proxy = false;
    take_form(sign, &session, ret);
    return true;
}

bool eh_sign_who(struct eh_sign *sign, const struct eh_http_request *request, struct eh_who *ret)
{
    return who_by_proxy(sign, request, ret) || who_by_session(sign, request, ret);
}

/* Both are texts of the same length where they are equal, so the time tells nothing else. */
bool eh_sign_form_is(const struct eh_sign *sign, const struct eh_who *who, const char *token)
{
    struct eh_token given, own;
    return eh_token_read(&sign->key, EH_TOKEN_FORM, eh_str(token), &given) &&
           eh_token_read(&sign->key, EH_TOKEN_FORM, eh_str(who->form), &own) &&
           strcmp(given.name, own.name) == 0 && given.made_us == own.made_us &&
           memcmp(given.nonce, own.nonce, sizeof own.nonce) == 0;
}

/* ---- Links. */

int eh_sign_link(const struct eh_sign *sign, struct eh_str user, char ret_url[EH_SIGN_URL_MAX],
                 struct eh_error *error)
{
    struct eh_token token;
    char text[EH_TOKEN_TEXT_MAX];
    if (!sign->config->by_links)
        return eh_error_set(error, EH_EINVAL, "sign_in: links is not among them");
    if (eh_token_make(user, now_us(), &token) < 0)
        return eh_error_set(error, EH_EINVAL, "a user has 1 to %d bytes of text", EH_NAME_MAX);
    eh_token_print(&sign->key, EH_TOKEN_LINK, &token, text);
    eh_format(ret_url, EH_SIGN_URL_MAX, "%s" EH_SIGN_LINK_PATH "%s", sign->config->public_url,
              text);
    return 0;
}

bool eh_sign_link_holds(struct eh_sign *sign, struct eh_str token, struct eh_token *ret)
{
    return sign->config->by_links && eh_token_read(&sign->key, EH_TOKEN_LINK, token, ret) &&
           !is_older(ret, EH_SIGN_LINK_S) &&
           !eh_memory_is_ended(sign->memory, ret->name, ret->made_us);
}

static const char *cookie_text(const struct eh_sign *sign, struct eh_arena *arena,
                               const char *value, int age_s)
{
    const size_t size = EH_TOKEN_TEXT_MAX + 128;
    char *text = eh_arena_alloc(arena, size);
    eh_require(text);
    eh_format(text, size, EH_SIGN_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s", value,
              age_s, eh_web_config_is_tls(sign->config) ? "; Secure" : "");
    return text;
}

int eh_sign_use(struct eh_sign *sign, struct eh_str text, struct eh_arena *arena,
                const char **ret_cookie, char ret_name[EH_NAME_MAX + 1], struct eh_error *error)
{
    struct eh_token link, session;
    char value[EH_TOKEN_TEXT_MAX];
    if (!eh_sign_link_holds(sign, text, &link))
        return eh_error_set(error, EH_EDENIED, "This link is none, or is over.");
    int r = eh_memory_use(sign->memory, &link);
    if (r == -EH_ECONFLICT)
        return eh_error_set(error, EH_EDENIED, "This link was used before.");
    if (r == 0)
        r = eh_token_make(eh_str(link.name), now_us(), &session);
    if (r < 0)
        return eh_error_set(error, EH_EUNAVAILABLE, "Nobody can be signed in just now.");
    eh_token_print(&sign->key, EH_TOKEN_SESSION, &session, value);
    *ret_cookie = cookie_text(sign, arena, value, EH_SIGN_SESSION_S);
    strcpy(ret_name, link.name);
    return 0;
}

const char *eh_sign_out(const struct eh_sign *sign, struct eh_arena *arena)
{
    return cookie_text(sign, arena, "", 0);
}

int eh_sign_revoke(struct eh_sign *sign, struct eh_str user, struct eh_error *error)
{
    if (!eh_name_valid(user, EH_NAME_MAX))
        return eh_error_set(error, EH_EINVAL, "a user has 1 to %d bytes of text", EH_NAME_MAX);
    return eh_memory_end(sign->memory, user, now_us(), error);
}

void eh_sign_sweep(struct eh_sign *sign)
{
    eh_memory_sweep(sign->memory, now_us());
}
