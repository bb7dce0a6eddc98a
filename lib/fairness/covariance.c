/*
 * covariance: keeps the covariance of the draws by class of value: Σ_t (p_a δ_ab − p_a p_b).
 *
 * Each class of value has its own matrix, so the covariance of any range of values is a sum of
 * them. A matrix is a lower triangle, row after row: a new row is appended. When all matrices
 * together would need more than COVARIANCE_MAX entries, neighbouring classes are merged.
 */
#include <stdlib.h>

#include "facts.h"

#define COVARIANCE_MAX (8u << 20) /* entries: 64 MiB */

static size_t triangle_size(uint32_t rows)
{
    return (size_t)rows * (rows + 1) / 2;
}

double *eh_fairness_covariance_at(double *triangle_, uint32_t a, uint32_t b)
{
    return &triangle_[a >= b ? triangle_size(a) + b : triangle_size(b) + a];
}

/* ---- Room. */

static int matrix_reserve(struct eh_fairness *f, struct matrix *m, uint32_t rows)
{
    size_t had = triangle_size(m->rows), now = triangle_size(rows);
    if (rows <= m->rows)
        return 0;
    double *grown = realloc(m->entries, now * sizeof *grown);
    if (!grown)
        return -EH_ENOMEM;
    memset(grown + had, 0, (now - had) * sizeof *grown);
    f->matrix_entries += now - had;
    *m = (struct matrix){grown, rows};
    return 0;
}

static void matrix_drop(struct eh_fairness *f, struct matrix *m)
{
    f->matrix_entries -= triangle_size(m->rows);
    free(m->entries);
    *m = (struct matrix){0};
}

static int matrix_add(struct eh_fairness *f, struct matrix *to, const struct matrix *from)
{
    int r = matrix_reserve(f, to, from->rows);
    for (size_t i = 0; r == 0 && i < triangle_size(from->rows); i++)
        to->entries[i] += from->entries[i];
    return r;
}

/* Merges classes 2 c and 2 c + 1 into class c. */
static int classes_coarsen(struct eh_fairness *f)
{
    int r = 0;
    for (uint32_t c = 0; 2 * c < BINS && r == 0; c++) {
        struct matrix low = f->matrices[2 * c], *high = &f->matrices[2 * c + 1];
        f->matrices[2 * c] = (struct matrix){0};
        if (2 * c + 1 < BINS) {
            r = matrix_add(f, &low, high);
            matrix_drop(f, high);
        }
        f->matrices[c] = low;
    }
    f->coarse++;
    return r;
}

/* The matrix of a class of value, grown to all rows. NULL: memory ran out. */
static struct matrix *matrix_find(struct eh_fairness *f, uint32_t bin)
{
    int r = 0;
    while (r == 0 && (1u << f->coarse) < BINS &&
           f->matrix_entries + triangle_size(f->row_count) > COVARIANCE_MAX &&
           f->matrices[bin >> f->coarse].rows < f->row_count)
        r = classes_coarsen(f);
    struct matrix *m = &f->matrices[bin >> f->coarse];
    return r == 0 && matrix_reserve(f, m, f->row_count) == 0 ? m : NULL;
}

/* ---- Adding a deal. */

int eh_fairness_covariance_add(struct eh_fairness *f, uint32_t bin)
{
    struct matrix *m = matrix_find(f, bin);
    for (uint32_t i = 0; m && i < f->touched_count; i++) {
        uint32_t a = f->touched[i];
        double *line = &m->entries[triangle_size(a)], chance = f->chance[a];
        line[a] += chance;
        for (uint32_t j = 0; j < f->touched_count; j++)
            if (f->touched[j] <= a)
                line[f->touched[j]] -= chance * f->chance[f->touched[j]];
    }
    for (uint32_t i = 0; i < f->touched_count; i++)
        f->chance[f->touched[i]] = 0;
    f->touched_count = 0;
    return m ? 0 : -EH_ENOMEM;
}

/* ---- Sums of matrices, and rows that are put together. */

double *eh_fairness_covariance_of(const struct eh_fairness *f, uint32_t first_bin, uint32_t end_bin)
{
    double *sum = calloc(triangle_size(f->row_count) + 1, sizeof *sum);
    if (!sum)
        return NULL;
    for (uint32_t c = first_bin >> f->coarse; c << f->coarse < end_bin; c++)
        for (size_t i = 0; i < triangle_size(f->matrices[c].rows); i++)
            sum[i] += f->matrices[c].entries[i];
    return sum;
}

/* Adds a matrix to that of the gathered rows: the covariance of sums is the sum of covariances. */
static void matrix_add_gathered(const struct matrix *from, const uint32_t *new_row, double *to)
{
    for (uint32_t a = 0; a < from->rows; a++)
        for (uint32_t b = 0; b <= a; b++) {
            double entry = from->entries[triangle_size(a) + b];
            *eh_fairness_covariance_at(to, new_row[a], new_row[b]) +=
                a != b && new_row[a] == new_row[b] ? 2 * entry : entry;
        }
}

int eh_fairness_covariance_gather(struct eh_fairness *f, const uint32_t *new_row, uint32_t rows)
{
    for (uint32_t c = 0; c < BINS; c++) {
        struct matrix gathered = {0};
        if (f->matrices[c].rows == 0)
            continue;
        if (matrix_reserve(f, &gathered, rows) < 0)
            return -EH_ENOMEM;
        matrix_add_gathered(&f->matrices[c], new_row, gathered.entries);
        matrix_drop(f, &f->matrices[c]);
        f->matrices[c] = gathered;
    }
    return 0;
}

void eh_fairness_covariance_done(struct eh_fairness *f)
{
    for (uint32_t c = 0; c < BINS; c++)
        matrix_drop(f, &f->matrices[c]);
}
