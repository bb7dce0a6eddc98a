/* seen: a ring of keys, and a table of what is in it. */
#include "bridge/in/seen.h"

bool eh_seen_has(const struct eh_seen *seen, struct eh_str id)
{
    uint64_t value;
    return eh_table_get(&seen->known, eh_key_of_text(id), &value);
}

void eh_seen_add(struct eh_seen *seen, struct eh_str id)
{
    struct eh_key key = eh_key_of_text(id);
    if (eh_seen_has(seen, id) || eh_table_put(&seen->known, key, 1) < 0)
        return;
    if (seen->count == EH_SEEN_MAX)
        eh_table_remove(&seen->known, seen->ring[seen->next]);
    else
        seen->count++;
    seen->ring[seen->next] = key;
    seen->next = (seen->next + 1) % EH_SEEN_MAX;
}

void eh_seen_done(struct eh_seen *seen)
{
    eh_table_done(&seen->known);
}
