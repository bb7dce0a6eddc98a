/*
 * render: a request as a profile's program says it → what goes over the wire. Secrets are put in
 * here.
 *
 *     const struct eh_render_words words = {.secret = "s3cret", .url = "https://help.example.com"};
 *     struct eh_rendered rendered = {0};
 *     r = eh_render(request, auth, &words, false, &rendered, &error);
 *     const struct eh_web_request sent = {
 *         rendered.method, rendered.path, rendered.headers, rendered.body};
 *     eh_rendered_done(&rendered);
 */
#ifndef EVENHAND_BRIDGE_OUT_RENDER_H
#define EVENHAND_BRIDGE_OUT_RENDER_H

#include <jansson.h>

#include <evenhand/base/base.h>

#define EH_RENDER_VALUE_MAX 8000       /* bytes of a header's value */
#define EH_RENDER_BODY_MAX  (1u << 20) /* bytes of a body */

struct eh_render_words {
    const char *secret;      /* {secret}; {basic}: in base64; {user}:{password}, where it is both */
    const char *session;     /* {session}, {cookie} */
    const char *url;         /* {url} */
    const json_t *auth_body; /* key → text with these words: set in each body that is an object */
    int64_t now_s;           /* since 1970: {timestamp}, which {signature} covers; see sign.h */
};

struct eh_rendered {
    const char *method, *path; /* of the request */
    json_t *headers;
    char *text; /* `body` stands here */
    struct eh_str body;
};

/* `is_login`: the body may have {secret}, {user} and {password} in it, too; so it may where the
 * request has "login": true. -EH_EINVAL: it is no request; -EH_ERANGE; -EH_ENOMEM. */
int eh_render(const json_t *request, const json_t *auth, const struct eh_render_words *,
              bool is_login, struct eh_rendered *ret, struct eh_error *) EH_MUST_CHECK;
void eh_rendered_done(struct eh_rendered *); /* overwrites what was secret; safe on a zeroed one */
/* It may be sent: an object with a path. */
bool eh_render_fits(const json_t *request);

#endif
