/*
 * zones: which time zone the desks said for which day, and the civil date on which an outcome
 * counts.
 *
 * A bonus period is one of the zone of its first day: an outcome around midnight does not change
 * its period because the desk moved to another zone later. It counts in the first period that is
 * not over by its own zone's clock; on its first day, if the period has not begun by it.
 */
#include "zones.h"

#include "index.h"
#include "interner.h"
#include "state.h"
#include "ticket.h"

#define ZONES_APART 2 /* dates of two zones are never so many days apart */
#define MINUTE_S    60
#define DAY_S       INT64_C(86400)
#define ZONE_MOST_S (26 * INT64_C(3600)) /* no zone is so far from UTC */

/* Adds a zone that the desks said from this day on. The first one holds for all days before, too;
 * the oldest are forgotten. */
static void zones_add(struct eh_engine *e, int32_t from, uint32_t zone)
{
    if (e->zones.count == EH_ZONES_KEPT) {
        memmove(&e->zones.said[0], &e->zones.said[1], (EH_ZONES_KEPT - 1) * sizeof *e->zones.said);
        e->zones.count--;
    }
    e->zones.said[e->zones.count++] =
        (struct zone_said){e->zones.count ? from : EH_DATE_ALWAYS, zone};
}

int eh_zones_turn(struct eh_engine *e, const struct eh_desk *new, int32_t day)
{
    struct eh_str zone = e->desk ? e->desk->desk->time_zone : eh_str(NULL);
    uint32_t no;
    if (!e->desk || e->told_from >= day ||
        (e->zones.count == 0 && eh_str_equal(zone, new->time_zone)))
        return 0;
    int r = eh_intern_zone(e, zone, &no);
    if (r == 0 && (e->zones.count == 0 || e->zones.said[e->zones.count - 1].zone != no))
        zones_add(e, e->told_from, no);
    return r;
}

void eh_zones_back(struct eh_engine *e, int32_t date)
{
    while (e->zones.count > 1 && e->zones.said[e->zones.count - 1].from >= date)
        e->zones.count--;
}

static struct eh_str zones_on(const struct eh_engine *e, int32_t day)
{
    uint32_t at = e->zones.count;
    if (at == 0 || day >= e->told_from)
        return e->desk->desk->time_zone;
    while (at > 1 && e->zones.said[at - 1].from > day)
        at--;
    return e->zones.names.items[e->zones.said[at - 1].zone];
}

struct eh_str eh_engine_zone(const struct eh_engine *e, int32_t day)
{
    return e->desk ? zones_on(e, day) : eh_str(NULL);
}

/* ---- the date */

struct days {
    int32_t first, last;
};

/* The days of the team's period around a day; the day alone if no plan governs it. */
static struct days days_around(const struct eh_engine *e, struct eh_str team, int32_t day)
{
    const struct eh_bonus_plan *plan = team.size ? eh_desk_plan(e->desk->desk, team, day) : NULL;
    if (!plan)
        return (struct days){day, day};
    struct eh_period period = eh_period_of(plan->from.kind, day);
    return (struct days){eh_period_first(period), eh_period_last(period)};
}

/* The team of the ticket that the message is about, or empty. */
static struct eh_str ticket_team(const struct eh_engine *e, const struct eh_input *in)
{
    struct eh_ticket_view view = {.no = 0};
    uint32_t slot = eh_ticket_find(e, eh_ticket_identity(in->message.source, in->message.id));
    if (slot != NONE)
        return interned(&e->roster.team_ids, e->tickets.slots[slot].team);
    if (in->recalled.ticket_known &&
        eh_ticket_image_view(in->recalled.ticket_image, &view, NULL) < 0)
        view.team = eh_str(NULL);
    return view.team;
}

int32_t eh_engine_local_date(const struct eh_engine *e, const struct eh_input *in,
                             eh_zone_date_fn *date_in, void *context)
{
    if (!e->desk || (e->zones.count == 0 && !eh_message_has(&in->message, EH_FIELD_AT)))
        return in->date;
    int32_t date = date_in(context, e->desk->desk->time_zone);
    if (e->zones.count == 0)
        return date;
    struct eh_str team = ticket_team(e, in);
    struct days period = days_around(e, team, date);
    for (int back = 0; back < ZONES_APART; back++)
        period = days_around(e, team, period.first - 1);
    for (int tried = 0; tried <= 2 * ZONES_APART; tried++) {
        date = date_in(context, zones_on(e, period.first));
        if (date <= period.last)
            return date > period.first ? date : period.first;
        period = days_around(e, team, period.last + 1);
    }
    return date;
}

/* ---- how long a period is */

/* The first second of a local day: no zone is further from UTC than that. */
static int64_t day_begin_s(struct eh_str zone, int32_t date, eh_zone_date_at_fn *date_at,
                           void *context)
{
    int64_t low = date * DAY_S - ZONE_MOST_S, high = date * DAY_S + ZONE_MOST_S;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (date_at(context, zone, middle * SECOND_US) < date)
            low = middle;
        else
            high = middle;
    }
    return high;
}

int64_t eh_engine_period_minutes(const struct eh_engine *e, struct eh_period period,
                                 eh_zone_date_at_fn *date_at, void *context)
{
    int32_t first = eh_period_first(period), last = eh_period_last(period);
    struct eh_str zone = eh_engine_zone(e, first);
    if (zone.size == 0)
        return 0;
    return (day_begin_s(zone, last + 1, date_at, context) -
            day_begin_s(zone, first, date_at, context)) /
           MINUTE_S;
}

/* ---- canonical bytes */

int eh_zones_read(struct eh_engine *e, struct eh_reader *in)
{
    uint64_t count = eh_read_u(in);
    int r = count > EH_ZONES_KEPT ? -EH_ECORRUPT : 0;
    for (uint64_t i = 0; r == 0 && i < count && !in->failed; i++) {
        struct zone_said said = {.from = eh_read_i32(in)};
        struct eh_str name = eh_read_str(in);
        bool ordered = i == 0 ? said.from == EH_DATE_ALWAYS : said.from > e->zones.said[i - 1].from;
        r = name.size && ordered ? eh_intern_zone(e, name, &said.zone) : -EH_ECORRUPT;
        if (r == 0)
            e->zones.said[e->zones.count++] = said;
    }
    return r;
}
