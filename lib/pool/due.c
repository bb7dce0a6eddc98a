/*
 * due: what a statement leaves to be paid now, for each line and for all of them.
 */
#include "internal.h"

bool eh_pool_paid_before(const struct eh_pool_statement *s, const struct eh_pool_line *line,
                         int64_t *ret)
{
    *ret = line->paid_before;
    if (s->version == 0 || s->paid_version == 0)
        *ret = 0;
    else if (s->paid_version == s->version)
        *ret = line->total;
    else if (s->form != EH_POOL_FORM_TIES && s->paid_version + 1 == s->version)
        *ret = line->total - line->paid;
    return *ret != EH_POOL_UNKNOWN;
}

bool eh_pool_line_due(const struct eh_pool_statement *s, const struct eh_pool_line *line,
                      int64_t *ret)
{
    int64_t before;
    *ret = 0;
    if (s->version == 0)
        return true;
    if (!eh_pool_paid_before(s, line, &before))
        return false;
    *ret = line->total - before;
    return true;
}

bool eh_pool_due(const struct eh_pool_statement *s, int64_t *ret)
{
    bool known = true;
    *ret = 0;
    for (uint32_t i = 0; i < s->line_count; i++) {
        int64_t due;
        known &= eh_pool_line_due(s, &s->lines[i], &due);
        *ret += due;
    }
    return known;
}
