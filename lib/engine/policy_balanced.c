/*
 * policy_balanced: two different eligible reps are drawn by share. The one who is owed more gets
 * the ticket; a tie is drawn.
 *
 * What a rep is owed for a ticket of value x, with v the weight of value, M the team's mean value,
 * dc and dv the rep's deficits before this ticket:
 *
 *     (1 - v) · dc  +  v · (x / M) · (dv / M)
 *
 * It is compared exactly, times M × 10^6, in 192 bits. Only dc and dv / M are rounded before, to
 * 10^-9, half away from zero.
 */
#include "amount.h"
#include "detail.h"
#include "eligible.h"
#include "ledger.h"
#include "policy.h"
#include "skill_set.h"
#include "state.h"

#include <stdlib.h>

#define NANO INT64_C(1000000000)

/* a × m. |a| is below 2^126. */
static struct scored score_times(__int128 a, uint64_t m)
{
    unsigned __int128 low = (unsigned __int128)(uint64_t)a * m;
    return (struct scored){.high = (a >> 64) * (__int128)m + (__int128)(low >> 64),
                           .low = (uint64_t)low};
}

static struct scored score_sum(struct scored a, struct scored b)
{
    uint64_t low = a.low + b.low;
    return (struct scored){.high = a.high + b.high + (low < a.low), .low = low};
}

static int score_compare(const struct scored *a, const struct scored *b)
{
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return a->low < b->low ? -1 : a->low > b->low;
}

/* The member's deficits; the count in 10^-9 tickets. */
static struct amount member_deficit(const struct eh_choice *choice, uint32_t position)
{
    const struct account *account =
        &choice->engine->accounts.items[choice->team->members[position].account];
    struct amount d = eh_ledger_entitled(choice->engine, choice->team, position);
    d.count = eh_round_divide(d.count - (__int128)account->received * TICKET, TICKET_NANO);
    d.value -= account->received_value * NANO;
    return d;
}

/* dv / M in 10^-9: one of the two roundings named above. */
static __int128 deficit_means(const struct eh_choice *choice, struct amount d)
{
    return eh_round_divide(d.value, choice->mean);
}

static struct scored member_score(const struct eh_choice *choice, struct amount d)
{
    int64_t weight = choice->team->desk->value_weight_ppm, x = choice->value;
    __int128 means = deficit_means(choice, d) * weight;
    struct scored count = score_times((EH_PPM - weight) * d.count, (uint64_t)choice->mean);
    struct scored value = score_times(x < 0 ? -means : means, x < 0 ? -(uint64_t)x : (uint64_t)x);
    return score_sum(count, value);
}

static struct eh_str member_id(const struct eh_choice *choice, uint32_t position)
{
    return choice->engine->roster.rep_ids.items[choice->team->members[position].rep];
}

/* Writes the detail; from EH_RULES_COMPARED on, all that the scores are made of. */
static void pair_tell(const struct eh_choice *choice, const uint32_t pair[2],
                      const struct amount d[2], bool tie)
{
    struct eh_bytes *out = choice->detail;
    bool scored = choice->engine->rules >= EH_RULES_COMPARED;
    eh_bytes_put_u8(out, scored ? DETAIL_SCORED : DETAIL_PAIR);
    for (int i = 0; i < 2; i++) {
        eh_bytes_put_str(out, member_id(choice, pair[i]));
        eh_bytes_put_i(out, eh_clamp(d[i].count));
        eh_bytes_put_i(out, eh_clamp(eh_round_divide(d[i].value, NANO)));
        if (scored)
            eh_bytes_put_i(out, eh_clamp(deficit_means(choice, d[i])));
    }
    eh_bytes_put_u8(out, tie);
    if (!scored)
        return;
    eh_bytes_put_i(out, choice->value);
    eh_bytes_put_i(out, choice->mean);
    eh_bytes_put_u(out, choice->team->desk->value_weight_ppm);
}

/* Draws two members by share, the second without the first. */
static int pair_draw(const struct eh_choice *choice, struct eh_draws *draws, uint32_t ret[2])
{
    const struct skill_set *set = choice->set;
    uint64_t all = set->tree[1].weight, at = 0;
    int r = eh_draw_below(draws, choice->query, all, &at);
    if (r < 0)
        return r;
    ret[0] = eh_eligible_at_weight(choice->team, set, at);
    uint64_t first = set->tree[choice->team->leaves + ret[0]].weight;
    r = eh_draw_below(draws, choice->query, all - first, &at);
    if (r < 0)
        return r;
    if (at >= eh_eligible_weight_before(choice->team, set, ret[0]))
        at += first;
    ret[1] = eh_eligible_at_weight(choice->team, set, at);
    return 0;
}

static int balanced_choose(const struct eh_choice *choice, struct eh_draws *draws,
                           uint32_t *ret_position)
{
    uint32_t pair[2];
    int r = pair_draw(choice, draws, pair);
    if (r < 0)
        return r;
    struct amount d[2] = {member_deficit(choice, pair[0]), member_deficit(choice, pair[1])};
    struct scored one = member_score(choice, d[0]), other = member_score(choice, d[1]);
    int order = score_compare(&one, &other);
    uint64_t second = order < 0;
    if (order == 0)
        r = eh_draw_below(draws, choice->query, 2, &second);
    if (r < 0)
        return r;
    pair_tell(choice, pair, d, order == 0);
    *ret_position = pair[second];
    return 0;
}

/* ---- chances */

static int score_order(const void *a, const void *b)
{
    return score_compare(a, b);
}

/* The chance of a pair {i, j} is (w_i w_j / W) (1 / (W - w_i) + 1 / (W - w_j)). It is summed over
 * all j with a lower score, and half of it over those with the same score. Scores ascend, so one
 * pass does. */
static void balanced_chances(const struct eh_choice *choice, const struct eh_chances *to)
{
    struct scored *scored = to->scratch;
    double all = (double)choice->set->tree[1].weight, below = 0, below_parts = 0;
    for (uint32_t i = 0; i < to->count; i++) {
        scored[i] = member_score(choice, member_deficit(choice, to->positions[i]));
        scored[i].index = i;
    }
    qsort(scored, to->count, sizeof *scored, score_order);
    for (uint32_t from = 0, end; from < to->count; from = end) {
        double same = 0, same_parts = 0;
        for (end = from; end < to->count && score_compare(&scored[from], &scored[end]) == 0;
             end++) {
            double w = to->items[scored[end].index].share_ppm;
            same += w;
            same_parts += w / (all - w);
        }
        for (uint32_t i = from; i < end; i++) {
            struct eh_deal_chance *item = &to->items[scored[i].index];
            double w = item->share_ppm, part = w / (all - w);
            item->p =
                w / all *
                ((below + (same - w) / 2) / (all - w) + below_parts + (same_parts - part) / 2);
        }
        below += same;
        below_parts += same_parts;
    }
}

EH_POLICY(balanced, .choose = balanced_choose, .chances = balanced_chances);
