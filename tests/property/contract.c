/*
 * contract: hours that desks change on any days, handed over as a daemon does it, against a model
 * that keeps every day by itself.
 *
 * The model writes down for each rep and day by which hours the desk of that day let them work.
 * Nothing else is known to it: no numbers of schedules, no windows. It is asked after each desk,
 * and so is an engine restored from a snapshot.
 */
#include <criterion/criterion.h>

#include <evenhand/calendar/handover.h>
#include <evenhand/calendar/zones.h>
#include <evenhand/engine/periods.h>

#include "../unit/hours_kit.h"
#include "seed.h"

enum { LIVES = 60, TURNS = 70, DAYS = 1200, REPS = 4, CALENDARS = 5, ASKED = 40, JUMP = 80 };
enum { ABSENT = -2, NONE = -1 }; /* instead of a calendar: off the desk; without hours */

TestSuite(contract, .timeout = 1800);

/* Days by name; of two days, 29 days ahead of the first desk, a third has nothing. */
static const char calendars[] =
    "calendars:\n"
    "  - {id: c0, hours: {mon-fri: 08:00-16:00}, holidays: [2024-10-14, 2024-11-01]}\n"
    "  - {id: c1, hours: {mon-sun: 22:00-06:00}}\n"
    "  - {id: c2, hours: {tue: 09:00-12:30 13:00-14:00, sat: 10:00-11:00}}\n"
    "  - {id: c3, hours: {mon-sun: 00:00-24:00}}\n"
    "  - {id: c4, hours: {wed: 12:00-12:45}}\n";
static const uint16_t week[CALENDARS][7] = {{480, 480, 480, 480, 480, 0, 0},
                                            {480, 480, 480, 480, 480, 480, 480},
                                            {0, 270, 0, 0, 0, 60, 0},
                                            {1440, 1440, 1440, 1440, 1440, 1440, 1440},
                                            {0, 0, 45, 0, 0, 0, 0}};

static struct {
    struct kit k;
    struct seed seed;
    struct eh_zones zones;
    int today;              /* days since KIT_TODAY */
    int8_t by[REPS][DAYS];  /* a calendar, ABSENT or NONE; of days up to today */
    int8_t own[REPS], team; /* as the desk of now says: a calendar, or NONE */
    uint64_t known, unknown;
} w;

static int below(uint64_t number)
{
    return (int)seed_below(&w.seed, number);
}

static int64_t utc(void *context, const char *time_zone, int64_t instant_s)
{
    (void)context;
    (void)time_zone;
    (void)instant_s;
    return 0;
}

/* ---- what the desks say */

static int minutes_by(int calendar, int day)
{
    int date = KIT_TODAY + day;
    bool holiday = date == eh_date_of(2024, 10, 14) || date == eh_date_of(2024, 11, 1);
    return calendar == 0 && holiday ? 0 : week[calendar][(date + 3) % 7];
}

static int calendar_now(int rep)
{
    return w.own[rep] == NONE ? w.team : w.own[rep];
}

/* The desk of now holds for these days. */
static void days_write(int first, int last)
{
    for (int rep = 0; rep < REPS; rep++)
        for (int day = first; day <= last; day++)
            w.by[rep][day] = (int8_t)calendar_now(rep);
}

static int8_t hours_any(int none_of)
{
    return below((uint64_t)none_of) ? (int8_t)below(CALENDARS) : NONE;
}

static void desk_change(void)
{
    if (below(4) == 0)
        w.team = hours_any(6);
    for (int rep = 0; rep < REPS; rep++)
        if (below(3) == 0)
            w.own[rep] = below(5) == 0 ? ABSENT : hours_any(3);
}

static void desk_write(char *to, size_t size)
{
    size_t at = (size_t)snprintf(to, size,
                                 "desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                                 "kinds: {order: {points: 1}}\n%sreps:\n  - {id: boss}\n",
                                 calendars);
    for (int rep = 0; rep < REPS; rep++)
        if (w.own[rep] >= 0)
            at += (size_t)snprintf(to + at, size - at, "  - {id: r%d, hours: c%d}\n", rep,
                                   w.own[rep]);
        else if (w.own[rep] == NONE)
            at += (size_t)snprintf(to + at, size - at, "  - {id: r%d}\n", rep);
    at += (size_t)snprintf(to + at, size - at, "teams:\n  - id: t\n    reps: [boss");
    for (int rep = 0; rep < REPS; rep++)
        if (w.own[rep] != ABSENT)
            at += (size_t)snprintf(to + at, size - at, ", r%d", rep);
    at += (size_t)snprintf(to + at, size - at, "]\n");
    if (w.team >= 0)
        snprintf(to + at, size - at, "    hours: c%d\n", w.team);
}

/* ---- as a daemon does it */

static void hand_over(void)
{
    const struct eh_held held = eh_held_engine(w.k.e);
    const struct eh_hours_zone zone = {eh_zones_instant, &w.zones};
    const struct eh_handover_at at = {w.k.now_us, w.k.date, &zone};
    struct eh_handover handover = {0};
    cr_assert_eq(eh_handover_make(eh_engine_desk(w.k.e), &held, &at, &handover), 0);
    for (uint32_t i = 0; i < handover.count; i++) {
        struct hours h = {handover.texts[i]};
        handover.texts[i] = (struct eh_bytes)EH_BYTES_INIT;
        cr_assert_eq(hours_give(&w.k, &h), 0);
        cr_assert_not(w.k.fx.refused, "%s", kit_refused(&w.k));
        eh_bytes_done(&h.text);
    }
    eh_handover_done(&handover);
}

static void desk_apply(void)
{
    char yaml[4096];
    desk_write(yaml, sizeof yaml);
    cr_assert_eq(kit_desk(&w.k, yaml), 0);
    cr_assert_not(w.k.fx.refused, "%s", kit_refused(&w.k));
    hand_over();
    days_write(w.today, w.today);
}

/* The days in between were under the desk that was there. */
static void day_turn(int days)
{
    if (days > 0)
        days_write(w.today, w.today + days);
    w.today += days;
    int64_t at_us = KIT_START + (int64_t)w.today * 24 * HOUR_US + below(24) * HOUR_US;
    w.k.now_us = at_us > w.k.now_us ? at_us : w.k.now_us;
    kit_day(&w.k, KIT_TODAY + w.today);
    hand_over();
}

/* ---- asked */

struct answer {
    bool known;
    struct eh_contract sum;
};

static struct answer model_sum(int rep, int first, int last)
{
    struct answer answer = {.known = true, .sum = {.until = EH_DATE_NEVER}};
    for (int day = first; answer.known && day <= last; day++) {
        int by = day > w.today ? calendar_now(rep) : w.by[rep][day];
        bool told = day <= w.today + EH_SCHEDULE_DAYS;
        answer.known = by >= 0;
        if (answer.known && told)
            answer.sum.minutes += minutes_by(by, day);
        else if (answer.known && answer.sum.until == EH_DATE_NEVER)
            answer.sum.until = KIT_TODAY + day - 1;
    }
    return answer;
}

static struct answer engine_sum(const struct eh_engine *e, int rep, int first, int last)
{
    const char id[] = {'r', (char)('0' + rep), 0};
    const struct eh_stay stay = {KIT_TODAY + first, KIT_TODAY + last};
    struct answer answer = {.sum = {.until = EH_DATE_NEVER}};
    answer.known = eh_engine_contract(e, eh_str("t"), eh_str(id), &stay, &answer.sum);
    return answer;
}

/* The rep was on the desk on all of these days. */
static bool was_there(int rep, int first, int last)
{
    for (int day = first; day <= last; day++)
        if ((day > w.today ? w.own[rep] : w.by[rep][day]) == ABSENT)
            return false;
    return true;
}

static void check(const struct eh_engine *e)
{
    for (int i = 0; i < ASKED; i++) {
        int rep = below(REPS), back = w.today < EH_CONTRACT_DAYS ? w.today : EH_CONTRACT_DAYS;
        int first = w.today - below((uint64_t)back + 1), last = first + below(95);
        if (!was_there(rep, first, last))
            continue;
        struct answer wanted = model_sum(rep, first, last), got = engine_sum(e, rep, first, last);
        w.known += wanted.known;
        w.unknown += !wanted.known;
        cr_assert_eq(got.known, wanted.known, "r%d from %d to %d, today %d", rep, first, last,
                     w.today);
        cr_assert(!wanted.known ||
                      (got.sum.minutes == wanted.sum.minutes && got.sum.until == wanted.sum.until),
                  "r%d from %d to %d, today %d: %lld, not %lld", rep, first, last, w.today,
                  (long long)got.sum.minutes, (long long)wanted.sum.minutes);
    }
}

static void check_all(void)
{
    struct eh_engine *again = kit_restored(w.k.e);
    cr_assert(kit_sound(&w.k));
    check(w.k.e);
    check(again);
    if (below(4) == 0) {
        eh_engine_free(w.k.e);
        w.k.e = again;
    } else {
        eh_engine_free(again);
    }
}

static void live(void)
{
    kit_open(&w.k, EH_RULES_LAST);
    w.today = 0;
    w.team = hours_any(6);
    for (int rep = 0; rep < REPS; rep++)
        w.own[rep] = hours_any(3);
    kit_day(&w.k, KIT_TODAY);
    desk_apply();
    for (int turn = 0; turn < TURNS && w.today < DAYS - JUMP; turn++) {
        day_turn(below(12) ? below(9) : below(JUMP));
        for (int n = below(3); n > 0; n--) {
            desk_change();
            desk_apply();
        }
        check_all();
    }
    kit_done(&w.k);
}

Test(contract, each_day_by_the_hours_of_that_day)
{
    w.seed = seed_start();
    w.zones.offsets.at = utc;
    for (int i = 0; i < LIVES; i++)
        live();
    printf("# %llu sums known, %llu not\n", (unsigned long long)w.known,
           (unsigned long long)w.unknown);
    cr_assert(w.known > 1000 && w.unknown > 100);
}
