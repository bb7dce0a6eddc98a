/*
 * sign: who is asking: by a session, which a link begins, or by the name that a reverse proxy
 * vouches for.
 *
 *     struct eh_sign *sign;
 *     struct eh_who who;
 *     r = eh_sign_new(web, &sign, &error);
 *     if (!eh_sign_who(sign, request, &who)) …nobody we know: a link is needed…
 *     eh_sign_free(sign);
 */
#ifndef EVENHAND_WEB_SIGN_SIGN_H
#define EVENHAND_WEB_SIGN_SIGN_H

#include "http/server.h"
#include "web/config/config.h"
#include "web/sign/token.h"

#define EH_SIGN_COOKIE    "evenhand"
#define EH_SIGN_URL_MAX   (EH_WEB_URL_MAX + 8 + EH_TOKEN_TEXT_MAX)
#define EH_SIGN_LINK_PATH "/sign-in/"

struct eh_who {
    char name[EH_NAME_MAX + 1];
    char form[EH_TOKEN_TEXT_MAX]; /* what each form of theirs has to bring along */
    bool by_proxy;
};

struct eh_sign;
int eh_sign_new(const struct eh_web_config *, struct eh_sign **ret,
                struct eh_error *) EH_MUST_CHECK;
void eh_sign_free(struct eh_sign *); /* NULL allowed */

bool eh_sign_who(struct eh_sign *, const struct eh_http_request *, struct eh_who *ret);
/* Whether the token of a form is theirs. */
bool eh_sign_form_is(const struct eh_sign *, const struct eh_who *, const char *token);

/* The address that signs the user in, once. -EH_EINVAL: no name that evenhandd could know. */
int eh_sign_link(const struct eh_sign *, struct eh_str user, char ret_url[EH_SIGN_URL_MAX],
                 struct eh_error *) EH_MUST_CHECK;
/* Whether the token of a link would sign somebody in; it stays unused. */
bool eh_sign_link_holds(struct eh_sign *, struct eh_str token, struct eh_token *ret);
/* Uses it: a value for Set-Cookie, which begins a session. -EH_EDENIED: it is none, too old, or
 * was used; -EH_EUNAVAILABLE. */
int eh_sign_use(struct eh_sign *, struct eh_str token, struct eh_arena *, const char **ret_cookie,
                char ret_name[EH_NAME_MAX + 1], struct eh_error *) EH_MUST_CHECK;
/* A value for Set-Cookie that ends the session in this browser. */
const char *eh_sign_out(const struct eh_sign *, struct eh_arena *);
/* Ends all sessions and links of the user. */
int eh_sign_revoke(struct eh_sign *, struct eh_str user, struct eh_error *) EH_MUST_CHECK;
void eh_sign_sweep(struct eh_sign *);

#endif
