/*
 * key: the secret that links, sessions and forms are signed with. It is made at the first start.
 *
 *     struct eh_sign_key key;
 *     r = eh_sign_key_load("/var/lib/evenhand-web/key", &key, &error);
 *     eh_sign_key_done(&key);
 */
#ifndef EVENHAND_WEB_SIGN_KEY_H
#define EVENHAND_WEB_SIGN_KEY_H

#include <evenhand/base/base.h>

#define EH_SIGN_KEY_BYTES 32

struct eh_sign_key {
    uint8_t bytes[EH_SIGN_KEY_BYTES];
};

/* Reads the key; where there is none, makes one. Two who do so at once get the same.
 * -EH_EDENIED: others may read it, -EH_EPARSE, -EH_EUNAVAILABLE. */
int eh_sign_key_load(const char *path, struct eh_sign_key *ret, struct eh_error *) EH_MUST_CHECK;
void eh_sign_key_done(struct eh_sign_key *);

#endif
