/*
 * verify: whether a webhook comes from the helpdesk: by a signature over the bytes that came, a
 * token, or name and password. What is compared is compared in constant time.
 *
 *     const struct eh_delivery delivery = {
 *         .method = "POST", .url = "https://hooks.example.com/", .body = body,
 *         .header = eh_header_of, .context = request, .now_s = now / 1000000};
 *     r = eh_verify(&profile->verify, connection->webhook_secret, &delivery, &error);
 */
#ifndef EVENHAND_BRIDGE_IN_VERIFY_H
#define EVENHAND_BRIDGE_IN_VERIFY_H

#include "bridge/profile/profile.h"

#define EH_VERIFY_AHEAD_S 60 /* a timestamp may be so far ahead of our clock */

struct eh_delivery {
    const char *method, *url;
    struct eh_str body;
    const char *(*header)(const void *context, const char *name); /* NULL: none of that name */
    const void *context;
    int64_t now_s; /* since 1970 */
};

/* -EH_EDENIED: why is in the error, which has nothing of the secret. */
int eh_verify(const struct eh_verify *, const char *secret, const struct eh_delivery *,
              struct eh_error *) EH_MUST_CHECK;

#endif
