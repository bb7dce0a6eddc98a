/* tally: counts what everybody got, and measures how evenly. */
#include "tally.h"

#include <math.h>
#include <stdlib.h>

#include <evenhand/fairness/figures.h>

static struct eh_key key_of(uint32_t team, uint32_t rep)
{
    uint32_t pair[2] = {team, rep};
    return eh_key_of_text(eh_str_n((const char *)pair, sizeof pair));
}

/* The team's place; NULL: out of memory. */
static struct eh_tally_team *tally_team(struct eh_tally *t, uint32_t team)
{
    uint32_t had = t->team_count;
    if (eh_array_room(&t->teams, &t->team_count, team + (size_t)1, EH_ARRAY_MAX) < 0)
        return NULL;
    if (t->team_count > had)
        memset(t->teams + had, 0, (t->team_count - had) * sizeof *t->teams);
    return &t->teams[team];
}

int eh_tally_open(struct eh_tally *t, uint32_t team, uint32_t rep, uint32_t weight_ppm)
{
    uint64_t at;
    if (eh_table_get(&t->index, key_of(team, rep), &at))
        return 0;
    int r = eh_array_room(&t->rows, &t->capacity, t->count + (size_t)1, EH_ARRAY_MAX);
    if (r == 0)
        r = eh_table_put(&t->index, key_of(team, rep), t->count);
    if (r == 0)
        t->rows[t->count++] = (struct eh_tally_row){team, rep, weight_ppm, 0, 0};
    return r;
}

int eh_tally_add(struct eh_tally *t, uint32_t team, uint32_t rep, int64_t value)
{
    uint64_t at;
    if (!eh_table_get(&t->index, key_of(team, rep), &at)) {
        int r = eh_tally_open(t, team, rep, EH_PPM);
        if (r < 0)
            return r;
        at = t->count - 1;
    }
    struct eh_tally_row *row = &t->rows[at];
    row->count++;
    if (__builtin_add_overflow(row->value, value, &row->value))
        row->value = INT64_MAX;
    return 0;
}

int eh_tally_guess(struct eh_tally *t, uint32_t team, double chance)
{
    struct eh_tally_team *of = tally_team(t, team);
    if (!of)
        return -EH_ENOMEM;
    of->guess += chance;
    of->guesses++;
    return 0;
}

int eh_tally_wait(struct eh_tally *t, uint32_t team, int64_t wait_s)
{
    struct eh_tally_team *of = tally_team(t, team);
    if (!of)
        return -EH_ENOMEM;
    of->waited++;
    of->wait_s += wait_s;
    of->most_s = wait_s > of->most_s ? wait_s : of->most_s;
    return 0;
}

int eh_tally_answer(struct eh_tally *t, uint32_t team, bool in_time)
{
    struct eh_tally_team *of = tally_team(t, team);
    if (!of)
        return -EH_ENOMEM;
    of->due++;
    of->in_time += in_time;
    return 0;
}

int eh_tally_left(struct eh_tally *t, uint32_t team)
{
    struct eh_tally_team *of = tally_team(t, team);
    if (!of)
        return -EH_ENOMEM;
    of->waiting++;
    return 0;
}

/* ---- how evenly */

static int by_rep(const void *a, const void *b)
{
    const struct eh_tally_row *x = a, *y = b;
    return (x->rep > y->rep) - (x->rep < y->rep);
}

/* Copies the rows of the team; of all teams, with one row a rep. */
static size_t tally_gather(const struct eh_tally *t, uint32_t team, struct eh_tally_row *ret)
{
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < t->count; i++)
        if (team == EH_TALLY_ALL || t->rows[i].team == team)
            ret[count++] = t->rows[i];
    if (count)
        qsort(ret, count, sizeof *ret, by_rep);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || ret[kept - 1].rep != ret[i].rep) {
            ret[kept++] = ret[i];
            continue;
        }
        ret[kept - 1].count += ret[i].count;
        if (__builtin_add_overflow(ret[kept - 1].value, ret[i].value, &ret[kept - 1].value))
            ret[kept - 1].value = INT64_MAX;
    }
    return kept;
}

/* The largest received per weight less the smallest. */
static double spread_of(const struct eh_portion *portions, size_t count)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (portions[i].entitled <= 0)
            continue;
        double r = portions[i].received / portions[i].entitled;
        least = r < least ? r : least;
        most = r > most ? r : most;
    }
    return most >= least ? most - least : 0;
}

static int rows_measure(const struct eh_tally_row *rows, size_t count, struct eh_portion *portions,
                        struct eh_figures *f)
{
    for (size_t i = 0; i < count; i++) {
        portions[i] =
            (struct eh_portion){rows[i].weight_ppm / (double)EH_PPM, (double)rows[i].count};
        f->tickets += rows[i].count;
    }
    f->jain_count = eh_jain(portions, count);
    f->spread_count = spread_of(portions, count);
    int r = eh_gini(portions, count, &f->gini_count);
    for (size_t i = 0; i < count; i++)
        portions[i].received = (double)rows[i].value;
    f->jain_value = eh_jain(portions, count);
    f->spread_value = spread_of(portions, count);
    return r < 0 ? r : eh_gini(portions, count, &f->gini_value);
}

/* What does not go by rep. */
static void teams_measure(const struct eh_tally *t, uint32_t team, struct eh_figures *f)
{
    struct eh_tally_team all = {0};
    for (uint32_t i = 0; i < t->team_count; i++) {
        const struct eh_tally_team *one = &t->teams[i];
        if (team != EH_TALLY_ALL && team != i)
            continue;
        all.guess += one->guess;
        all.guesses += one->guesses;
        all.waited += one->waited;
        all.wait_s += one->wait_s;
        all.waiting += one->waiting;
        all.due += one->due;
        all.in_time += one->in_time;
        all.most_s = one->most_s > all.most_s ? one->most_s : all.most_s;
    }
    f->guess = all.guesses ? all.guess / (double)all.guesses : NAN;
    f->waited = all.waited;
    f->waiting = all.waiting;
    f->wait_s = all.waited ? all.wait_s / (int64_t)all.waited : 0;
    f->most_s = all.most_s;
    f->due = all.due;
    f->in_time = all.in_time;
}

int eh_tally_figures(const struct eh_tally *t, uint32_t team, struct eh_figures *ret)
{
    struct eh_tally_row *rows = calloc(t->count + 1, sizeof *rows);
    struct eh_portion *portions = calloc(t->count + 1, sizeof *portions);
    struct eh_figures f = {0};
    int r = rows && portions ? 0 : -EH_ENOMEM;
    if (r == 0) {
        f.reps = tally_gather(t, team, rows);
        r = rows_measure(rows, f.reps, portions, &f);
    }
    free(rows);
    free(portions);
    teams_measure(t, team, &f);
    if (r == 0)
        *ret = f;
    return r;
}

void eh_tally_done(struct eh_tally *t)
{
    eh_table_done(&t->index);
    free(t->rows);
    free(t->teams);
    *t = (struct eh_tally){0};
}
