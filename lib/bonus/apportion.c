/*
 * apportion: floors first, then one unit each to the largest remainders.
 */
#include <evenhand/bonus/apportion.h>

#include <stdlib.h>

#include <evenhand/draw/hash.h>

/* A part while it is apportioned. Remainders are below the sum of weights, so 64 bits hold them. */
struct claim {
    struct eh_part *part;
    uint64_t floor, remainder;
};

/* Compares remainder and weight, which come before `tie`. */
static int ranks_compare(const struct claim *a, const struct claim *b)
{
    if (a->remainder != b->remainder)
        return a->remainder > b->remainder ? -1 : 1;
    if (a->part->weight != b->part->weight)
        return a->part->weight < b->part->weight ? -1 : 1;
    return 0;
}

static int claims_compare(const void *left, const void *right)
{
    const struct claim *a = left, *b = right;
    int order = ranks_compare(a, b);
    return order != 0 ? order : eh_str_compare(a->part->id, b->part->id);
}

/* ---- Ties. */

struct tied {
    struct claim claim;
    uint8_t sha256[EH_SHA256_BYTES];
};

static int tied_compare(const void *left, const void *right)
{
    const struct tied *a = left, *b = right;
    return memcmp(a->sha256, b->sha256, sizeof a->sha256);
}

static int tied_order(struct claim *claims, uint32_t count, struct eh_str tie,
                      struct eh_arena *scratch)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct tied *tied = eh_arena_alloc(scratch, count * sizeof *tied);
    if (!tied)
        return -EH_ENOMEM;
    eh_bytes_put(&text, tie.data, tie.size);
    for (uint32_t i = 0; i < count && !text.failed; i++) {
        text.size = tie.size;
        eh_bytes_put(&text, claims[i].part->id.data, claims[i].part->id.size);
        tied[i].claim = claims[i];
        if (!text.failed)
            eh_hash_sha256(text.data, text.size, tied[i].sha256);
    }
    if (text.failed)
        return -EH_ENOMEM;
    qsort(tied, count, sizeof *tied, tied_compare);
    for (uint32_t i = 0; i < count; i++)
        claims[i] = tied[i].claim;
    return 0;
}

/* Sorts the claims so that those which get a unit that is left over come first. Ties are broken
 * only where the last line that gets a unit and the first that gets none have the same rank. */
static int claims_arrange(struct claim *claims, uint32_t count, uint64_t left, struct eh_str tie,
                          struct eh_arena *scratch)
{
    if (left == 0)
        return 0;
    qsort(claims, count, sizeof *claims, claims_compare);
    if (tie.size == 0 || left >= count || ranks_compare(&claims[left - 1], &claims[left]) != 0)
        return 0;
    uint32_t from = (uint32_t)left - 1, until = (uint32_t)left + 1;
    while (from > 0 && ranks_compare(&claims[from - 1], &claims[left]) == 0)
        from--;
    while (until < count && ranks_compare(&claims[until], &claims[left]) == 0)
        until++;
    return tied_order(&claims[from], until - from, tie, scratch);
}

/* ---- Sharing a sum. */

static int weights_sum(const struct eh_part *parts, uint32_t count, int64_t *ret,
                       struct eh_error *error)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].weight < 0)
            return eh_error_set(error, EH_EINVAL, "the weight of %.*s is below 0",
                                EH_STR_ARG(parts[i].id));
        if (__builtin_add_overflow(sum, parts[i].weight, &sum))
            return eh_error_set(error, EH_ERANGE, "the weights of all sum beyond 64 bits");
    }
    *ret = sum;
    return 0;
}

/* magnitude * weight is below 2^127, and the sum of the floors at most the magnitude. */
static uint64_t floors_share(uint64_t magnitude, uint64_t sum, struct eh_part *parts,
                             uint32_t count, struct claim *claims)
{
    uint64_t given = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned __int128 product = (unsigned __int128)magnitude * (uint64_t)parts[i].weight;
        claims[i].part = &parts[i];
        claims[i].floor = (uint64_t)(product / sum);
        claims[i].remainder = (uint64_t)(product % sum);
        given += claims[i].floor;
    }
    return magnitude - given;
}

static int64_t amount_with_sign(uint64_t magnitude, bool negative)
{
    return (int64_t)(negative ? 0 - magnitude : magnitude);
}

static int memory_refuse(uint32_t count, struct eh_error *error)
{
    return eh_error_set(error, EH_ENOMEM, "out of memory for %u shares", count);
}

int eh_apportion(int64_t total, struct eh_part *parts, uint32_t count, struct eh_str tie,
                 struct eh_arena *scratch, struct eh_error *error)
{
    int64_t sum = 0;
    int r = weights_sum(parts, count, &sum, error);
    if (r < 0)
        return r;
    if (sum == 0 && total != 0)
        return eh_error_set(error, EH_EINVAL, "all weights are zero, so nothing can be shared");
    struct claim *claims = eh_arena_alloc(scratch, count * sizeof *claims);
    if (!claims)
        return memory_refuse(count, error);
    bool negative = total < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)total : (uint64_t)total;
    uint64_t left = floors_share(magnitude, sum ? (uint64_t)sum : 1, parts, count, claims);
    eh_require(left <= count);
    if (claims_arrange(claims, count, left, tie, scratch) < 0)
        return memory_refuse(count, error);
    for (uint32_t i = 0; i < count; i++) {
        eh_assert(i >= left || claims[i].remainder > 0);
        claims[i].part->share = amount_with_sign(claims[i].floor + (i < left), negative);
        claims[i].part->capped = false;
    }
    return 0;
}

/* The parts that are not fixed yet. `index`: their places among all parts. */
struct open {
    struct eh_part *parts;
    uint32_t *index;
    uint32_t count;
    struct eh_str tie;
};

/* Fixes the parts above the limit at it. Returns how many there were. */
static uint32_t fix(struct eh_part *parts, struct open *open, int64_t limit)
{
    uint32_t kept = 0, before = open->count;
    for (uint32_t i = 0; i < before; i++) {
        struct eh_part *part = &parts[open->index[i]];
        bool over = open->parts[i].share > limit;
        part->share = over ? limit : open->parts[i].share;
        part->capped = over;
        if (over)
            continue;
        open->parts[kept] = open->parts[i];
        open->index[kept++] = open->index[i];
    }
    open->count = kept;
    return before - kept;
}

static int apportion_rounds(int64_t total, int64_t limit, struct eh_part *parts, struct open *open,
                            struct eh_arena *scratch, int64_t *ret_left, struct eh_error *error)
{
    int64_t rest = total;
    for (unsigned round = 0; round < EH_APPORTION_ROUNDS_MAX; round++) {
        int64_t weights = 0;
        int r = weights_sum(open->parts, open->count, &weights, error);
        if (r < 0)
            return r;
        if (weights == 0) {
            *ret_left = rest;
            return 0;
        }
        r = eh_apportion(rest, open->parts, open->count, open->tie, scratch, error);
        if (r < 0)
            return r;
        uint32_t fixed = fix(parts, open, limit);
        if (fixed == 0) {
            *ret_left = 0;
            return 0;
        }
        rest -= (int64_t)fixed * limit; /* each of them would have taken more */
    }
    return eh_error_set(error, EH_EFULL, "the cap is too low for so many shares; raise it");
}

int eh_apportion_capped(const struct eh_capped *capped, struct eh_arena *scratch, int64_t *ret_left,
                        struct eh_error *error)
{
    const int64_t total = capped->total, limit = capped->limit;
    const uint32_t count = capped->count;
    struct eh_part *parts = capped->parts;
    if (total < 0 || limit < 0)
        return eh_error_set(error, EH_EINVAL, "a capped sum must not be below 0");
    int64_t weights = 0;
    int r = weights_sum(parts, count, &weights, error);
    if (r < 0)
        return r;
    if (weights == 0 && total != 0)
        return eh_error_set(error, EH_EINVAL, "all weights are zero, so nothing can be shared");
    struct open open = {.parts = eh_arena_copy(scratch, parts, count * sizeof *parts),
                        .index = eh_arena_alloc(scratch, count * sizeof *open.index),
                        .count = count,
                        .tie = capped->tie};
    struct eh_part *done = eh_arena_copy(scratch, parts, count * sizeof *parts);
    if (!open.parts || !open.index || !done)
        return memory_refuse(count, error);
    for (uint32_t i = 0; i < count; i++) {
        open.index[i] = i;
        done[i].share = 0;
        done[i].capped = limit == 0 && done[i].weight > 0 && total > 0;
    }
    int64_t left = total;
    if (limit > 0) /* with a limit of 0 no part takes anything */
        r = apportion_rounds(total, limit, done, &open, scratch, &left, error);
    if (r < 0)
        return r;
    for (uint32_t i = 0; i < count; i++)
        parts[i] = done[i];
    *ret_left = left;
    return 0;
}
