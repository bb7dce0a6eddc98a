/*
 * stays: desks on any days, against a model that keeps every day by itself.
 *
 * The model holds, for each rep, which days they were in the team and on which of them a stay
 * began. It is asked after each desk, and so is an engine restored from a snapshot.
 */
#include <criterion/criterion.h>

#include "../unit/stays_kit.h"
#include "seed.h"

enum { LIVES = 400, DESKS = 30, DAYS = 100, REPS = 3, RANGES = 3 };

TestSuite(stays, .timeout = 1800);

static const char *const reps[REPS] = {"ann", "kim", "leo"};

struct range {
    int from, until; /* -1: not written */
};

/* What one desk says of the team. */
struct said {
    bool there; /* the team is on it */
    struct range ranges[REPS][RANGES];
    int counts[REPS];
};

/* Days of one rep: in the team; a stay begins that does not go on from the day before. */
struct days {
    bool in[DAYS], begins[DAYS];
};

struct model {
    struct days before[REPS]; /* the days before `day`, but for what the desk of now writes out */
    struct said now;
    int day; /* 0: the first desk that has the team */
    bool known;
};

static bool begins(const struct days *d, int day)
{
    return d->in[day] && (day == 0 || !d->in[day - 1] || d->begins[day]);
}

static void erase_stay(struct days *d, int day)
{
    int first = day, last = day;
    while (!begins(d, first))
        first--;
    while (last + 1 < DAYS && d->in[last + 1] && !begins(d, last + 1))
        last++;
    for (int i = first; i <= last; i++)
        d->in[i] = d->begins[i] = false;
}

static bool span_of(const struct days *before, const struct range *r, int day, int *first,
                    int *last)
{
    bool from = r->from >= 0 && r->from < day, until = r->until >= 0 && r->until < day;
    *first = from ? r->from : r->until;
    *last = until ? r->until : day - 1;
    if (from || !until)
        return from;
    while (*first >= 0 && !before->in[*first])
        --*first;
    while (*first >= 0 && !begins(before, *first))
        --*first;
    return *first >= 0;
}

static bool meets(const struct days *before, int first, int last)
{
    for (int day = first; day <= last; day++)
        if (before->in[day])
            return true;
    return false;
}

/* What was, as the desk of now corrects it; `only`: stays that there are. */
static struct days corrected(const struct model *m, int rep, bool only)
{
    const struct days *before = &m->before[rep];
    struct days all = *before;
    int count = m->now.there ? m->now.counts[rep] : 0, first, last;
    for (int i = 0; i < count; i++)
        if (span_of(before, &m->now.ranges[rep][i], m->day, &first, &last))
            for (int day = first; day <= last; day++)
                if (all.in[day])
                    erase_stay(&all, day);
    for (int i = 0; i < count; i++)
        if (span_of(before, &m->now.ranges[rep][i], m->day, &first, &last) &&
            (!only || meets(before, first, last))) {
            all.begins[first] = true;
            for (int day = first; day <= last; day++)
                all.in[day] = true;
        }
    return all;
}

static void settle(struct days *all)
{
    for (int day = 0; day < DAYS; day++) /* another stay may come to end on the day before */
        all->begins[day] = begins(all, day);
}

static struct days days_of(const struct model *m, int rep)
{
    struct days all = corrected(m, rep, false);
    int count = m->now.there ? m->now.counts[rep] : 0;
    for (int i = 0; i < count; i++) {
        const struct range *r = &m->now.ranges[rep][i];
        int until = r->until < 0 ? DAYS - 1 : r->until;
        for (int day = r->from > m->day ? r->from : m->day; day <= until; day++)
            all.in[day] = true;
        if (r->from >= m->day && r->from <= until)
            all.begins[r->from] = true;
    }
    settle(&all);
    return all;
}

static void take(struct model *m, const struct said *said, int day)
{
    if ((m->known || m->now.there) && day > m->day) {
        for (int i = 0; i < REPS; i++) {
            m->before[i] = days_of(m, i);
            for (int d = day; d < DAYS; d++)
                m->before[i].in[d] = m->before[i].begins[d] = false;
        }
        m->day = day;
        m->known = true;
    } else if (m->known) {
        for (int i = 0; i < REPS; i++)
            if (!said->there || said->counts[i] == 0) {
                m->before[i] = corrected(m, i, true);
                settle(&m->before[i]);
            }
    }
    m->now = *said;
}

static const char *model_text(const struct model *m)
{
    static char text[8192];
    size_t size = 0;
    text[0] = 0;
    for (int i = 0; i < REPS; i++) {
        struct days days = days_of(m, i);
        bool any = false;
        for (int day = 0; day < DAYS; day++) {
            int last = day;
            if (!begins(&days, day))
                continue;
            while (last + 1 < DAYS && days.in[last + 1] && !begins(&days, last + 1))
                last++;
            if (!any)
                size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size ? ", " : "",
                                         reps[i]);
            any = true;
            size += (size_t)snprintf(text + size, sizeof text - size, " %d-%d", day, last);
        }
    }
    return text;
}

/* Dates around today, more of them in the past. */
static int some_day(struct seed *seed, int today)
{
    int day = today - 20 + (int)seed_below(seed, 30);
    return day < 1 ? 1 : day > DAYS - 2 ? DAYS - 2 : day;
}

/* Ranges in order, none over another; the first may begin and the last end without a date. */
static int some_ranges(struct seed *seed, int today, struct range *ret)
{
    int count = 0, after = 0;
    unsigned kind = (unsigned)seed_below(seed, 8);
    if (kind < 2)
        return 0;
    if (kind < 5) {
        ret[0] = (struct range){-1, -1};
        return 1;
    }
    while (count < RANGES) {
        struct range r = {some_day(seed, today), some_day(seed, today)};
        if (count == 0 && seed_below(seed, 3) == 0)
            r.from = -1;
        if (r.from >= 0 && r.from <= after)
            r.from = after + 1;
        if (r.from > DAYS - 2)
            break;
        if (r.until < (r.from < 0 ? 1 : r.from) || seed_below(seed, 2) == 0)
            r.until = -1;
        ret[count++] = r;
        if (r.until < 0 || seed_below(seed, 2) == 0)
            break;
        after = r.until;
    }
    return count;
}

static struct said some_desk(struct seed *seed, int today)
{
    struct said said = {.there = seed_below(seed, 8) != 0};
    for (int i = 0; i < REPS; i++)
        said.counts[i] = some_ranges(seed, today, said.ranges[i]);
    return said;
}

static void write_desk(const struct said *said, char *text, size_t size)
{
    size_t at = (size_t)snprintf(text, size,
                                 "desk: main\ncurrency: EUR\ntime_zone: UTC\nkinds: {order: "
                                 "{points: 1}}\nreps: [{id: ann}, {id: kim}, {id: leo}]\nteams: "
                                 "[{id: other, reps: [ann]}%s",
                                 said->there ? ", {id: t, reps: [" : "");
    bool any = false;
    for (int i = 0; said->there && i < REPS; i++)
        for (int r = 0; r < said->counts[i]; r++) {
            const struct range *range = &said->ranges[i][r];
            at += (size_t)snprintf(text + at, size - at, "%s{id: %s", any ? ", " : "", reps[i]);
            any = true;
            if (range->from >= 0)
                at += (size_t)snprintf(text + at, size - at, ", from: %s", stays_date(range->from));
            if (range->until >= 0)
                at +=
                    (size_t)snprintf(text + at, size - at, ", until: %s", stays_date(range->until));
            at += (size_t)snprintf(text + at, size - at, "}");
        }
    snprintf(text + at, size - at, said->there ? "]}]\n" : "]\n");
}

static void check(const struct kit *k, const struct model *m, const char *yaml)
{
    const char *wanted = model_text(m);
    cr_assert_str_eq(stays_of(k->e, "t", 0, DAYS - 1), wanted, "day %d: %s\nfound  %s\nwanted %s",
                     k->date - STAYS_DAY_0, yaml, stays_of(k->e, "t", 0, DAYS - 1), wanted);
    cr_assert(kit_sound(k));
    struct eh_engine *again = kit_restored(k->e);
    cr_assert_str_eq(stays_of(again, "t", 0, DAYS - 1), wanted);
    eh_engine_free(again);
}

static void live(struct seed *seed)
{
    struct kit k;
    struct model m = {.day = 0};
    char yaml[4096];
    kit_open(&k, EH_RULES_LAST);
    kit_day(&k, STAYS_DAY_0 + 10);
    for (int i = 0; i < DESKS; i++) {
        int today = k.date - STAYS_DAY_0;
        struct said said = some_desk(seed, today);
        write_desk(&said, yaml, sizeof yaml);
        kit_desk(&k, yaml);
        cr_assert_not(k.fx.refused, "%s: %s", kit_refused(&k), yaml);
        take(&m, &said, today);
        check(&k, &m, yaml);
        if (seed_below(seed, 3) > 0 && today < DAYS - 10)
            kit_day(&k, k.date + 1 + (int32_t)seed_below(seed, 4));
    }
    kit_done(&k);
}

Test(stays, any_desks)
{
    struct seed seed = seed_start();
    for (int i = 0; i < LIVES; i++)
        live(&seed);
}
