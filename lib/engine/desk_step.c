/*
 * desk_step: the message DESK, and the turn of the day. After either, whoever left a team by it
 * leaves their work, and whoever came back starts afresh.
 */
#include "desk_step.h"

#include "desk_check.h"
#include "effects.h"
#include "hours_past.h"
#include "leavers.h"
#include "limits.h"
#include "past.h"
#include "plans.h"
#include "roster.h"
#include "state.h"
#include "step.h"
#include "steps.h"

static int desk_install(struct step *s, struct eh_parsed_desk *file)
{
    struct eh_engine *e = s->e;
    struct eh_parsed_desk *old = e->desk ? eh_parsed_desk_hold(e->desk) : NULL;
    struct duty duty;
    int r = eh_duty_note(e, &duty);
    eh_hours_set_clock(e, s->m.clock_s, s->now_us);
    if (r == 0)
        r = eh_roster_install(e, file, s->now_us);
    if (r == 0)
        r = eh_hours_past_desk(e, old ? old->desk : NULL);
    if (r == 0)
        r = eh_duty_change(s, &duty);
    eh_duty_done(&duty);
    eh_parsed_desk_drop(old);
    return r;
}

/* The file as its bringer read it, or read again: the same. */
static int desk_file_of(const struct step *s, struct eh_parsed_desk **ret, struct eh_error *error)
{
    struct eh_parsed_desk *file = s->in->parsed_desk;
    if (!file || !eh_str_equal(file->text, s->m.text))
        return eh_parsed_desk_new(s->m.text, EH_DESK_WRITTEN_BEFORE, ret, error);
    *ret = eh_parsed_desk_hold(file);
    return 0;
}

int eh_step_desk(struct step *s)
{
    struct eh_engine *e = s->e;
    if (e->desk && eh_str_equal(e->desk->text, s->m.text))
        return 0;
    struct eh_parsed_desk *file;
    struct eh_error error = {0};
    int r = desk_file_of(s, &file, &error);
    if (r == -EH_ENOMEM)
        return r;
    if (r < 0)
        return eh_step_refuse(s, EH_EINVAL, "%s", error.text);
    eh_desk_plans_publish(e->desk ? e->desk->desk : NULL, file->desk, e->rules < EH_RULES_TIES);
    r = eh_desk_refuse_change(s, file->desk);
    if (r < 0 || s->fx->refused) {
        eh_parsed_desk_drop(file);
        return r;
    }
    s->touched = true;
    r = eh_past_turn(e, file->desk, s->in->date);
    if (r == 0)
        r = desk_install(s, file);
    if (r < 0 && e->desk != file)
        eh_parsed_desk_drop(file);
    if (r < 0)
        return r;
    eh_clocks_set(e);
    eh_periods_adopt(e, s->in->date);
    struct eh_str counted = s->in->recalled.periods;
    return counted.size ? eh_periods_recall(e, counted) : 0;
}

int eh_roster_turn_date(struct step *s, int32_t date)
{
    struct duty duty;
    int r = eh_duty_note(s->e, &duty);
    if (r < 0)
        return r;
    eh_roster_set_date(s->e, date);
    r = eh_duty_change(s, &duty);
    eh_duty_done(&duty);
    return r;
}
