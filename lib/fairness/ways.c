/*
 * ways: figures of the tickets that came to a rep without a draw, and tests of each way.
 *
 * There are two tests. Both are exact, and look for more than was due:
 * - by value: the tickets of a way are as valuable as others. Of N tickets that were given out, K
 * are of the most valuable fifth. The number of them among the n tickets of the way, or among those
 *   that one rep got in it, has the chance of n draws without putting back (hypergeometric).
 * - by name, where somebody wrote down a rep's name (an owner, a manager's assignment): each ticket
 *   goes to each rep in the team that day with the chance of their share. A sum of unequal chances
 *   exceeds its mean by one or more with at most the chance of a binomial of the same mean
 *   (Hoeffding, Annals of Mathematical Statistics 27, 1956).
 * When only one rep could have a ticket, skills and presences decided who, not shares. There value
 * alone is tested.
 */
#include <math.h>

#include "facts.h"

static const char *const way_names[EH_WAYS] = {
    [EH_WAY_OWNER] = "owner", [EH_WAY_MANAGER] = "manager",       [EH_WAY_SKILL] = "skill",
    [EH_WAY_AWAY] = "away",   [EH_WAY_OVERLOADED] = "overloaded", [EH_WAY_FULL] = "full",
    [EH_WAY_MIXED] = "mixed", [EH_WAY_AFFINITY] = "affinity",     [EH_WAY_SINGLE] = "single",
    [EH_WAY_AGAIN] = "again", [EH_WAY_BEFORE] = "before",         [EH_WAY_CLAIMED] = "claimed",
    [EH_WAY_GIVEN] = "given",
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

static uint64_t bins_tickets_from(const struct by_bin *by_bin, uint32_t bin)
{
    uint64_t sum = 0;
    for (; by_bin && bin < BINS; bin++)
        sum += by_bin->tickets[bin];
    return sum;
}

static int64_t bins_value_from(const struct by_bin *by_bin, uint32_t bin)
{
    __int128 sum = 0;
    for (; by_bin && bin < BINS; bin++)
        sum += by_bin->value[bin];
    return eh_clamp(sum);
}

/* The first class of the most valuable fifth. A class belongs to the fifth of its middle ticket. */
static uint32_t top_first_bin(const struct eh_fairness *f)
{
    uint64_t all = bins_tickets_from(&f->given, 0), before = 0;
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

static bool gain_is_more(const struct eh_fairness_gain *a, const struct eh_fairness_gain *b)
{
    if (a->value != b->value)
        return a->value > b->value;
    return a->tickets != b->tickets ? a->tickets > b->tickets : eh_str_compare(a->rep, b->rep) < 0;
}

/* Puts a gain into the list of the largest ones. A full list loses its smallest. */
static void gain_put(struct eh_fairness_way *way, struct eh_fairness_gain gain)
{
    uint32_t at = way->rep_count;
    if (gain.tickets == 0)
        return;
    while (at > 0 && gain_is_more(&gain, &way->reps[at - 1]))
        at--;
    if (at == EH_FAIRNESS_NAMED_MAX)
        return;
    way->rep_count += way->rep_count < EH_FAIRNESS_NAMED_MAX;
    memmove(&way->reps[at + 1], &way->reps[at], (way->rep_count - 1 - at) * sizeof *way->reps);
    way->reps[at] = gain;
}

static bool done_is_more(const struct eh_fairness_done *a, const struct eh_fairness_done *b)
{
    if (a->value != b->value)
        return a->value > b->value;
    if (a->tickets != b->tickets)
        return a->tickets > b->tickets;
    return a->doer != b->doer ? a->doer < b->doer : eh_str_compare(a->name, b->name) < 0;
}

static void done_put(struct eh_fairness_way *way, struct eh_fairness_done done)
{
    uint32_t at = way->doer_count;
    if (done.tickets == 0)
        return;
    while (at > 0 && done_is_more(&done, &way->doers[at - 1]))
        at--;
    if (at == EH_FAIRNESS_NAMED_MAX)
        return;
    way->doer_count += way->doer_count < EH_FAIRNESS_NAMED_MAX;
    memmove(&way->doers[at + 1], &way->doers[at], (way->doer_count - 1 - at) * sizeof *way->doers);
    way->doers[at] = done;
}

/* What a rep got in a way. In EH_WAY_BEFORE it is the most valuable fifth alone, which only the
 * rows have: a row that is several reps gives nothing. */
static struct eh_fairness_gain rep_gain(const struct eh_fairness *f, const struct rep *rep,
                                        uint32_t way, uint32_t top)
{
    struct eh_fairness_gain gain = {.rep = rep->id};
    if (way == EH_WAY_BEFORE && !f->row_last) {
        const struct by_bin *row = f->rows[rep->row]->ways[way];
        gain.tickets = bins_tickets_from(row, top);
        gain.value = bins_value_from(row, top);
    } else if (way != EH_WAY_BEFORE && rep->ways) {
        gain.tickets = rep->ways[way].tickets;
        gain.value = rep->ways[way].value;
        gain.due = rep->ways[way].due;
    }
    return gain;
}

/* Copies the names to the arena of the report. */
static int names_own(struct eh_fairness_way *way, struct eh_arena *arena)
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

static int way_fill(const struct eh_fairness *f, uint32_t no, uint32_t top, struct eh_arena *arena,
                    struct eh_fairness_way *way)
{
    uint32_t from = no == EH_WAY_BEFORE ? top : 0;
    way->reps = eh_arena_alloc(arena, (EH_FAIRNESS_NAMED_MAX + 1) * sizeof *way->reps);
    way->doers = eh_arena_alloc(arena, (EH_FAIRNESS_NAMED_MAX + 1) * sizeof *way->doers);
    if (!way->reps || !way->doers)
        return -EH_ENOMEM;
    for (uint32_t i = 0; i < f->rep_count; i++)
        gain_put(way, rep_gain(f, &f->reps[i], no, top));
    for (uint32_t i = 0; i < f->doer_count; i++) {
        const struct doer *doer = &f->doers[i];
        done_put(way, (struct eh_fairness_done){doer->doer, doer->name,
                                                bins_tickets_from(doer->ways[no], from),
                                                bins_value_from(doer->ways[no], from)});
    }
    return names_own(way, arena);
}

int eh_fairness_fill_ways(const struct eh_fairness *f, struct eh_arena *arena,
                          struct eh_fairness_report *report)
{
    uint32_t top = top_first_bin(f);
    double all = (double)bins_tickets_from(&f->given, 0),
           high = (double)bins_tickets_from(&f->given, top);
    int r = 0;
    report->given_value = eh_add_clamped(bins_value_from(&f->given, 0), f->further_value);
    for (uint32_t no = 0; r == 0 && no < EH_WAYS; no++) {
        struct eh_fairness_way *way = &report->ways[no];
        *way = (struct eh_fairness_way){.tickets = bins_tickets_from(&f->ways[no], 0),
                                        .value = bins_value_from(&f->ways[no], 0),
                                        .top = bins_tickets_from(&f->ways[no], top),
                                        .top_value = bins_value_from(&f->ways[no], top)};
        way->top_due = high > 0 && high < all ? (double)way->tickets * high / all : NAN;
        if (no != EH_WAY_BEFORE) {
            report->not_drawn += way->tickets;
            report->not_drawn_value = eh_add_clamped(report->not_drawn_value, way->value);
        }
        r = way_fill(f, no, top, arena, way);
    }
    return r;
}

/* ---- Tests. */

/* The smallest of several p, and how many there are. */
struct least {
    double p;
    uint32_t tests;
};

static void least_look(struct least *least, double p)
{
    least->p = least->tests == 0 || p < least->p ? p : least->p;
    least->tests++;
}

static double least_p(const struct least *least)
{
    return least->tests ? eh_smallest_of(least->p, least->tests) : NAN;
}

/* The ways `first` to `last` have one verdict. */
struct ways {
    enum eh_verdict_kind verdict;
    uint8_t first, last;
    bool named;
};

static const struct ways judged[] = {
    {EH_VERDICT_OWNER, EH_WAY_OWNER, EH_WAY_OWNER, true},
    {EH_VERDICT_MANAGER, EH_WAY_MANAGER, EH_WAY_MANAGER, true},
    {EH_VERDICT_CLAIMED, EH_WAY_CLAIMED, EH_WAY_GIVEN, true},
    {EH_VERDICT_SKILL, EH_WAY_SKILL, EH_WAY_SKILL, false},
    {EH_VERDICT_ALONE, EH_WAY_AWAY, EH_WAY_MIXED, false},
    {EH_VERDICT_AFFINITY, EH_WAY_AFFINITY, EH_WAY_AFFINITY, false},
    {EH_VERDICT_PRESENCE, EH_WAY_BEFORE, EH_WAY_BEFORE, false},
};

/* Tests k tickets of the top fifth among n. When even n of n could be chance, they are too few to
 * be tested. */
static void value_look(const struct eh_fairness *f, uint32_t top, uint64_t n, uint64_t k,
                       struct least *least)
{
    uint64_t high = bins_tickets_from(&f->given, top), all = bins_tickets_from(&f->given, 0);
    uint64_t most = n < high ? n : high;
    if (eh_hypergeometric_tail(most, n, high, all) <= EH_FAIRNESS_LEVEL)
        least_look(least, eh_hypergeometric_tail(k, n, high, all));
}

static void ways_count(const struct ways *ways, const struct by_bin *const *of, uint32_t top,
                       uint64_t *ret_n, uint64_t *ret_k)
{
    *ret_n = *ret_k = 0;
    for (uint32_t no = ways->first; no <= ways->last; no++) {
        *ret_n += bins_tickets_from(of[no], 0);
        *ret_k += bins_tickets_from(of[no], top);
    }
}

static double value_judge(const struct eh_fairness *f, const struct ways *ways, uint32_t top)
{
    struct least least = {.tests = 0};
    const struct by_bin *all[EH_WAYS];
    uint64_t n, k, whole;
    for (uint32_t no = 0; no < EH_WAYS; no++)
        all[no] = &f->ways[no];
    ways_count(ways, all, top, &n, &k);
    value_look(f, top, n, k, &least);
    whole = n;
    for (uint32_t row = 0; row < f->row_count; row++) {
        ways_count(ways, (const struct by_bin *const *)f->rows[row]->ways, top, &n, &k);
        if (n < whole)
            value_look(f, top, n, k, &least);
    }
    return least_p(&least);
}

static double names_judge(const struct eh_fairness *f, const struct ways *ways)
{
    struct least least = {.tests = 0};
    uint64_t n = bins_tickets_from(&f->ways[ways->first], 0);
    for (uint32_t i = 0; n >= EH_FAIRNESS_ENOUGH && i < f->rep_count; i++) {
        const struct got *got = f->reps[i].ways ? &f->reps[i].ways[ways->first] : NULL;
        if (!got || got->due <= 0)
            continue;
        bool more = (double)got->tickets >= got->due + 1;
        least_look(&least, more ? eh_binomial_tail(got->tickets, n, got->due / (double)n) : 1);
    }
    return least_p(&least);
}

void eh_fairness_judge_ways(const struct eh_fairness *f, struct eh_fairness_report *report)
{
    uint32_t top = top_first_bin(f);
    for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
        struct least least = {.tests = 0};
        double value = value_judge(f, &judged[i], top);
        double names = judged[i].named ? names_judge(f, &judged[i]) : NAN;
        if (!isnan(value))
            least_look(&least, value);
        if (!isnan(names))
            least_look(&least, names);
        report->verdicts[judged[i].verdict].p = least_p(&least);
    }
}
