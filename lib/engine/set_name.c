/*
 * set_name: what hashed and stored bytes call a required-skill set: its skills, as they always did;
 * for tickets of a kind that the team limits, that kind before them.
 */
#include "set_name.h"

#include "interner.h"
#include "skill_set.h"
#include "state.h"

/* Neither ids of kinds nor skills have control characters. */
#define KIND_END '\x1e'

void eh_set_name_put(const struct eh_engine *e, const struct skill_set *set, struct eh_bytes *out)
{
    struct eh_str kind = interned(&e->roster.kind_ids, set->kind);
    uint32_t kind_size = set->kind == NONE ? 0 : kind.size + 1;
    eh_bytes_put_u(out, kind_size + set->skills_size);
    if (kind_size) {
        eh_bytes_put(out, kind.data, kind.size);
        eh_bytes_put_u8(out, KIND_END);
    }
    eh_bytes_put(out, set->skills, set->skills_size);
}

int eh_set_name_read(struct eh_engine *e, struct eh_reader *in, struct set_of *ret)
{
    struct eh_str name = eh_read_str(in);
    const char *end = name.size ? memchr(name.data, KIND_END, name.size) : NULL;
    uint32_t kind_size = end ? (uint32_t)(end - name.data) : 0;
    *ret = (struct set_of){name, NONE};
    if (!end || e->rules < EH_RULES_KINDS)
        return 0;
    ret->skills = eh_str_n(end + 1, name.size - kind_size - 1);
    return kind_size > 0 && kind_size <= EH_ID_MAX
               ? eh_intern_kind(e, eh_str_n(name.data, kind_size), &ret->kind)
               : -EH_ECORRUPT;
}
