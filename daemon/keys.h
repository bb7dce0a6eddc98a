/*
 * keys: the desk's master key and the seed of the draw epoch in use.
 *
 * The key file holds 32 bytes, mode 0600, made at the first start. Nothing else ever reads it.
 *
 *     r = eh_keys_load(&keys, config->key_file, &error);
 *     struct eh_draws draws = {.draw = eh_keys_draw, .context = &keys};
 *     eh_keys_done(&keys);   // wipes
 */
#ifndef EVENHAND_DAEMON_KEYS_H
#define EVENHAND_DAEMON_KEYS_H

#include <evenhand/draw/draw.h>

struct eh_keys {
    uint8_t master[EH_SEED_BYTES];
    uint8_t seed[EH_SEED_BYTES];
    uint32_t epoch;
    bool derived; /* `seed` is that of `epoch` */
};

int eh_keys_load(struct eh_keys *, const char *path, struct eh_error *) EH_MUST_CHECK;
void eh_keys_done(struct eh_keys *);
bool eh_keys_draw(void *keys, const struct eh_draw_query *, uint64_t *ret_result);

#endif
