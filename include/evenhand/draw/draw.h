/*
 * draw: chance that nobody can foresee and everybody can check.
 *
 * A draw is a keyed hash of the ticket it is for, never the next number of a generator: the same
 * ticket, dealt again after a crash, draws the same. Each draw epoch (a local civil day) has its
 * own seed, derived from the desk's master key.
 *
 *     struct eh_draw_query q = {.epoch = 12, .desk = desk, .team = team, .source = source,
 *                               .ticket = id, .digest = digest, .deal = 1, .number = 0};
 *     uint64_t result = eh_draw_compute(seed, &q);
 *     uint64_t at;
 *     int r = eh_draw_below(&draws, q, total, &at);     // 0 <= at < total, unbiased
 *
 * Construction: BLAKE2b-256 (RFC 7693) keyed with the epoch's seed over the domain "evenhand draw
 * v1", desk, team, source, ticket and content digest, each behind its length, then deal and number;
 * every length and number is 4 bytes, little endian. The result is the first 8 bytes, little
 * endian. Seeds: libsodium crypto_kdf (BLAKE2b with salt and personalisation), context "ehepoch1",
 * subkey id = epoch; the commitment is BLAKE2b-256 of the seed. Choice: results in the last
 * incomplete multiple of the total are rejected, never modulo of all.
 */
#ifndef EVENHAND_DRAW_DRAW_H
#define EVENHAND_DRAW_DRAW_H

#include <evenhand/base/base.h>

EH_C_BEGIN

#define EH_SEED_BYTES   32
#define EH_DIGEST_BYTES 16
#define EH_DRAWS_MAX    32 /* results that one decision may use, rejected ones included */

struct eh_draw_query {
    uint32_t epoch;
    struct eh_str desk, team, source, ticket;
    const uint8_t *digest; /* EH_DIGEST_BYTES: digest of the ticket's content */
    uint32_t deal;         /* number of the deal of this ticket, from 1 */
    uint32_t number;       /* number of the draw in this deal, from 0 */
};

/* The shell's draw function. It computes a result with its key, or replays a recorded one. False:
 * there is no result, because the recorded ones came to their end. */
typedef bool eh_draw_fn(void *context, const struct eh_draw_query *, uint64_t *ret_result);

/* A replay's function: whether the deal with this seq was by affinity, as the log has it. */
typedef bool eh_affinity_fn(void *context, uint64_t seq);

/* The results that one decision drew, in order. They go into the log. */
struct eh_draws {
    eh_draw_fn *draw;
    eh_affinity_fn *affinity; /* NULL: this is no replay */
    void *context;
    uint64_t results[EH_DRAWS_MAX];
    uint32_t count;
};

/* The seed of a draw epoch, its commitment, and a draw, as constructed above. None of them fails.
 */
void eh_seed_derive(const uint8_t master_key[EH_SEED_BYTES], uint32_t epoch,
                    uint8_t ret_seed[EH_SEED_BYTES]);
void eh_seed_commit(const uint8_t seed[EH_SEED_BYTES], uint8_t ret_commitment[32]);
uint64_t eh_draw_compute(const uint8_t seed[EH_SEED_BYTES], const struct eh_draw_query *);

/* Draws a number below `total` (> 0); each has the same chance. Takes draws from number
 * draws->count on until one is not rejected, and appends every result. -EH_ECORRUPT: the draw
 * function has no result. -EH_EFULL: EH_DRAWS_MAX results were not enough. */
int eh_draw_below(struct eh_draws *, struct eh_draw_query, uint64_t total,
                  uint64_t *ret) EH_MUST_CHECK;

EH_C_END

#endif
