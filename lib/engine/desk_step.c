/*
 * desk_step: the message DESK, and the turn of the day. After either, whoever left a team by it
 * leaves their work, and whoever came back starts afresh.
 */
#include "desk_step.h"

#include "desk_check.h"
#include "desk_held.h"
#include "effects.h"
#include "leavers.h"
#include "past.h"
#include "plans.h"
#include "roster.h"
#include "state.h"
#include "step.h"
#include "steps.h"

static int desk_install(struct step *s, struct desk_held *held)
{
    struct eh_engine *e = s->e;
    struct duty duty;
    int r = eh_duty_note(e, &duty);
    if (r == 0)
        r = eh_roster_install(e, held, s->now_us);
    if (r == 0)
        r = eh_duty_change(s, &duty);
    eh_duty_done(&duty);
    return r;
}

int eh_step_desk(struct step *s)
{
    struct eh_engine *e = s->e;
    if (e->desk && eh_str_equal(e->desk->text, s->m.text))
        return 0;
    struct desk_held *held;
    struct eh_error error = {0};
    int r = eh_desk_held_new(s->m.text, &held, &error);
    if (r == -EH_ENOMEM)
        return r;
    if (r < 0)
        return eh_step_refuse(s, EH_EINVAL, "%s", error.text);
    eh_desk_plans_publish(e->desk ? e->desk->desk : NULL, held->desk, e->rules < EH_RULES_TIES);
    r = eh_desk_refuse_change(s, held->desk);
    if (r < 0 || s->fx->refused) {
        eh_desk_held_free(held);
        return r;
    }
    s->touched = true;
    r = eh_past_turn(e, held->desk, s->in->date);
    if (r == 0)
        r = desk_install(s, held);
    if (r < 0 && e->desk != held)
        eh_desk_held_free(held);
    if (r < 0)
        return r;
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
