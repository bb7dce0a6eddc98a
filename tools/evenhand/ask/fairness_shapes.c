/*
 * fairness_shapes: what of the fairness report is drawn as a picture: the Lorenz curve of value,
 * and the heat map of rep and quintile.
 */
#include <evenhand/value/json.h>
#include <math.h>
#include <stdlib.h>

#include "fairness.h"

/* ---- The Lorenz curve. */

/* Who received least of what they were entitled to comes first, then by id. */
static int reps_compare(const void *left, const void *right)
{
    const struct eh_fairness_rep *a = *(const struct eh_fairness_rep *const *)left;
    const struct eh_fairness_rep *b = *(const struct eh_fairness_rep *const *)right;
    __int128 first = (__int128)a->account.received_value * b->account.entitled_value;
    __int128 other = (__int128)b->account.received_value * a->account.entitled_value;
    return first != other ? (first > other) - (first < other) : eh_str_compare(a->rep, b->rep);
}

static int64_t part_ppm(__int128 part, __int128 whole)
{
    return whole > 0 ? (int64_t)eh_round_divide(part * EH_PPM, whole) : 0;
}

static void point_add(json_t *list, int64_t entitled_ppm, int64_t received_ppm)
{
    json_t *point = json_object();
    eh_json_put_int(point, "entitled_ppm", entitled_ppm);
    eh_json_put_int(point, "received_ppm", received_ppm);
    json_array_append_new(list, point);
}

static json_t *lorenz_json(const struct eh_fairness_report *report)
{
    const struct eh_fairness_rep **reps = calloc(report->rep_count + (size_t)1, sizeof *reps);
    json_t *list = json_array();
    __int128 entitled = 0, received = 0, to_entitled = 0, to_received = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; reps && i < report->rep_count; i++) {
        const struct eh_fairness_account *account = &report->reps[i].account;
        if (account->entitled_value <= 0)
            continue;
        reps[count++] = &report->reps[i];
        entitled += account->entitled_value;
        received += account->received_value;
    }
    if (count > 0)
        qsort(reps, count, sizeof *reps, reps_compare);
    if (count > 0 && received > 0)
        point_add(list, 0, 0);
    for (uint32_t i = 0; received > 0 && i < count; i++) {
        to_entitled += reps[i]->account.entitled_value;
        to_received += reps[i]->account.received_value;
        point_add(list, part_ppm(to_entitled, entitled), part_ppm(to_received, received));
    }
    free(reps);
    return list;
}

/* ---- The heat map. */

static json_t *tickets_json(const double *tickets, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_real(round(tickets[i] * 1e6) / 1e6));
    return list;
}

static json_t *heat_json(const struct eh_fairness_report *report)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < report->heat_count; i++) {
        const struct eh_fairness_heat *heat = &report->heat[i];
        json_t *row = json_object();
        eh_json_put_text(row, "first", heat->first);
        eh_json_put_text(row, "last", heat->last);
        eh_json_put(row, "received", tickets_json(heat->observed, report->heat_columns));
        eh_json_put(row, "expected", tickets_json(heat->expected, report->heat_columns));
        json_array_append_new(list, row);
    }
    return list;
}

void eh_fairness_put_shapes(json_t *to, const struct eh_fairness_report *report)
{
    eh_json_put(to, "lorenz", lorenz_json(report));
    eh_json_put(to, "heat", heat_json(report));
}
