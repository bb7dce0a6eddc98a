/*
 * leaving: what becomes of the open tickets of reps whom a new desk takes out of a team, told
 * before the desk takes effect.
 */
#include "interner.h"
#include "state.h"

#define NO_DAY (EH_DATE_ALWAYS + 1) /* not in the team today */

/* The place of the first row of the rep with this number on the desk. */
static uint32_t rep_first_row(const struct eh_desk_team *team, uint32_t rep)
{
    uint32_t low = 0, high = team->member_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (team->members[middle].rep < rep)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The last day of the rep's stay in the team that holds today: EH_DATE_NEVER, a day, or NO_DAY. */
static int32_t rep_last_day(const struct eh_desk *desk, struct eh_str team_id, struct eh_str rep_id,
                            int32_t today)
{
    const struct eh_desk_team *team = eh_desk_team(desk, team_id);
    const struct eh_desk_rep *found = eh_desk_rep(desk, rep_id);
    uint32_t rep = found ? (uint32_t)(found - desk->reps) : 0;
    int32_t last = NO_DAY;
    if (!team || !found)
        return NO_DAY;
    for (uint32_t i = rep_first_row(team, rep);
         i < team->member_count && team->members[i].rep == rep; i++) {
        const struct eh_desk_member *m = &team->members[i];
        bool goes_on = last != NO_DAY && last != EH_DATE_NEVER && m->from == last + 1;
        if ((m->from <= today && today <= m->until) || goes_on)
            last = m->until;
    }
    return last;
}

/* "3 open tickets go back to the deal" */
static void fate_print(const struct eh_desk_team *team, uint32_t open, char *text, size_t size)
{
    const char *s = open == 1 ? "" : "s", *es = open == 1 ? "es" : "";
    if (team->leavers_work == EH_LEAVERS_WORK_KEEP)
        eh_format(text, size, "%u open ticket%s stay%s with them (leavers_work: keep)", open, s,
                  open == 1 ? "s" : "");
    else if (team->leavers_work == EH_LEAVERS_WORK_TO)
        eh_format(text, size, "%u open ticket%s go%s to team %.*s", open, s, es,
                  EH_STR_ARG(team->leavers_to));
    else
        eh_format(text, size, "%u open ticket%s go%s back to the deal", open, s, es);
}

static bool account_tell_leaving(const struct eh_engine *e, const struct account *account,
                                 const struct eh_desk *new, eh_desk_line_fn *line, void *context)
{
    struct eh_str team = interned(&e->roster.team_ids, account->team);
    struct eh_str rep = interned(&e->roster.rep_ids, account->rep);
    const struct eh_desk_team *to = eh_desk_team(new, team);
    int32_t old = rep_last_day(e->desk->desk, team, rep, e->date);
    int32_t last = rep_last_day(new, team, rep, e->date);
    bool off = !eh_desk_rep(new, rep);
    if (!to || account->open == 0 || last == EH_DATE_NEVER || (last == old && !off))
        return false;
    char text[4 * EH_ID_MAX + 128], fate[2 * EH_ID_MAX + 64], day[EH_DECIMAL_TEXT_MAX];
    fate_print(to, account->open, fate, sizeof fate);
    if (last == NO_DAY)
        eh_format(text, sizeof text, "%.*s is not in team %.*s any more: %s", EH_STR_ARG(rep),
                  EH_STR_ARG(team), fate);
    else
        eh_format(text, sizeof text, "%.*s's last day in team %.*s is %.*s: %s", EH_STR_ARG(rep),
                  EH_STR_ARG(team), (int)eh_date_print(last, day), day, fate);
    line(context, text);
    return true;
}

size_t eh_engine_leaving(const struct eh_engine *e, const struct eh_desk *new,
                         eh_desk_line_fn *line, void *context)
{
    size_t count = 0;
    for (uint32_t i = 0; e->desk && i < e->accounts.count; i++)
        count += e->accounts.items[i].open > 0 &&
                 account_tell_leaving(e, &e->accounts.items[i], new, line, context);
    return count;
}
