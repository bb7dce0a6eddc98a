/*
 * quintiles: tickets by rep and quintile of value, observed and expected.
 *
 * Quintiles are made of the tickets that were drawn. Equal values stay together; the values of a
 * class (an eighth of a power of two) count as equal. The borders depend on the values alone, which
 * no draw changes.
 */
#include "picking.h"

/* How many tickets with values of the bins first <= bin < end were drawn. */
static uint64_t class_drawn(const struct eh_fairness *f, uint32_t first, uint32_t end)
{
    uint64_t drawn = 0;
    for (uint32_t row = 0; row < f->row_count; row++)
        for (uint32_t bin = first; bin < end && bin < BINS; bin++)
            drawn += f->rows[row]->observed[bin];
    return drawn;
}

/* The quintile of a class: that of its middle ticket. */
static uint32_t class_quintile(const struct eh_fairness *f, uint64_t before, uint64_t here)
{
    uint64_t quintile = f->drawn ? (2 * before + here) * COLUMNS / (2 * f->drawn) : 0;
    return quintile < COLUMNS ? (uint32_t)quintile : COLUMNS - 1;
}

/* Puts each class of 2^coarse bins into its quintile. */
static void classes_assign(const struct eh_fairness *f, struct quintiles *ret,
                           double drawn[COLUMNS])
{
    uint64_t before = 0;
    uint32_t size = 1u << f->coarse;
    for (uint32_t first = 0; first < BINS; first += size) {
        uint64_t here = class_drawn(f, first, first + size);
        uint32_t quintile = class_quintile(f, before, here);
        for (uint32_t bin = first; bin < first + size && bin < BINS; bin++)
            ret->of_bin[bin] = quintile;
        drawn[quintile] += (double)here;
        before += here;
    }
}

void eh_fairness_quintiles(const struct eh_fairness *f, struct quintiles *ret)
{
    double drawn[COLUMNS] = {0};
    uint32_t column_of[COLUMNS];
    *ret = (struct quintiles){.columns = 0};
    classes_assign(f, ret, drawn);
    for (uint32_t quintile = 0; quintile < COLUMNS; quintile++) {
        column_of[quintile] = drawn[quintile] > 0 ? ret->columns : NONE;
        if (drawn[quintile] > 0)
            ret->drawn[ret->columns++] = drawn[quintile];
    }
    for (uint32_t bin = BINS; bin-- > 0;) {
        uint32_t column = column_of[ret->of_bin[bin]];
        ret->of_bin[bin] = column;
        if (column == NONE)
            continue;
        ret->first_bin[column] = bin;
        if (ret->end_bin[column] == 0)
            ret->end_bin[column] = bin + 1;
    }
}

void eh_fairness_fill_dealt(const struct eh_fairness *f, const struct quintiles *q,
                            struct line *ret)
{
    for (uint32_t row = 0; row < f->row_count; row++) {
        ret[row] = (struct line){.total = 0};
        for (uint32_t bin = 0; bin < BINS; bin++) {
            uint32_t column = q->of_bin[bin];
            if (column == NONE)
                continue;
            ret[row].observed[column] += f->rows[row]->observed[bin];
            ret[row].expected[column] += f->rows[row]->expected_in[bin];
            ret[row].entitled[column] += f->rows[row]->entitled_in[bin];
            ret[row].total += f->rows[row]->expected_in[bin];
        }
    }
}

void eh_fairness_fill_overridden(const struct eh_fairness *f, const struct quintiles *q,
                                 const struct line *dealt, struct line *ret)
{
    double overridden[COLUMNS] = {0};
    for (uint32_t row = 0; row < f->row_count; row++) {
        ret[row] = (struct line){.total = 0};
        for (uint32_t bin = 0; bin < BINS; bin++) {
            uint32_t column = q->of_bin[bin];
            if (column != NONE && dealt[row].expected[column] > 0)
                ret[row].observed[column] += f->rows[row]->overridden[bin];
        }
        for (uint32_t column = 0; column < q->columns; column++)
            overridden[column] += ret[row].observed[column];
    }
    for (uint32_t row = 0; row < f->row_count; row++)
        for (uint32_t column = 0; column < q->columns; column++) {
            double share = dealt[row].expected[column] / q->drawn[column];
            ret[row].entitled[column] = ret[row].expected[column] = share * overridden[column];
            ret[row].total += ret[row].expected[column];
        }
}
