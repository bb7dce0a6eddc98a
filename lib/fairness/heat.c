/*
 * heat: which rep drew how many tickets of each quintile of value, for people to look at.
 */
#include <stdlib.h>

#include "picking.h"

static void line_copy(const struct line *line, uint32_t columns, struct eh_fairness_heat *ret)
{
    for (uint32_t column = 0; column < columns; column++) {
        ret->observed[column] = line->observed[column];
        ret->expected[column] = line->expected[column];
    }
}

/* A row's reps follow each other by id, so each row begins once. */
static int heat_add(const struct rep *rep, const struct line *line, struct eh_arena *arena,
                    struct eh_fairness_report *report)
{
    struct eh_fairness_heat *heat = &report->heat[report->heat_count++];
    line_copy(line, report->heat_columns, heat);
    heat->first = heat->last = eh_arena_str(arena, rep->id);
    return heat->first.data ? 0 : -EH_ENOMEM;
}

int eh_fairness_fill_heat(const struct eh_fairness *f, const struct quintiles *q,
                          const struct line *dealt, struct eh_arena *arena,
                          struct eh_fairness_report *report)
{
    uint32_t *order = eh_fairness_by_id(f), row = NONE;
    int r = order ? 0 : -EH_ENOMEM;
    report->heat = eh_arena_alloc(arena, (f->row_count + (size_t)1) * sizeof *report->heat);
    report->heat_columns = q->columns;
    if (!report->heat)
        r = -EH_ENOMEM;
    for (uint32_t i = 0; r == 0 && i < f->rep_count; i++) {
        const struct rep *rep = &f->reps[order[i]];
        if (rep->row != row)
            r = heat_add(rep, &dealt[rep->row], arena, report);
        else
            report->heat[report->heat_count - 1].last = eh_arena_str(arena, rep->id);
        row = rep->row;
    }
    free(order);
    return r;
}
