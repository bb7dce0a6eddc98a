/*
 * token: a name and a moment that nobody else can have written: what stands in a link, in a cookie
 * and in a form.
 *
 *     struct eh_token token, read;
 *     char text[EH_TOKEN_TEXT_MAX];
 *     r = eh_token_make(eh_str("ana"), now_us, &token);
 *     eh_token_print(&key, EH_TOKEN_LINK, &token, text);
 *     if (!eh_token_read(&key, EH_TOKEN_LINK, eh_str(text), &read))
 *         …somebody made it up, or it is for something else…
 */
#ifndef EVENHAND_WEB_SIGN_TOKEN_H
#define EVENHAND_WEB_SIGN_TOKEN_H

#include "web/sign/key.h"

#define EH_TOKEN_NONCE_BYTES 16
#define EH_TOKEN_MAC_BYTES   32
#define EH_TOKEN_TEXT_MAX    420              /* bytes with the terminator */
#define EH_TOKEN_EVENT_MAX   33               /* bytes of an event's name, with the terminator */
#define EH_SIGN_LINK_S       900              /* a link holds */
#define EH_SIGN_SESSION_S    (30 * 24 * 3600) /* a session holds */
#define EH_SIGN_SLACK_S      3600             /* clocks of doubled processes may differ so */

/* What it is for. The number is signed, too. */
enum eh_token_use { EH_TOKEN_LINK = 1, EH_TOKEN_SESSION = 2, EH_TOKEN_FORM = 3 };

struct eh_token {
    char name[EH_NAME_MAX + 1];
    int64_t made_us; /* since 1970 */
    uint8_t nonce[EH_TOKEN_NONCE_BYTES];
};

/* -EH_EINVAL: no name that evenhandd could know. */
int eh_token_make(struct eh_str name, int64_t now_us, struct eh_token *ret) EH_MUST_CHECK;
void eh_token_print(const struct eh_sign_key *, enum eh_token_use, const struct eh_token *,
                    char ret[EH_TOKEN_TEXT_MAX]);
/* False: it is none of ours, or for another use. How old it may be is the caller's matter. */
bool eh_token_read(const struct eh_sign_key *, enum eh_token_use, struct eh_str,
                   struct eh_token *ret);
/* A name that no other change has. */
void eh_token_event(char ret[EH_TOKEN_EVENT_MAX]);

#endif
