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

#define EH_SEED_BYTES   32
#define EH_DIGEST_BYTES 16
#define EH_DRAWS_MAX    32 /* results one decision may use; rejection beyond it is refused */

struct eh_draw_query {
    uint32_t epoch;
    struct eh_str desk, team, source, ticket;
    const uint8_t *digest; /* EH_DIGEST_BYTES: content of the ticket */
    uint32_t deal;         /* which deal of this ticket, from 1 */
    uint32_t number;       /* which draw of this deal, from 0 */
};

/* The shell's draw function: computes with the key it owns, or replays recorded results. Returns
 * false when it has none (replay came to the end of what was recorded). */
typedef bool eh_draw_fn(void *context, const struct eh_draw_query *, uint64_t *ret_result);

/* Replay's: whether the log has the deal with this seq as one by affinity. */
typedef bool eh_affinity_fn(void *context, uint64_t seq);

/* What one decision drew, in order; it goes into the log. */
struct eh_draws {
    eh_draw_fn *draw;
    eh_affinity_fn *affinity; /* NULL: nothing is replayed */
    void *context;
    uint64_t results[EH_DRAWS_MAX];
    uint32_t count;
};

void eh_seed_derive(const uint8_t master_key[EH_SEED_BYTES], uint32_t epoch,
                    uint8_t ret_seed[EH_SEED_BYTES]);
void eh_seed_commit(const uint8_t seed[EH_SEED_BYTES], uint8_t ret_commitment[32]);
uint64_t eh_draw_compute(const uint8_t seed[EH_SEED_BYTES], const struct eh_draw_query *);

/* A number below `total` (total > 0), each with the same chance. Takes as many draws as rejection
 * needs, from number draws->count on, and appends every result it saw. -EH_ECORRUPT when the draw
 * function has none, -EH_EFULL beyond EH_DRAWS_MAX. */
int eh_draw_below(struct eh_draws *, struct eh_draw_query, uint64_t total,
                  uint64_t *ret) EH_MUST_CHECK;

#endif
