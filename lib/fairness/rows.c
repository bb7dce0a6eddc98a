/*
 * rows: a row for each rep, or, when there are more reps than the report tells apart, for each
 * range of ids.
 */
#include <stdlib.h>

#include "facts.h"

/* ---- Sorting rep numbers by id, with a heapsort: qsort() passes no context to its comparison. */

static bool rep_before(const struct eh_fairness *f, uint32_t a, uint32_t b)
{
    return eh_str_compare(f->reps[a].id, f->reps[b].id) < 0;
}

static void order_sink(const struct eh_fairness *f, uint32_t *order, uint32_t at, uint32_t count)
{
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && rep_before(f, order[child], order[child + 1]))
            child++;
        if (!rep_before(f, order[at], order[child]))
            return;
        uint32_t number = order[at];
        order[at] = order[child];
        order[child] = number;
    }
}

uint32_t *eh_fairness_by_id(const struct eh_fairness *f)
{
    uint32_t *order = calloc(f->rep_count ? f->rep_count : 1, sizeof *order);
    if (!order)
        return NULL;
    for (uint32_t i = 0; i < f->rep_count; i++)
        order[i] = i;
    for (uint32_t i = f->rep_count / 2; i-- > 0;)
        order_sink(f, order, i, f->rep_count);
    for (uint32_t end = f->rep_count; end-- > 1;) {
        uint32_t number = order[0];
        order[0] = order[end];
        order[end] = number;
        order_sink(f, order, 0, end);
    }
    return order;
}

int eh_fairness_rows_by_id(const struct eh_fairness *f, uint32_t ret[ROWS_MAX])
{
    bool seen[ROWS_MAX] = {false};
    uint32_t count = 0, *order = eh_fairness_by_id(f);
    for (uint32_t i = 0; order && i < f->rep_count; i++) {
        uint32_t row = f->reps[order[i]].row;
        if (!seen[row])
            ret[count++] = row;
        seen[row] = true;
    }
    free(order);
    return order ? 0 : -EH_ENOMEM;
}

/* ---- Putting neighbours together: once, while each row is one rep. */

static void row_add(struct row *to, struct row *from)
{
    eh_fairness_ways_move(to->ways, from->ways);
    to->drawn += from->drawn;
    to->expected += from->expected;
    for (uint32_t bin = 0; bin < BINS; bin++) {
        to->observed[bin] += from->observed[bin];
        to->overridden[bin] += from->overridden[bin];
        to->expected_in[bin] += from->expected_in[bin];
        to->entitled_in[bin] += from->entitled_in[bin];
    }
}

/* Gives each rep the row of their place among the ids, and each row the last id in it. */
static void rows_renumber(struct eh_fairness *f, const uint32_t *order, uint32_t *ret_new_row)
{
    for (uint32_t i = 0; i < f->rep_count; i++) {
        struct rep *rep = &f->reps[order[i]];
        uint32_t row = (uint32_t)((uint64_t)i * EH_FAIRNESS_CELLS_MAX / f->rep_count);
        ret_new_row[rep->row] = row;
        rep->row = row;
        f->row_last[row] = rep->id;
    }
}

static void rows_move(struct eh_fairness *f, const uint32_t *new_row)
{
    struct row *old[ROWS_MAX];
    memcpy(old, f->rows, sizeof old);
    memset(f->rows, 0, sizeof f->rows);
    for (uint32_t i = 0; i < f->row_count; i++) {
        struct row **to = &f->rows[new_row[i]];
        if (*to) {
            row_add(*to, old[i]);
            free(old[i]);
        } else {
            *to = old[i];
        }
    }
    f->row_count = EH_FAIRNESS_CELLS_MAX;
}

int eh_fairness_rows_gather(struct eh_fairness *f)
{
    uint32_t new_row[ROWS_MAX] = {0};
    if (f->row_count <= EH_FAIRNESS_CELLS_MAX)
        return 0;
    uint32_t *order = eh_fairness_by_id(f);
    f->row_last = calloc(EH_FAIRNESS_CELLS_MAX, sizeof *f->row_last);
    if (!order || !f->row_last) {
        free(order);
        free(f->row_last);
        f->row_last = NULL;
        return -EH_ENOMEM;
    }
    rows_renumber(f, order, new_row);
    int r = eh_fairness_covariance_gather(f, new_row, EH_FAIRNESS_CELLS_MAX);
    rows_move(f, new_row);
    free(order);
    return r;
}

/* ---- Finding a row. */

/* The first row whose last id is not before this rep's id, or the last row. */
static uint32_t range_row(const struct eh_fairness *f, struct eh_str rep)
{
    uint32_t low = 0, high = f->row_count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eh_str_compare(f->row_last[middle], rep) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int eh_fairness_row_for(struct eh_fairness *f, struct eh_str rep, uint32_t *ret)
{
    if (!f->row_last && f->row_count == ROWS_MAX) {
        int r = eh_fairness_rows_gather(f);
        if (r < 0)
            return r;
    }
    if (f->row_last) {
        *ret = range_row(f, rep);
        return 0;
    }
    struct row *row = calloc(1, sizeof *row);
    if (!row)
        return -EH_ENOMEM;
    f->rows[f->row_count] = row;
    *ret = f->row_count++;
    return 0;
}

void eh_fairness_rows_done(struct eh_fairness *f)
{
    for (uint32_t i = 0; i < f->row_count; i++) {
        eh_fairness_ways_done(f->rows[i]->ways);
        free(f->rows[i]);
    }
    free(f->row_last);
}
