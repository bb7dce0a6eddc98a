/* weights: what part of a team's tickets each rep could have had, by shares, hours and membership.
 *
 * A ticket is shared out, by their shares, among those who were there when it came; where nobody
 * was, among those who were the first to come. A rep who was there half the time is as well off
 * with half of it.
 */
#include <math.h>
#include <stdlib.h>

#include "simulation.h"
#include "term/zone.h"

struct member {
    const struct eh_desk_calendar *calendar; /* NULL: always there */
    uint32_t hours;                          /* number of the member who has these hours, too */
    uint32_t at;                             /* spans before it are over */
    int32_t from, until;                     /* local dates */
    int64_t comes_us;                        /* there from then on; EH_TIME_NEVER: no more */
    double share, part;                      /* part: of the tickets so far */
};

struct weighing {
    const struct eh_desk_team *team;
    struct member *members;
    struct eh_hours *hours; /* by member; empty where an earlier one has the same calendar */
};

/* ---- who is there */

static uint32_t calendar_first(const struct weighing *w, uint32_t member)
{
    uint32_t first = 0;
    while (w->members[first].calendar != w->members[member].calendar)
        first++;
    return first;
}

static int members_fill(const struct eh_simulation *s, struct weighing *w, struct eh_zones *zones,
                        struct eh_error *error)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < w->team->member_count; i++) {
        const struct eh_desk_member *of = &w->team->members[i];
        const struct eh_desk_rep *rep = &s->desk->reps[of->rep];
        struct member *m = &w->members[i];
        *m = (struct member){.calendar = rep->hours ? rep->hours : w->team->hours,
                             .from = of->from,
                             .until = of->until,
                             .share = rep->share_ppm};
        m->hours = calendar_first(w, i);
        if (m->calendar && m->hours == i)
            r = eh_simulation_expand(s, m->calendar, zones, &w->hours[i], error);
    }
    return r;
}

static void member_look(const struct weighing *w, struct member *m, int64_t at_us)
{
    const struct eh_hours *hours = &w->hours[m->hours];
    while (m->at < hours->count && hours->spans[m->at].until_us <= at_us)
        m->at++;
    m->comes_us = m->at == hours->count ? EH_TIME_NEVER : hours->spans[m->at].from_us;
    if (!m->calendar || m->comes_us < at_us)
        m->comes_us = at_us;
    if (m->comes_us == EH_TIME_NEVER || (m->from == EH_DATE_ALWAYS && m->until == EH_DATE_NEVER))
        return;
    int32_t date = eh_zone_date(m->comes_us / 1000);
    if (date < m->from || date > m->until)
        m->comes_us = EH_TIME_NEVER;
}

/* Shares out a ticket that came then. */
static void ticket_share(struct weighing *w, int64_t at_us)
{
    int64_t first_us = EH_TIME_NEVER;
    double all = 0;
    for (uint32_t i = 0; i < w->team->member_count; i++) {
        struct member *m = &w->members[i];
        member_look(w, m, at_us);
        all = m->comes_us < first_us ? 0 : all;
        first_us = m->comes_us < first_us ? m->comes_us : first_us;
        all += m->comes_us == first_us ? m->share : 0;
    }
    for (uint32_t i = 0; first_us != EH_TIME_NEVER && i < w->team->member_count; i++)
        if (w->members[i].comes_us == first_us)
            w->members[i].part += w->members[i].share / all;
}

/* ---- weights */

/* Of whoever could have had the most for their share the weight is the share. */
static void weights_set(struct weighing *w, uint32_t *ret)
{
    double most = 0;
    for (uint32_t i = 0; i < w->team->member_count; i++)
        most = fmax(most, w->members[i].part / w->members[i].share);
    for (uint32_t i = 0; i < w->team->member_count; i++)
        ret[i] = (uint32_t)lround(most > 0 ? w->members[i].part / most : w->members[i].share);
}

static int team_weigh(struct eh_simulation *s, uint32_t team, struct eh_zones *zones,
                      struct eh_error *error)
{
    const struct eh_desk_team *of = &s->desk->teams[team];
    size_t room = of->member_count + (size_t)1;
    struct weighing w = {of, calloc(room, sizeof *w.members), calloc(room, sizeof *w.hours)};
    s->weights[team] = calloc(room, sizeof *s->weights[team]);
    int r = w.members && w.hours && s->weights[team]
                ? members_fill(s, &w, zones, error)
                : eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r == 0)
        r = eh_zone_set(zones->offsets.context, s->desk->time_zone, error);
    for (size_t i = 0; r == 0 && i < s->messages.count; i++)
        if (s->messages.items[i].is_ticket && s->tickets[s->ticket_of[i]].team == team)
            ticket_share(&w, s->messages.items[i].at_us);
    if (r == 0)
        weights_set(&w, s->weights[team]);
    for (uint32_t i = 0; w.hours && i < of->member_count; i++)
        eh_hours_done(&w.hours[i]);
    free(w.hours);
    free(w.members);
    return r;
}

uint32_t eh_simulation_weight(const struct eh_simulation *s, uint32_t team, uint32_t rep)
{
    const struct eh_desk_team *of = &s->desk->teams[team];
    uint32_t weight = 0;
    bool member = false;
    for (uint32_t i = 0; i < of->member_count; i++)
        if (of->members[i].rep == rep) {
            weight += s->weights[team][i];
            member = true;
        }
    return member ? weight : s->desk->reps[rep].share_ppm;
}

int eh_simulation_weigh(struct eh_simulation *s, struct eh_error *error)
{
    struct eh_zone set = {0};
    struct eh_zones zones = {.offsets = {eh_zone_offset_s, &set}};
    s->weights = calloc(s->desk->team_count + (size_t)1, sizeof *s->weights);
    if (!s->weights)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < s->desk->team_count; i++)
        r = team_weigh(s, i, &zones, error);
    for (size_t i = 0; r == 0 && i < s->recorded.count; i++) {
        struct eh_tally_row *row = &s->recorded.rows[i];
        if (s->desk_reps[row->rep] != EH_SIMULATION_NONE)
            row->weight_ppm = eh_simulation_weight(s, row->team, s->desk_reps[row->rep]);
    }
    return r;
}
