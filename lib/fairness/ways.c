/*
 * ways: what came to somebody without a draw, in figures, and whether value told in which way.
 *
 * Two tests, both exact, each for who has more than due:
 * - by value: the tickets of a way are as valuable as others. Of N tickets given out, K are of the
 *   most valuable fifth; of the n of the way, and of those that one rep got in it, so many or more
 *   with the chance of drawing them without putting back (hypergeometric);
 * - by name, where somebody wrote a rep's name down (an owner, a manager's assignment): each went
 *   to everybody in the team that day with the chance of their share. A sum of unequal chances is
 *   above its mean by one or more no likelier than a binomial of the same mean (Hoeffding, Annals
 *   of Mathematical Statistics 27, 1956).
 * Which rep is alone follows from skills and from who is there, so there shares are no measure and
 * value alone is tested.
 */
#include <math.h>

#include "facts.h"

static const char *const way_names[EH_WAYS] = {
    [EH_WAY_OWNER] = "owner", [EH_WAY_MANAGER] = "manager",       [EH_WAY_SKILL] = "skill",
    [EH_WAY_AWAY] = "away",   [EH_WAY_OVERLOADED] = "overloaded", [EH_WAY_FULL] = "full",
    [EH_WAY_MIXED] = "mixed", [EH_WAY_AFFINITY] = "affinity",     [EH_WAY_SINGLE] = "single",
    [EH_WAY_AGAIN] = "again", [EH_WAY_BEFORE] = "before",
};

const char *eh_way_name(enum eh_way way)
{
    return way_names[way];
}

const char *eh_doer_name(enum eh_doer doer)
{
    static const char *const names[] = {
        [EH_DOER_UNKNOWN] = "unknown", [EH_DOER_SOURCE] = "source", [EH_DOER_MANAGER] = "manager",
        [EH_DOER_REP] = "rep",         [EH_DOER_STREAM] = "stream", [EH_DOER_OTHERS] = "others",
    };
    return names[doer];
}

/* ---- The most valuable fifth. */

static uint64_t tickets_from(const struct by_bin *by_bin, uint32_t bin)
{
    uint64_t sum = 0;
    for (; by_bin && bin < BINS; bin++)
        sum += by_bin->tickets[bin];
    return sum;
}

static int64_t value_from(const struct by_bin *by_bin, uint32_t bin)
{
    __int128 sum = 0;
    for (; by_bin && bin < BINS; bin++)
        sum += by_bin->value[bin];
    return eh_clamp(sum);
}

/* The first class of it: a class belongs where its middle ticket is. */
static uint32_t top_bin(const struct eh_fairness *f)
{
    uint64_t all = tickets_from(&f->given, 0), before = 0;
    uint32_t bin = 0;
    for (; bin < BINS; bin++) {
        uint64_t here = f->given.tickets[bin], middle2 = 2 * before + here;
        if (here > 0 &&
            middle2 * EH_FAIRNESS_QUINTILES >= 2 * all * (EH_FAIRNESS_QUINTILES - UINT64_C(1)))
            break;
        before += here;
    }
    return bin;
}

/* ---- Figures. */

static bool gains_more(const struct eh_fairness_gain *a, const struct eh_fairness_gain *b)
{
    if (a->value != b->value)
        return a->value > b->value;
    return a->tickets != b->tickets ? a->tickets > b->tickets : eh_str_compare(a->rep, b->rep) < 0;
}

/* Into a list of those with the most; whoever has less than all of a full one is left out. */
static void put_gain(struct eh_fairness_way *way, struct eh_fairness_gain gain)
{
    uint32_t at = way->rep_count;
    if (gain.tickets == 0)
        return;
    while (at > 0 && gains_more(&gain, &way->reps[at - 1]))
        at--;
    if (at == EH_FAIRNESS_NAMED_MAX)
        return;
    way->rep_count += way->rep_count < EH_FAIRNESS_NAMED_MAX;
    memmove(&way->reps[at + 1], &way->reps[at], (way->rep_count - 1 - at) * sizeof *way->reps);
    way->reps[at] = gain;
}

static bool did_more(const struct eh_fairness_done *a, const struct eh_fairness_done *b)
{
    if (a->value != b->value)
        return a->value > b->value;
    if (a->tickets != b->tickets)
        return a->tickets > b->tickets;
    return a->doer != b->doer ? a->doer < b->doer : eh_str_compare(a->name, b->name) < 0;
}

static void put_done(struct eh_fairness_way *way, struct eh_fairness_done done)
{
    uint32_t at = way->doer_count;
    if (done.tickets == 0)
        return;
    while (at > 0 && did_more(&done, &way->doers[at - 1]))
        at--;
    if (at == EH_FAIRNESS_NAMED_MAX)
        return;
    way->doer_count += way->doer_count < EH_FAIRNESS_NAMED_MAX;
    memmove(&way->doers[at + 1], &way->doers[at], (way->doer_count - 1 - at) * sizeof *way->doers);
    way->doers[at] = done;
}

/* Of BEFORE the most valuable alone: a row's, where it is one rep. */
static struct eh_fairness_gain gain_of(const struct eh_fairness *f, const struct rep *rep,
                                       uint32_t way, uint32_t top)
{
    struct eh_fairness_gain gain = {.rep = rep->id};
    if (way == EH_WAY_BEFORE && !f->row_last) {
        const struct by_bin *row = f->rows[rep->row]->ways[way];
        gain.tickets = tickets_from(row, top);
        gain.value = value_from(row, top);
    } else if (way != EH_WAY_BEFORE && rep->ways) {
        gain.tickets = rep->ways[way].tickets;
        gain.value = rep->ways[way].value;
        gain.due = rep->ways[way].due;
    }
    return gain;
}

/* Names as the report keeps them. */
static int own_names(struct eh_fairness_way *way, struct eh_arena *arena)
{
    for (uint32_t i = 0; i < way->rep_count; i++) {
        way->reps[i].rep = eh_arena_str(arena, way->reps[i].rep);
        if (!way->reps[i].rep.data)
            return -EH_ENOMEM;
    }
    for (uint32_t i = 0; i < way->doer_count; i++) {
        bool named = way->doers[i].name.size > 0;
        way->doers[i].name = eh_arena_str(arena, way->doers[i].name);
        if (named && !way->doers[i].name.data)
            return -EH_ENOMEM;
    }
    return 0;
}

static int fill_way(const struct eh_fairness *f, uint32_t no, uint32_t top, struct eh_arena *arena,
                    struct eh_fairness_way *way)
{
    uint32_t from = no == EH_WAY_BEFORE ? top : 0;
    way->reps = eh_arena_alloc(arena, (EH_FAIRNESS_NAMED_MAX + 1) * sizeof *way->reps);
    way->doers = eh_arena_alloc(arena, (EH_FAIRNESS_NAMED_MAX + 1) * sizeof *way->doers);
    if (!way->reps || !way->doers)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < f->rep_count; i++)
        put_gain(way, gain_of(f, &f->reps[i], no, top));
    for (uint32_t i = 0; i < f->doer_count; i++) {
        const struct doer *doer = &f->doers[i];
        put_done(way, (struct eh_fairness_done){doer->doer, doer->name,
                                                tickets_from(doer->ways[no], from),
                                                value_from(doer->ways[no], from)});
    }
    return own_names(way, arena);
}

int eh_fairness_fill_ways(const struct eh_fairness *f, struct eh_arena *arena,
                          struct eh_fairness_report *report)
{
    uint32_t top = top_bin(f);
    double all = (double)tickets_from(&f->given, 0), high = (double)tickets_from(&f->given, top);
    int r = 0;
    report->given_value = eh_add_clamped(value_from(&f->given, 0), f->further_value);
    for (uint32_t no = 0; r == 0 && no < EH_WAYS; no++) {
        struct eh_fairness_way *way = &report->ways[no];
        *way = (struct eh_fairness_way){.tickets = tickets_from(&f->ways[no], 0),
                                        .value = value_from(&f->ways[no], 0),
                                        .top = tickets_from(&f->ways[no], top),
                                        .top_value = value_from(&f->ways[no], top)};
        way->top_due = high > 0 && high < all ? (double)way->tickets * high / all : NAN;
        if (no != EH_WAY_BEFORE) {
            report->not_drawn += way->tickets;
            report->not_drawn_value = eh_add_clamped(report->not_drawn_value, way->value);
        }
        r = fill_way(f, no, top, arena, way);
    }
    return r;
}

/* ---- Tests. */

/* The smallest of several p, and how many there are. */
struct least {
    double p;
    uint32_t tests;
};

static void look(struct least *least, double p)
{
    least->p = least->tests == 0 || p < least->p ? p : least->p;
    least->tests++;
}

static double least_of(const struct least *least)
{
    return least->tests ? eh_smallest_of(least->p, least->tests) : NAN;
}

/* One verdict stands for several ways. */
struct ways {
    enum eh_verdict_kind verdict;
    uint8_t first, last;
    bool named;
};

static const struct ways judged[] = {
    {EH_VERDICT_OWNER, EH_WAY_OWNER, EH_WAY_OWNER, true},
    {EH_VERDICT_MANAGER, EH_WAY_MANAGER, EH_WAY_MANAGER, true},
    {EH_VERDICT_SKILL, EH_WAY_SKILL, EH_WAY_SKILL, false},
    {EH_VERDICT_ALONE, EH_WAY_AWAY, EH_WAY_MIXED, false},
    {EH_VERDICT_AFFINITY, EH_WAY_AFFINITY, EH_WAY_AFFINITY, false},
    {EH_VERDICT_PRESENCE, EH_WAY_BEFORE, EH_WAY_BEFORE, false},
};

/* So many of the top in so many, or more. Too few: were all of the top, it could be chance. */
static void look_at_value(const struct eh_fairness *f, uint32_t top, uint64_t n, uint64_t k,
                          struct least *least)
{
    uint64_t high = tickets_from(&f->given, top), all = tickets_from(&f->given, 0);
    uint64_t most = n < high ? n : high;
    if (eh_hypergeometric_tail(most, n, high, all) <= EH_FAIRNESS_LEVEL)
        look(least, eh_hypergeometric_tail(k, n, high, all));
}

static void count_way(const struct ways *ways, const struct by_bin *const *of, uint32_t top,
                      uint64_t *ret_n, uint64_t *ret_k)
{
    *ret_n = *ret_k = 0;
    for (uint32_t no = ways->first; no <= ways->last; no++) {
        *ret_n += tickets_from(of[no], 0);
        *ret_k += tickets_from(of[no], top);
    }
}

static double judge_value(const struct eh_fairness *f, const struct ways *ways, uint32_t top)
{
    struct least least = {.tests = 0};
    const struct by_bin *all[EH_WAYS];
    uint64_t n, k, whole;
    for (uint32_t no = 0; no < EH_WAYS; no++)
        all[no] = &f->ways[no];
    count_way(ways, all, top, &n, &k);
    look_at_value(f, top, n, k, &least);
    whole = n;
    for (uint32_t row = 0; row < f->row_count; row++) {
        count_way(ways, (const struct by_bin *const *)f->rows[row]->ways, top, &n, &k);
        if (n < whole)
            look_at_value(f, top, n, k, &least);
    }
    return least_of(&least);
}

static double judge_names(const struct eh_fairness *f, const struct ways *ways)
{
    struct least least = {.tests = 0};
    uint64_t n = tickets_from(&f->ways[ways->first], 0);
    for (uint32_t i = 0; n >= EH_FAIRNESS_ENOUGH && i < f->rep_count; i++) {
        const struct got *got = f->reps[i].ways ? &f->reps[i].ways[ways->first] : NULL;
        if (!got || got->due <= 0)
            continue;
        bool more = (double)got->tickets >= got->due + 1;
        look(&least, more ? eh_binomial_tail(got->tickets, n, got->due / (double)n) : 1);
    }
    return least_of(&least);
}

void eh_fairness_judge_ways(const struct eh_fairness *f, struct eh_fairness_report *report)
{
    uint32_t top = top_bin(f);
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct least least = {.tests = 0};
        double value = judge_value(f, &judged[i], top);
        double names = judged[i].named ? judge_names(f, &judged[i]) : NAN;
        if (!isnan(value))
            look(&least, value);
        if (!isnan(names))
            look(&least, names);
        report->verdicts[judged[i].verdict].p = least_of(&least);
    }
}
