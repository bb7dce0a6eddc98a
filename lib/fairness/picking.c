/*
 * picking: G and Cramér's V of rep × quintile: how far the valuable tickets went elsewhere than
 * expected.
 *
 * Both are figures without a verdict, which by_value.c has: the mean of G is its degrees of freedom
 * only where the chances of all tickets are alike and each cell expects enough.
 */
#include <math.h>
#include <stdlib.h>

#include "picking.h"

static void line_add(struct line *to, const struct line *from)
{
    for (uint32_t column = 0; column < COLUMNS; column++) {
        to->observed[column] += from->observed[column];
        to->expected[column] += from->expected[column];
    }
    to->total += from->total;
}

/* Puts a line that expects too little together with the next by id, and a rest at the end with the
 * last. Writes the lines to `ret`, which has room for one a row, and returns how many there are. */
static uint32_t lines_gather(const struct line *lines, const uint32_t *rows, uint32_t count,
                             double enough, struct line *ret)
{
    uint32_t kept = 0;
    struct line open = {.total = 0};
    for (uint32_t i = 0; i < count; i++) {
        line_add(&open, &lines[rows[i]]);
        if (open.total < enough)
            continue;
        ret[kept++] = open;
        open = (struct line){.total = 0};
    }
    if (kept > 0)
        line_add(&ret[kept - 1], &open);
    return kept;
}

static int lines_compare(const struct line *lines, const uint32_t *rows, uint32_t count,
                         uint32_t columns, struct eh_fairness_picking *ret)
{
    double pearson = 0, total = 0;
    struct line *gathered = calloc(count + 1, sizeof *gathered);
    if (!gathered)
        return -EH_ENOMEM;
    uint32_t kept =
        lines_gather(lines, rows, count, (double)EH_FAIRNESS_ENOUGH * columns, gathered);
    ret->g = ret->v = ret->v_by_chance = NAN;
    if (kept >= 2 && columns >= 2) {
        ret->g = 0;
        for (uint32_t i = 0; i < kept; i++) {
            ret->g += eh_g_statistic(gathered[i].observed, gathered[i].expected, columns);
            pearson += eh_pearson(gathered[i].observed, gathered[i].expected, columns);
            total += gathered[i].total;
        }
        ret->v = eh_cramer_v(pearson, total, kept, columns);
        /* Tickets are drawn one by one: in a column only the total is fixed. */
        ret->v_by_chance = eh_cramer_v((double)(kept - 1) * columns, total, kept, columns);
    }
    free(gathered);
    return 0;
}

static int picking_judge(const struct eh_fairness *f, struct line *dealt, struct line *overridden,
                         struct eh_arena *arena, struct eh_fairness_report *report)
{
    struct quintiles quintiles;
    uint32_t rows[ROWS_MAX];
    int r = eh_fairness_rows_by_id(f, rows);
    eh_fairness_quintiles(f, &quintiles);
    eh_fairness_fill_dealt(f, &quintiles, dealt);
    eh_fairness_fill_overridden(f, &quintiles, dealt, overridden);
    report->dealt.tickets = f->drawn;
    report->overridden.tickets = f->overrides;
    if (r == 0)
        r = lines_compare(dealt, rows, f->row_count, quintiles.columns, &report->dealt);
    if (r == 0)
        r = lines_compare(overridden, rows, f->row_count, quintiles.columns, &report->overridden);
    if (r == 0)
        r = eh_fairness_judge_dealt(f, &quintiles, dealt, rows, arena, report);
    if (r == 0)
        r = eh_fairness_fill_heat(f, &quintiles, dealt, arena, report);
    if (r == 0)
        r = eh_fairness_judge_overridden(f, &quintiles, overridden, rows, report);
    return r;
}

int eh_fairness_judge_picking(struct eh_fairness *f, struct eh_arena *arena,
                              struct eh_fairness_report *report)
{
    struct line *dealt = calloc(f->row_count + 1, sizeof *dealt);
    struct line *overridden = calloc(f->row_count + 1, sizeof *overridden);
    int r = dealt && overridden ? picking_judge(f, dealt, overridden, arena, report) : -EH_ENOMEM;
    free(dealt);
    free(overridden);
    return r;
}
