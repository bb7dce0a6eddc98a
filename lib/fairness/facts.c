/*
 * facts: takes facts one after the other and adds them to sums.
 */
#include <stdlib.h>

#include "facts.h"

int eh_fairness_new(struct eh_str team, int64_t from_us, struct eh_fairness **ret,
                    struct eh_error *error)
{
    struct eh_fairness *f = calloc(1, sizeof *f);
    if (f) {
        f->from_us = f->worked_at_us = from_us;
        f->team = eh_arena_str(&f->arena, team);
    }
    if (!f || (team.size && !f->team.data)) {
        eh_fairness_free(f);
        return eh_error_set(error, EH_ENOMEM, "the fairness report: out of memory");
    }
    *ret = f;
    return 0;
}

void eh_fairness_free(struct eh_fairness *f)
{
    if (!f)
        return;
    eh_fairness_covariance_done(f);
    eh_fairness_rows_done(f);
    eh_fairness_undrawn_done(f);
    free(f->reps);
    free(f->managers);
    eh_table_done(&f->rep_numbers);
    eh_table_done(&f->manager_numbers);
    eh_fairness_again_done(&f->again);
    eh_arena_done(&f->arena);
    free(f);
}

/* ---- Deals. */

static void chance_add(struct eh_fairness *f, const struct eh_deal *deal,
                       const struct eh_deal_chance *chance, uint32_t bin)
{
    struct rep *rep = chance->p > 0 ? eh_fairness_rep_of(f, chance->rep) : NULL;
    if (!rep)
        return;
    if (!deal->further) {
        rep->expected += chance->p;
        rep->expected_value += chance->p * (double)deal->booked;
    }
    rep->drawn_expected += chance->p;
    rep->variance += chance->p * (1 - chance->p);
    rep->drawn_value -= chance->p * (double)deal->booked;
    rep->drawn_value_variance +=
        chance->p * (1 - chance->p) * (double)deal->booked * (double)deal->booked;

    struct row *row = f->rows[rep->row];
    row->expected += chance->p;
    row->expected_in[bin] += chance->p;
    if (f->chance[rep->row] == 0)
        f->touched[f->touched_count++] = rep->row;
    f->chance[rep->row] += chance->p;
}

/* Adds each rep's entitlement to a draw: by share alone, not by the policy's chances. A deal
 * without shares is added by its chances. */
static void entitled_add(struct eh_fairness *f, const struct eh_deal *deal, uint32_t bin)
{
    double shares = 0;
    for (uint32_t i = 0; i < deal->count; i++)
        shares += deal->chances[i].share_ppm;
    for (uint32_t i = 0; i < deal->count; i++) {
        const struct eh_deal_chance *chance = &deal->chances[i];
        const struct rep *rep = eh_fairness_rep_of(f, chance->rep);
        if (rep)
            f->rows[rep->row]->entitled_in[bin] +=
                shares > 0 ? chance->share_ppm / shares : chance->p;
    }
}

static void draw_add(struct eh_fairness *f, const struct eh_deal *deal)
{
    double most = 0;
    uint32_t bin = eh_fairness_bin(deal->value);
    /* Makes the rows of new reps first: a new rep may put rows together, and the sums of one deal
     * must all be in rows of before or all in rows of after that. */
    for (uint32_t i = 0; i < deal->count; i++)
        if (!eh_fairness_rep_of(f, deal->chances[i].rep))
            return;
    for (uint32_t i = 0; i < deal->count; i++) {
        chance_add(f, deal, &deal->chances[i], bin);
        most = deal->chances[i].p > most ? deal->chances[i].p : most;
    }
    entitled_add(f, deal, bin);
    if (eh_fairness_covariance_add(f, bin) < 0)
        f->failed = true;
    f->most += most;
    f->drawn_most = deal->booked > f->drawn_most ? deal->booked : f->drawn_most;
    f->drawn++;

    struct rep *rep = eh_fairness_rep_of(f, deal->rep);
    if (!rep)
        return;
    rep->drawn++;
    rep->drawn_value += (double)deal->booked;
    f->rows[rep->row]->drawn++;
    f->rows[rep->row]->observed[bin]++;
}

/* Adds a deal that only one rep could get: they could expect exactly what they got. */
static void certain_add(struct eh_fairness *f, const struct eh_deal *deal)
{
    struct rep *rep = eh_fairness_rep_of(f, deal->rep);
    if (!rep || deal->further)
        return;
    rep->expected += 1;
    rep->expected_value += (double)deal->booked;
}

void eh_fairness_on_deal(void *fairness, const struct eh_deal *deal)
{
    struct eh_fairness *f = fairness;
    if (!eh_str_equal(deal->team, f->team))
        return;
    f->tickets += !deal->further && !deal->kept;
    f->deals += !eh_str_equal(deal->why, eh_str("manager"));
    eh_fairness_undrawn_take(f, deal);
    if (deal->dealt)
        draw_add(f, deal);
    else
        certain_add(f, deal);
}

void eh_fairness_override(struct eh_fairness *f, struct eh_str manager_name, struct eh_str rep_id,
                          int64_t value)
{
    struct manager *manager = eh_fairness_manager_of(f, manager_name);
    struct rep *rep = eh_fairness_rep_of(f, rep_id);
    if (!manager || !rep)
        return;
    manager->overrides++;
    manager->value = eh_add_clamped(manager->value, value);
    rep->overrides++;
    f->rows[rep->row]->overridden[eh_fairness_bin(value)]++;
    f->overrides++;
}

void eh_fairness_ended(struct eh_fairness *f, struct eh_str manager_name, struct eh_str rep_id)
{
    struct manager *manager = eh_fairness_manager_of(f, manager_name);
    struct rep *rep = eh_fairness_rep_of(f, rep_id);
    if (!manager || !rep)
        return;
    manager->ended++;
    rep->ended++;
}

/* ---- Arrivals and states. */

/* Adds the rank of a ticket's value among all tickets that arrived up to it, from −½ to ½. When
 * values come in random order, the rank is 0 on average and independent of the ranks before it
 * (Rényi, MTA III. Oszt. Közl. 12, 1962). Its variance with ties is that of Kruskal and Wallis
 * (JASA 47, 1952). Ranks are bounded even where values are not, so the sum of a few is about
 * normal. */
static void arrival_rank(struct eh_fairness *f, uint32_t bin)
{
    double below = 0, ties = f->arrived_in[bin], n = (double)f->arrived.count;
    for (uint32_t i = 0; i < bin; i++)
        below += f->arrived_in[i];
    f->arrived_in[bin]++;
    f->arrived_ties += 3 * ties * (ties + 1); /* (τ + 1)³ − (τ + 1) less τ³ − τ */
    f->arrived.rank += (below + (ties + 2) / 2 - (n + 1) / 2) / n;
    f->arrived.rank_variance += (n * n - 1 - f->arrived_ties / n) / (12 * n * n);
}

void eh_fairness_arrival(struct eh_fairness *f, int64_t value)
{
    f->arrived.count++;
    f->arrived.sum += value;
    f->arrived.squares += (__int128)value * value;
    arrival_rank(f, eh_fairness_bin(value));
}

void eh_fairness_add_since(struct arrived *to, const struct arrived *now,
                           const struct arrived *then)
{
    to->count += now->count - then->count;
    to->sum += now->sum - then->sum;
    to->squares += now->squares - then->squares;
    to->rank += now->rank - then->rank;
    to->rank_variance += now->rank_variance - then->rank_variance;
}

void eh_fairness_book_time(struct rep *rep, int64_t to_us)
{
    int64_t end_us = to_us;
    if (to_us <= rep->since_us)
        return;
    if (rep->ends_us && rep->ends_us < end_us)
        end_us = rep->ends_us > rep->since_us ? rep->ends_us : rep->since_us;
    rep->status_us[rep->status] += end_us - rep->since_us;
    rep->status_us[EH_STATUS_AVAILABLE] += to_us - end_us;
    rep->since_us = to_us;
}

/* Adds time and arrivals up to at_us to the rep's status, which ends or goes on there. */
static void status_book(struct eh_fairness *f, struct rep *rep, int64_t at_us)
{
    eh_fairness_book_time(rep, at_us);
    if (rep->status)
        eh_fairness_add_since(rep->status == EH_STATUS_OVERLOADED ? &rep->meanwhile
                                                                  : &rep->otherwise,
                              &f->arrived, &rep->at_since);
    rep->at_since = f->arrived;
}

void eh_fairness_state(struct eh_fairness *f, struct eh_str id, int status, int64_t at_us)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep || status == rep->status || status < 0 || status > EH_STATUS_AWAY)
        return;
    status_book(f, rep, at_us);
    /* A rep who is overloaded at the beginning of the period turned so before it, and one who is so
     * after a break was so before. */
    bool anew = at_us > f->from_us && (!rep->began_us || rep->began_us != rep->counted_us);
    rep->overloads += status == EH_STATUS_OVERLOADED && anew;
    rep->time.aways += status == EH_STATUS_AWAY && anew;
    rep->counted_us = rep->began_us ? rep->began_us : rep->counted_us;
    rep->began_us = 0;
    rep->status = status;
    rep->ends_us = 0;
}

void eh_fairness_began(struct eh_fairness *f, struct eh_str id, int64_t began_us)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (rep)
        rep->began_us = began_us;
}

void eh_fairness_ends(struct eh_fairness *f, struct eh_str id, int64_t ends_us)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (rep)
        rep->ends_us = ends_us == EH_TIME_NEVER ? 0 : ends_us;
}

void eh_fairness_time_back(struct eh_fairness *f, int64_t from_us, int64_t to_us)
{
    for (uint32_t i = 0; i < f->rep_count; i++) {
        status_book(f, &f->reps[i], from_us);
        f->reps[i].since_us = to_us;
    }
    eh_fairness_work_until(f, from_us);
    f->worked_at_us = to_us;
    if (to_us < f->from_us)
        f->from_us = to_us;
}

void eh_fairness_account(struct eh_fairness *f, struct eh_str id,
                         const struct eh_fairness_account *reading)
{
    struct rep *rep = eh_fairness_rep_of(f, id);
    if (!rep)
        return;
    if (!rep->accounted)
        rep->first = *reading;
    rep->accounted = true;
    rep->last = *reading;
}
