/*
 * picking: do the valuable tickets go where they were to be expected?
 *
 * Quintiles are made of the tickets that were drawn; equal values stay together, and values within
 * an eighth of a power of two of each other count as equal. Overridden tickets are compared with
 * what the deal would have given: the mean chance of each rep within the quintile.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

#define COLUMNS EH_FAIRNESS_QUINTILES

struct line {
    double observed[COLUMNS], expected[COLUMNS], total; /* total: Σ expected */
};

struct quintiles {
    uint8_t of_bin[BINS];
    double drawn[COLUMNS];   /* tickets in draws */
    uint32_t order[COLUMNS]; /* column of each quintile that has tickets; NONE: it has none */
    uint32_t columns;
};

/* A bin belongs where its middle ticket is. */
static void make_quintiles(const struct eh_fairness *f, struct quintiles *ret)
{
    uint64_t before = 0;
    *ret = (struct quintiles){.columns = 0};
    for (uint32_t bin = 0; bin < BINS; bin++) {
        uint64_t here = 0;
        for (uint32_t row = 0; row < f->row_count; row++)
            here += f->rows[row]->observed[bin];
        uint64_t middle2 = 2 * before + here; /* twice the rank */
        uint64_t quintile = f->drawn ? middle2 * COLUMNS / (2 * f->drawn) : 0;
        ret->of_bin[bin] = (uint8_t)(quintile < COLUMNS ? quintile : COLUMNS - 1);
        ret->drawn[ret->of_bin[bin]] += (double)here;
        before += here;
    }
    for (uint32_t q = 0; q < COLUMNS; q++)
        ret->order[q] = ret->drawn[q] > 0 ? ret->columns++ : NONE;
}

static void fill_dealt(const struct row *row, const struct quintiles *q, struct line *ret)
{
    *ret = (struct line){.total = 0};
    for (uint32_t bin = 0; bin < BINS; bin++) {
        uint32_t column = q->order[q->of_bin[bin]];
        if (column == NONE)
            continue;
        ret->observed[column] += row->observed[bin];
        ret->expected[column] += row->expected_in[bin];
        ret->total += row->expected_in[bin];
    }
}

/* What was overridden in each column, of rows that could have been dealt something there. */
static void count_overridden(const struct eh_fairness *f, const struct quintiles *q,
                             const struct line *dealt, double *ret)
{
    for (uint32_t row = 0; row < f->row_count; row++)
        for (uint32_t bin = 0; bin < BINS; bin++) {
            uint32_t column = q->order[q->of_bin[bin]];
            if (column != NONE && dealt[row].expected[column] > 0)
                ret[column] += f->rows[row]->overridden[bin];
        }
}

static void fill_overridden(const struct eh_fairness *f, const struct quintiles *q,
                            const struct line *dealt, struct line *ret)
{
    double overridden[COLUMNS] = {0}, drawn[COLUMNS] = {0};
    count_overridden(f, q, dealt, overridden);
    for (uint32_t quintile = 0; quintile < COLUMNS; quintile++)
        if (q->order[quintile] != NONE)
            drawn[q->order[quintile]] = q->drawn[quintile];
    for (uint32_t row = 0; row < f->row_count; row++) {
        ret[row] = (struct line){.total = 0};
        for (uint32_t column = 0; column < q->columns; column++) {
            ret[row].expected[column] =
                dealt[row].expected[column] * overridden[column] / drawn[column];
            ret[row].total += ret[row].expected[column];
        }
        for (uint32_t bin = 0; bin < BINS; bin++) {
            uint32_t column = q->order[q->of_bin[bin]];
            if (column != NONE && dealt[row].expected[column] > 0)
                ret[row].observed[column] += f->rows[row]->overridden[bin];
        }
    }
}

/* ---- Enough in each line. */

static int by_total(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    return (a->total > b->total) - (a->total < b->total);
}

static void add_line(struct line *to, const struct line *from)
{
    for (uint32_t column = 0; column < COLUMNS; column++) {
        to->observed[column] += from->observed[column];
        to->expected[column] += from->expected[column];
    }
    to->total += from->total;
}

/* From the smallest on, lines are put together until each has enough; a rest goes to the last.
 * Returns how many there are then. */
static uint32_t gather(struct line *lines, uint32_t count, double enough)
{
    uint32_t kept = 0;
    bool open = false; /* lines[kept] is being filled */
    qsort(lines, count, sizeof *lines, by_total);
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].total <= 0)
            continue;
        if (open)
            add_line(&lines[kept], &lines[i]);
        else
            lines[kept] = lines[i];
        open = lines[kept].total < enough;
        kept += !open;
    }
    if (open && kept > 0)
        add_line(&lines[kept - 1], &lines[kept]);
    return kept;
}

static void compare(struct line *lines, uint32_t count, uint32_t columns,
                    struct eh_fairness_picking *ret)
{
    double pearson = 0, total = 0;
    uint32_t rows = gather(lines, count, (double)EH_FAIRNESS_ENOUGH * columns);
    *ret = (struct eh_fairness_picking){
        .tickets = ret->tickets, .g = NAN, .v = NAN, .v_by_chance = NAN};
    if (rows < 2 || columns < 2)
        return;
    ret->g = 0;
    for (uint32_t i = 0; i < rows; i++) {
        ret->g += eh_g_statistic(lines[i].observed, lines[i].expected, columns);
        pearson += eh_pearson(lines[i].observed, lines[i].expected, columns);
        total += lines[i].total;
    }
    ret->v = eh_cramer_v(pearson, total, rows, columns);
    /* The mean of χ² is its degrees of freedom: within each column only the total is given. */
    ret->v_by_chance = eh_cramer_v((double)(rows - 1) * columns, total, rows, columns);
}

int eh_fairness_judge_picking(struct eh_fairness *f, struct eh_fairness_report *report)
{
    struct quintiles quintiles;
    size_t count = f->row_count ? f->row_count : 1;
    struct line *dealt = calloc(count, sizeof *dealt);
    struct line *overridden = calloc(count, sizeof *overridden);
    if (dealt && overridden) {
        make_quintiles(f, &quintiles);
        for (uint32_t row = 0; row < f->row_count; row++)
            fill_dealt(f->rows[row], &quintiles, &dealt[row]);
        fill_overridden(f, &quintiles, dealt, overridden);
        report->dealt.tickets = f->drawn;
        report->overridden.tickets = f->overrides;
        compare(overridden, f->row_count, quintiles.columns, &report->overridden);
        compare(dealt, f->row_count, quintiles.columns, &report->dealt);
    }
    bool failed = !dealt || !overridden;
    free(dealt);
    free(overridden);
    return failed ? -EH_ENOMEM : 0;
}
