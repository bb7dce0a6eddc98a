/*
 * keys: the desk's master key and the seed of the draw epoch in use.
 *
 * The key file holds 32 bytes, mode 0600, made at the first start. Nothing else ever reads it.
 *
 *     r = eh_keys_load(&keys, path, &error);
 *     struct eh_draws draws = {.draw = eh_keys_draw, .context = &keys};
 *     if (keys.absent && !totals.committed)
 *         eh_keys_make(&keys, path, &error);
 *     eh_keys_check(&keys, &totals, path, &error);        // before anything is decided
 *     eh_keys_turn(&keys, &totals, &arena, &message);     // DAY, REVEAL
 *     eh_keys_replace(&keys, &totals, &arena, &message);  // NEW_KEY
 *     eh_keys_done(&keys);   // wipes
 */
#ifndef EVENHAND_LEAD_KEYS_H
#define EVENHAND_LEAD_KEYS_H

#include <evenhand/engine/engine.h>

struct eh_keys {
    uint8_t master[EH_SEED_BYTES];
    uint8_t seed[EH_SEED_BYTES];
    uint32_t epoch;
    bool derived; /* `seed` is that of `epoch` */
    bool absent;  /* there is no key file */
};

/* Adds the commitments, and the seed of the epoch that ends, to an input that turns the draw epoch.
 * `now`: the engine before the input. Text lives in the arena. */
int eh_keys_turn(const struct eh_keys *, const struct eh_totals *now, struct eh_arena *,
                 struct eh_message *) EH_MUST_CHECK;
/* Adds two commitments to an input that puts this key in the place of a lost one. */
int eh_keys_replace(const struct eh_keys *, const struct eh_totals *now, struct eh_arena *,
                    struct eh_message *) EH_MUST_CHECK;
/* Whether the seeds derived from this key are those the log has committed. -EH_ENOTFOUND: the key
 * is lost: no file, though something is committed; -EH_ECONFLICT: it is another desk's. */
int eh_keys_check(const struct eh_keys *, const struct eh_totals *, const char *path,
                  struct eh_error *) EH_MUST_CHECK;
/* Reads the key file. A missing file is no error, but sets `absent`. */
int eh_keys_load(struct eh_keys *, const char *path, struct eh_error *) EH_MUST_CHECK;
/* Draws a new key and writes it into a new file. */
int eh_keys_make(struct eh_keys *, const char *path, struct eh_error *) EH_MUST_CHECK;
/* Looks at the file again, and writes it again if it is gone. -EH_E…: the file is not the one that
 * the key in use was read from. */
int eh_keys_look(const struct eh_keys *, const char *path, struct eh_error *) EH_MUST_CHECK;
void eh_keys_done(struct eh_keys *);
bool eh_keys_draw(void *keys, const struct eh_draw_query *, uint64_t *ret_result);

#endif
