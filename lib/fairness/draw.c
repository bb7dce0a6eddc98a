/*
 * draw: tests whether each rep drew about as many tickets as their chances give.
 */
#include <math.h>
#include <stdlib.h>

#include "facts.h"

static void compared_fill(const struct eh_fairness *f, double *ret_off, double *ret_entitled)
{
    for (uint32_t row = 0; row < f->row_count; row++) {
        ret_off[row] = f->rows[row]->drawn - f->rows[row]->expected;
        ret_entitled[row] = 0;
        for (uint32_t bin = 0; bin < BINS; bin++)
            ret_entitled[row] += f->rows[row]->entitled_in[bin];
    }
}

int eh_fairness_judge_draw(struct eh_fairness *f, struct eh_fairness_report *report)
{
    struct comparison all = {0};
    struct cells cells;
    double off[ROWS_MAX], entitled[ROWS_MAX];
    uint32_t rows[ROWS_MAX];
    int r = eh_fairness_rows_gather(f);
    if (r == 0)
        r = eh_fairness_rows_by_id(f, rows);
    double *covariance = r == 0 ? eh_fairness_covariance_of(f, 0, BINS) : NULL;
    if (r == 0 && covariance) {
        compared_fill(f, off, entitled);
        eh_fairness_cells_make(rows, f->row_count, covariance, &cells);
        r = eh_fairness_compare(&(struct compared){rows, f->row_count, covariance, off, entitled},
                                &cells, &all);
    }
    report->draw_cells = all.cells;
    report->draw_degrees = all.degrees;
    report->draw_chi_square = all.degrees ? all.chi_square : NAN;
    report->draw_p = eh_fairness_comparison_p(&all);
    report->verdicts[EH_VERDICT_DRAW].p = report->draw_p;
    free(covariance);
    return r < 0 ? r : covariance ? 0 : -EH_ENOMEM;
}
