/*
 * leavers: who leaves a team and who comes back, by a new day or a new desk file.
 *
 * A step that changes either notes beforehand who was where (eh_duty_note), and looks afterwards
 * what became of them (eh_duty_change). Whoever is out of a team with open tickets there leaves
 * work behind: rounds of it (manager.c) go back to the deal, as the team's `leavers_work` says.
 * Whoever had left every team, or the desk, and comes back starts afresh.
 *
 * Before EH_RULES_LEAVERS nothing of it happened: who had left by then is marked as gone, and their
 * tickets stay with them until a manager releases them.
 */
#include "calls.h"

#include <stdlib.h>

/* ---- lists of team ids, joined by '\x1f' */

struct eh_str eh_team_list_next(struct eh_str *list)
{
    struct eh_str whole = *list;
    const char *end = whole.size ? memchr(whole.data, '\x1f', whole.size) : NULL;
    *list = eh_str_n(NULL, 0);
    if (!end)
        return whole;
    uint32_t size = (uint32_t)(end - whole.data);
    *list = eh_str_n(end + 1, whole.size - size - 1);
    return eh_str_n(whole.data, size);
}

bool eh_team_list_has(struct eh_str list, struct eh_str team)
{
    while (list.size > 0)
        if (eh_str_equal(eh_team_list_next(&list), team))
            return true;
    return false;
}

int eh_team_list_add(char **text, uint32_t *size, struct eh_str team)
{
    uint32_t glue = *size > 0;
    char *grown = realloc(*text, (size_t)*size + glue + team.size);
    if (!grown)
        return -EH_ENOMEM;
    if (glue)
        grown[*size] = '\x1f';
    memcpy(grown + *size + glue, team.data, team.size);
    *text = grown;
    *size += glue + team.size;
    return 0;
}

/* ---- before */

#define WAS_PRESENT 1
#define WAS_ACTIVE  2

static bool is_on_duty(const struct eh_engine *e, const struct rep *rep)
{
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct membership *m = &rep->memberships[i];
        if (e->teams[m->team].members[m->position].active)
            return true;
    }
    return false;
}

void eh_duty_done(struct duty *duty)
{
    free(duty->reps);
    free(duty->seats);
    *duty = (struct duty){.reps = NULL};
}

static uint32_t count_members(const struct eh_engine *e)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->team_names.count; i++)
        count += e->teams[i].desk ? e->teams[i].member_count : 0;
    return count;
}

/* The members of a team who have open tickets of it. */
static void note_team(const struct eh_engine *e, uint32_t team_no, struct duty *duty)
{
    const struct team *team = &e->teams[team_no];
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct member *member = &team->members[i];
        if (e->accounts[member->account].open > 0)
            duty->seats[duty->seat_count++] = (struct seat){team_no, member->rep, member->active};
    }
}

int eh_duty_note(const struct eh_engine *e, struct duty *ret)
{
    *ret = (struct duty){.reps = NULL};
    if (e->rules < EH_RULES_LEAVERS)
        return 0;
    ret->rep_count = e->rep_names.count;
    ret->reps = calloc(ret->rep_count + (size_t)1, sizeof *ret->reps);
    ret->seats = calloc(count_members(e) + (size_t)1, sizeof *ret->seats);
    if (!ret->reps || !ret->seats) {
        eh_duty_done(ret);
        return -EH_ENOMEM;
    }
    for (uint32_t i = 0; i < ret->rep_count; i++)
        ret->reps[i] = (uint8_t)((e->reps[i].present ? WAS_PRESENT : 0) |
                                 (is_on_duty(e, &e->reps[i]) ? WAS_ACTIVE : 0));
    for (uint32_t i = 0; i < e->team_names.count; i++)
        if (e->teams[i].desk)
            note_team(e, i, ret);
    return 0;
}

/* ---- work left behind */

static int leave_work(struct eh_engine *e, uint32_t rep_no, uint32_t team)
{
    struct rep *rep = &e->reps[rep_no];
    struct eh_str id = name_of(&e->team_names, team);
    if (eh_team_list_has(eh_str_n(rep->leaves, rep->leaves_size), id))
        return 0;
    int r = eh_team_list_add(&rep->leaves, &rep->leaves_size, id);
    if (r == 0)
        r = eh_rounds_update(e, rep_no);
    eh_digest_rep(e, rep_no);
    return r;
}

/* Out of the team, or out of it today and not before. */
static int leave_seats(struct eh_engine *e, const struct duty *duty)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < duty->seat_count; i++) {
        const struct seat *seat = &duty->seats[i];
        uint32_t at = eh_member_position(e, seat->team, seat->rep);
        if (at == NONE || (seat->active && !e->teams[seat->team].members[at].active))
            r = leave_work(e, seat->rep, seat->team);
    }
    return r;
}

/* Off the desk file: also what they kept of teams they had left before. */
static int leave_desk(struct eh_engine *e, uint32_t rep_no)
{
    uint32_t last = NONE;
    int r = 0;
    for (uint32_t at = e->reps[rep_no].open.first; r == 0 && at != NONE; at = e->tickets[at].next) {
        uint32_t team = e->tickets[at].team;
        if (team != last)
            r = leave_work(e, rep_no, team);
        last = team;
    }
    return r;
}

/* ---- coming back */

/* No signal of before holds. The newest one's place on the stream does: it must not come again. */
static int start_afresh(struct step *s, uint32_t rep_no)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->reps[rep_no];
    int r = eh_rep_set_text(&rep->reason, &rep->reason_size, eh_str_n(NULL, 0));
    if (r == 0)
        r = eh_rep_set_text(&rep->by, &rep->by_size, eh_str_n(NULL, 0));
    if (r == 0)
        r = eh_rep_set_text(&rep->away_in, &rep->away_in_size, eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    rep->gone = rep->ended = false;
    rep->back = true;
    rep->signalled = false;
    eh_held_drop(e, rep_no);
    eh_signal_set(e, rep_no, eh_roster_presumes(e, rep_no), s->now_us, EH_TIME_NEVER);
    rep->since_us = s->now_us;
    rep->overloads = 0;
    rep->overload_over_us = 0;
    eh_eligible_refresh(e, rep_no);
    eh_digest_rep(e, rep_no);
    return eh_rounds_update(e, rep_no);
}

/* A release in a team that they are out of is over. */
static int drop_away_in(struct eh_engine *e, uint32_t rep_no)
{
    struct rep *rep = &e->reps[rep_no];
    struct eh_str list = eh_str_n(rep->away_in, rep->away_in_size);
    char *kept = NULL;
    uint32_t size = 0;
    int r = 0;
    while (r == 0 && list.size > 0) {
        struct eh_str id = eh_team_list_next(&list);
        uint32_t team = eh_names_find(&e->team_names, id);
        if (team != NONE && eh_member_active(e, team, rep_no) != NONE)
            r = eh_team_list_add(&kept, &size, id);
    }
    bool changed = size != rep->away_in_size;
    free(rep->away_in);
    rep->away_in = kept;
    rep->away_in_size = size;
    if (changed)
        eh_digest_rep(e, rep_no);
    return r;
}

static int change_rep(struct step *s, uint32_t rep_no, uint8_t was)
{
    struct eh_engine *e = s->e;
    struct rep *rep = &e->reps[rep_no];
    bool active = is_on_duty(e, rep), again = rep->present && !(was & WAS_PRESENT);
    if (rep->gone && (active || again))
        return start_afresh(s, rep_no);
    int r = rep->away_in_size ? drop_away_in(e, rep_no) : 0;
    if (r < 0)
        return r;
    if (!rep->gone && (!rep->present || (!active && (was & WAS_ACTIVE)))) {
        rep->gone = true;
        eh_digest_rep(e, rep_no);
    }
    return rep->present ? 0 : leave_desk(e, rep_no);
}

int eh_duty_change(struct step *s, const struct duty *duty)
{
    struct eh_engine *e = s->e;
    int r = leave_seats(e, duty);
    for (uint32_t i = 0; r == 0 && i < duty->rep_count; i++)
        if (e->reps[i].known)
            r = change_rep(s, i, duty->reps[i]);
    return r;
}

/* ---- who was gone before there were rules for it */

bool eh_member_is_over(const struct eh_engine *e, const struct member *member)
{
    bool ended = false, begins = false;
    for (uint32_t i = 0; i < member->range_count; i++) {
        ended |= member->ranges[i].until < e->date;
        begins |= member->ranges[i].from > e->date;
    }
    return ended && !begins;
}

static bool has_ended(const struct eh_engine *e, const struct rep *rep)
{
    bool ended = false;
    for (uint32_t i = 0; i < rep->membership_count; i++) {
        const struct membership *at = &rep->memberships[i];
        const struct member *member = &e->teams[at->team].members[at->position];
        for (uint32_t k = 0; k < member->range_count; k++)
            ended |= member->ranges[k].until < e->date;
    }
    return ended && !is_on_duty(e, rep);
}

static void mark_gone(struct eh_engine *e, uint32_t rep)
{
    if (!e->reps[rep].known || e->reps[rep].gone)
        return;
    e->reps[rep].gone = true;
    eh_digest_rep(e, rep);
}

void eh_leavers_begin(struct eh_engine *e)
{
    for (uint32_t i = 0; i < e->rep_names.count; i++)
        if (!e->reps[i].present || has_ended(e, &e->reps[i]))
            mark_gone(e, i);
    for (uint32_t i = 0; i < e->account_count; i++) /* in a team once, and in none now */
        if (e->reps[e->accounts[i].rep].membership_count == 0)
            mark_gone(e, e->accounts[i].rep);
}

/* ---- one team after the other */

bool eh_leaves_stay(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    const struct eh_desk_team *desk = e->teams[team].desk;
    return !desk || desk->leavers_work == EH_LEAVERS_WORK_KEEP ||
           eh_member_active(e, team, rep) != NONE;
}

/* Whether the rep has tickets of the team that do not stay. */
static bool is_left(const struct eh_engine *e, uint32_t team, uint32_t rep)
{
    uint32_t account = team == NONE ? NONE : eh_account_find(e, team, rep);
    return account != NONE && e->accounts[account].open > 0 && !eh_leaves_stay(e, team, rep);
}

uint32_t eh_leaves_team(const struct eh_engine *e, uint32_t rep_no, struct eh_str *ret_rest)
{
    const struct rep *rep = &e->reps[rep_no];
    *ret_rest = eh_str_n(rep->leaves, rep->leaves_size);
    while (ret_rest->size > 0) {
        uint32_t team = eh_names_find(&e->team_names, eh_team_list_next(ret_rest));
        if (is_left(e, team, rep_no))
            return team;
    }
    return NONE;
}

int eh_leaves_done(struct eh_engine *e, uint32_t rep_no, struct eh_str rest)
{
    struct rep *rep = &e->reps[rep_no];
    rep->leaves_told = false;
    return eh_rep_set_text(&rep->leaves, &rep->leaves_size, rest);
}

/* ---- told beforehand */

#define NO_DAY (EH_DATE_ALWAYS + 1) /* not in the team today */

/* Place of the first row of a rep, who has this number on the desk. */
static uint32_t first_row(const struct eh_desk_team *team, uint32_t rep)
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

/* The rep's last day in the team, as of today: EH_DATE_NEVER, a day, or NO_DAY. */
static int32_t last_day(const struct eh_desk *desk, struct eh_str team_id, struct eh_str rep_id,
                        int32_t today)
{
    const struct eh_desk_team *team = eh_desk_team(desk, team_id);
    const struct eh_desk_rep *found = eh_desk_rep(desk, rep_id);
    uint32_t rep = found ? (uint32_t)(found - desk->reps) : 0;
    int32_t last = NO_DAY;
    if (!team || !found)
        return NO_DAY;
    for (uint32_t i = first_row(team, rep); i < team->member_count && team->members[i].rep == rep;
         i++) {
        const struct eh_desk_member *m = &team->members[i];
        bool goes_on = last != NO_DAY && last != EH_DATE_NEVER && m->from == last + 1;
        if ((m->from <= today && today <= m->until) || goes_on)
            last = m->until;
    }
    return last;
}

/* "3 open tickets go back to the deal" */
static void print_fate(const struct eh_desk_team *team, uint32_t open, char *text, size_t size)
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

static bool tell_leaving(const struct eh_engine *e, const struct account *account,
                         const struct eh_desk *new, eh_desk_line_fn *line, void *context)
{
    struct eh_str team = name_of(&e->team_names, account->team);
    struct eh_str rep = name_of(&e->rep_names, account->rep);
    const struct eh_desk_team *to = eh_desk_team(new, team);
    int32_t old = last_day(e->desk->desk, team, rep, e->date);
    int32_t last = last_day(new, team, rep, e->date);
    bool off = !eh_desk_rep(new, rep);
    if (!to || account->open == 0 || last == EH_DATE_NEVER || (last == old && !off))
        return false;
    char text[4 * EH_ID_MAX + 128], fate[2 * EH_ID_MAX + 64], day[EH_DECIMAL_TEXT_MAX];
    print_fate(to, account->open, fate, sizeof fate);
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
    for (uint32_t i = 0; e->desk && i < e->account_count; i++)
        count += e->accounts[i].open > 0 && tell_leaving(e, &e->accounts[i], new, line, context);
    return count;
}
