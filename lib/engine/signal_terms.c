/*
 * signal_terms: how long a signal lasts, and when the next one may take effect.
 *
 * Overloaded has bounds, which follow from the rep's teams; away has none. Overloaded said again
 * lasts anew, but only so often in a row. Then it is refused until it has been over for at_least.
 */
#include "signal_terms.h"

#include "state.h"

static int64_t time_after(int64_t at_us, int64_t seconds)
{
    if (seconds <= 0)
        return at_us;
    return seconds > (EH_TIME_NEVER - at_us) / SECOND_US ? EH_TIME_NEVER
                                                         : at_us + seconds * SECOND_US;
}

struct bounds {
    int64_t at_least_s, at_most_s;
};

/* The largest at_least and the smallest at_most of the teams the rep is in today; at_most wins. */
static struct bounds rep_bounds(const struct eh_engine *e, const struct rep *rep)
{
    struct bounds bounds = {-1, INT64_MAX};
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct team *team = &e->roster.teams[rep->memberships[i].team];
        if (!team->members[rep->memberships[i].position].active)
            continue;
        if (team->desk->overloaded_at_least_s > bounds.at_least_s)
            bounds.at_least_s = team->desk->overloaded_at_least_s;
        if (team->desk->overloaded_at_most_s < bounds.at_most_s)
            bounds.at_most_s = team->desk->overloaded_at_most_s;
    }
    if (bounds.at_least_s < 0)
        bounds = (struct bounds){AT_LEAST_DEFAULT_S, AT_MOST_DEFAULT_S};
    if (bounds.at_least_s > bounds.at_most_s)
        bounds.at_least_s = bounds.at_most_s;
    return bounds;
}

void eh_overloaded_bounds(const struct eh_engine *e, const struct rep *rep, int64_t *ret_at_least_s,
                          int64_t *ret_at_most_s)
{
    struct bounds bounds = rep_bounds(e, rep);
    *ret_at_least_s = bounds.at_least_s;
    *ret_at_most_s = bounds.at_most_s;
}

static int64_t overloaded_until(struct said said, struct bounds bounds, int64_t now_us)
{
    int64_t seconds = bounds.at_most_s;
    if (said.has_for && said.for_s < seconds)
        seconds = said.for_s > bounds.at_least_s ? said.for_s : bounds.at_least_s;
    return time_after(now_us, seconds);
}

/* When it ends by itself if it takes effect at `from_us`. */
int64_t eh_signal_until(const struct eh_engine *e, const struct rep *rep, struct said said,
                        int64_t from_us)
{
    if (said.status == EH_STATUS_OVERLOADED)
        return overloaded_until(said, rep_bounds(e, rep), from_us);
    return said.status == EH_STATUS_AWAY && said.has_for ? time_after(from_us, said.for_s)
                                                         : EH_TIME_NEVER;
}

/* ---- rates */

/* So many in a minute and a day; beyond the day's number, one in each pause. */
struct limit {
    uint32_t a_minute, a_day;
    int64_t pause_s;
};

static const struct limit changes = {EH_CHANGES_A_MINUTE, EH_CHANGES_A_DAY, EH_CHANGE_PAUSE_S};
static const struct limit inputs = {EH_SIGNALS_A_MINUTE, EH_SIGNALS_A_DAY, EH_SIGNAL_PAUSE_S};

/* When the next one may come: now, or later. */
static int64_t rate_allowed_from(const struct rate *rate, struct limit limit, int32_t date,
                                 int64_t now_us)
{
    int64_t from = now_us;
    int64_t minute = time_after(rate->minute_us, MINUTE_S),
            pause = time_after(rate->last_us, limit.pause_s);
    if (rate->minute_count >= limit.a_minute && minute > from)
        from = minute;
    if (rate->date == date && rate->day_count >= limit.a_day && pause > from)
        from = pause;
    return from;
}

void eh_rate_count(struct rate *rate, int32_t date, int64_t now_us)
{
    if (now_us >= time_after(rate->minute_us, MINUTE_S)) {
        rate->minute_us = now_us;
        rate->minute_count = 0;
    }
    if (rate->date != date) {
        rate->date = date;
        rate->day_count = 0;
    }
    rate->last_us = now_us;
    rate->minute_count += rate->minute_count < UINT32_MAX;
    rate->day_count += rate->day_count < UINT32_MAX;
}

int64_t eh_change_from(const struct rep *rep, int32_t date, int64_t now_us)
{
    return rate_allowed_from(&rep->changes, changes, date, now_us);
}

void eh_changes_left(const struct rep *rep, int32_t date, int64_t now_us, uint32_t *ret_minute,
                     uint32_t *ret_today)
{
    const struct rate *rate = &rep->changes;
    bool same_minute = now_us < time_after(rate->minute_us, MINUTE_S);
    uint32_t minute = same_minute ? rate->minute_count : 0;
    uint32_t today = rate->date == date ? rate->day_count : 0;
    *ret_minute = minute < changes.a_minute ? changes.a_minute - minute : 0;
    *ret_today = today < changes.a_day ? changes.a_day - today : 0;
}

int64_t eh_input_from(const struct rep *rep, int32_t date, int64_t now_us)
{
    return rate_allowed_from(&rep->said, inputs, date, now_us);
}

int64_t eh_overloaded_least_until(const struct eh_engine *e, const struct rep *rep, int64_t from_us)
{
    return time_after(from_us, rep_bounds(e, rep).at_least_s);
}

/* ---- overloaded in a row */

/* When overloaded that ended at `over_us` counts as new if it is said again. */
static int64_t overload_pause_end(const struct eh_engine *e, const struct rep *rep, int64_t over_us)
{
    return eh_overloaded_least_until(e, rep, over_us);
}

static bool overload_lasts_anew(const struct eh_engine *e, const struct rep *rep, struct said said,
                                int64_t now_us)
{
    return said.status == EH_STATUS_OVERLOADED &&
           (rep->status != EH_STATUS_OVERLOADED ||
            eh_signal_until(e, rep, said, now_us) >
                time_after(rep->until_us, EH_OVERLOADED_AGAIN_S));
}

/* When overloaded may last anew, as it is said now: now, or later. */
int64_t eh_overload_from(const struct eh_engine *e, const struct rep *rep, struct said said,
                         int64_t now_us)
{
    if (e->rules < EH_RULES_OTHERS || rep->overloads <= EH_OVERLOADED_RENEWALS ||
        !overload_lasts_anew(e, rep, said, now_us))
        return now_us;
    bool still = rep->status == EH_STATUS_OVERLOADED;
    int64_t from = overload_pause_end(e, rep, still ? rep->until_us : rep->overload_over_us);
    return from > now_us ? from : now_us;
}

/* It says what is in force, and not for longer. */
bool eh_overload_repeats(const struct eh_engine *e, const struct rep *rep, struct said said,
                         int64_t now_us)
{
    return e->rules >= EH_RULES_OTHERS && said.status == EH_STATUS_OVERLOADED &&
           rep->status == EH_STATUS_OVERLOADED && !overload_lasts_anew(e, rep, said, now_us);
}

void eh_overload_count(const struct eh_engine *e, struct rep *rep, struct said said, int64_t now_us)
{
    if (e->rules < EH_RULES_OTHERS || !overload_lasts_anew(e, rep, said, now_us))
        return;
    bool goes_on =
        rep->overload_over_us && now_us < overload_pause_end(e, rep, rep->overload_over_us);
    rep->overloads = rep->status == EH_STATUS_OVERLOADED || goes_on ? rep->overloads + 1 : 1;
}
