/* skips: what time brought and PostgreSQL refused. See skips.h. */
#include "lead/skips.h"

#include <evenhand/draw/hash.h>

#define DAY_KIND 100 /* behind enum eh_due_kind */

struct eh_key eh_skip_key(const struct eh_engine *engine, int32_t date, enum eh_skip_kind kind)
{
    struct eh_due due = {0};
    char text[EH_ID_MAX + 64];
    bool day = kind == EH_SKIP_DAY;
    if (kind == EH_SKIP_DUE)
        (void)eh_engine_due(engine, &due);
    else if (kind == EH_SKIP_CLOCKS)
        (void)eh_engine_clocks_due(engine, &due);
    size_t n =
        eh_format(text, sizeof text, "%d %d %llu %.*s", day ? DAY_KIND : due.kind,
                  day ? (int)date : due.clock, (unsigned long long)due.input, EH_STR_ARG(due.rep));
    return eh_hash_128(EH_DOMAIN_ENTRY, text, n);
}

bool eh_skips_add(struct eh_skips *skips, struct eh_key key, uint64_t ticket, const char *reason)
{
    if (skips->count == EH_SKIPS_MAX)
        return false;
    struct eh_skip *skip = &skips->items[skips->count++];
    *skip = (struct eh_skip){.key = key, .ticket = ticket};
    eh_format(skip->reason, sizeof skip->reason, "%s", reason);
    return true;
}

struct eh_skip *eh_skips_find(struct eh_skips *skips, struct eh_key key)
{
    for (unsigned i = 0; i < skips->count; i++) {
        struct eh_skip *skip = &skips->items[i];
        if (skip->ticket == 0 && skip->input == 0 && eh_key_equal(skip->key, key))
            return skip;
    }
    return NULL;
}

struct eh_skip *eh_skips_ticket(struct eh_skips *skips)
{
    for (unsigned i = 0; i < skips->count; i++)
        if (skips->items[i].ticket != 0 && skips->items[i].input == 0)
            return &skips->items[i];
    return NULL;
}

void eh_skips_again(struct eh_skips *skips)
{
    for (unsigned i = 0; i < skips->count; i++)
        skips->items[i].input = 0;
}

void eh_skips_committed(struct eh_skips *skips, uint64_t input)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < skips->count; i++)
        if (skips->items[i].input == 0 || skips->items[i].input > input)
            skips->items[kept++] = skips->items[i];
    skips->count = kept;
}
