/* policies.c: the rows of evenhand/wire/policies.h as a table. */
#include <evenhand/wire/policies.h>

#define CELLS(id, number, rule, by_choice, by_draw)                                                \
    {.name = #id, .help = rule, .chosen = by_choice, .tied = by_draw},

const struct eh_policy_row eh_policy_rows[EH_POLICY_COUNT] = {EH_POLICIES(CELLS)};

const struct eh_policy_row *eh_policy_row_find(struct eh_str name)
{
    for (int i = 0; i < EH_POLICY_COUNT; i++)
        if (eh_str_equal(name, eh_str(eh_policy_rows[i].name)))
            return &eh_policy_rows[i];
    return NULL;
}
