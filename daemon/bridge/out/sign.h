/*
 * sign: what shows a helpdesk that a request comes from us, and when it was made: HMAC-SHA256 with
 * the secret, over the time, the method, the path with its query, and the body, with a dot between
 * them.
 *
 *     const struct eh_signed what = {"1764460800", "POST", "/owner", eh_str("{}")};
 *     char text[EH_SIGN_TEXT];
 *     bool is_made = eh_sign(&what, "s3cret", text);
 */
#ifndef EVENHAND_BRIDGE_OUT_SIGN_H
#define EVENHAND_BRIDGE_OUT_SIGN_H

#include <evenhand/base/base.h>

#define EH_SIGN_TEXT 65 /* digits, and the end */

struct eh_signed {
    const char *time, *method, *path;
    struct eh_str body;
};

/* In hexadecimal. False: out of memory. */
bool eh_sign(const struct eh_signed *, const char *secret, char ret[EH_SIGN_TEXT]) EH_MUST_CHECK;

#endif
