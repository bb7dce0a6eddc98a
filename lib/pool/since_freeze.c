/*
 * since_freeze: what changed about the members since a period was frozen: their days in the team,
 * their service and minutes, and who is set aside. These facts decide who is paid what, and no
 * later version takes them up; so the period has to be frozen again. Tickets and imported figures
 * of the team are late facts, which the next version takes up.
 */
#include "internal.h"

static const char other_contract[] = "got other contract_minutes";

/* Where the frozen ones are by the calendar, it may be that they are no longer known. */
static bool contract_differs(const struct eh_bonus_member *frozen,
                             const struct eh_bonus_member *now)
{
    if (frozen->by_calendar && !now->has_contract)
        return false;
    return now->has_contract != frozen->has_contract ||
           now->contract_minutes != frozen->contract_minutes;
}

/* What changed of the facts told of the member alone, as a clause; NULL: nothing. */
static const char *member_own_change(const struct eh_bonus_member *frozen,
                                     const struct eh_bonus_member *now)
{
    if (now->excluded != frozen->excluded)
        return now->excluded ? "was set aside" : "was included";
    if (now->has_paid != frozen->has_paid || now->paid_minutes != frozen->paid_minutes)
        return "got other paid_minutes";
    return contract_differs(frozen, now) && !now->by_calendar ? other_contract : NULL;
}

static bool seniority_differs(const struct eh_bonus_plan *plan, const struct eh_bonus_member *a,
                              const struct eh_bonus_member *b)
{
    return plan->seniority_ppm > 0 && eh_bonus_band(plan, a->since, a->first_day) !=
                                          eh_bonus_band(plan, b->since, b->first_day);
}

/* What changed of a member who has facts both times, as a clause; NULL: nothing that matters. */
static const char *member_change(const struct eh_bonus_plan *plan,
                                 const struct eh_bonus_member *frozen,
                                 const struct eh_bonus_member *now)
{
    const char *own = member_own_change(frozen, now);
    if (own)
        return own;
    if (now->days != frozen->days || now->left != frozen->left)
        return "got other days in the team";
    if (contract_differs(frozen, now)) /* other days, as many */
        return other_contract;
    return seniority_differs(plan, frozen, now) ? "got other years of service" : NULL;
}

static int member_refuse(const struct eh_period_view *view, struct eh_str rep, const char *became,
                         struct eh_error *error)
{
    char name[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, name);
    return eh_error_set(error, EH_ECONFLICT, "%s: rep %.*s %s after it was frozen; freeze it again",
                        name, EH_STR_ARG(rep), became);
}

/* What changed of a rep, as a clause; NULL: nothing that matters. Of `was` and `is` one may be
 * NULL: the rep has no facts there. Such a rep without days in the team has only tickets, which are
 * late facts. */
static const char *member_became(const struct eh_bonus_plan *plan, uint32_t rules,
                                 const struct eh_bonus_member *was,
                                 const struct eh_bonus_member *is)
{
    if (rules < EH_RULES_WAYS_OUT)
        return was && is ? member_own_change(was, is) : NULL;
    if (was && is)
        return member_change(plan, was, is);
    if (is)
        return is->days > 0 ? "got days in the team" : NULL;
    return was->days > 0 ? "lost their days in the team" : NULL;
}

/* Both lists are sorted by rep: one walk finds each rep in both. */
static int members_check(const struct eh_period_view *view, uint32_t rules,
                         const struct eh_bonus_facts *frozen, const struct eh_bonus_facts *now,
                         struct eh_error *error)
{
    uint32_t i = 0, k = 0;
    while (i < frozen->member_count || k < now->member_count) {
        const struct eh_bonus_member *was = i < frozen->member_count ? &frozen->members[i] : NULL;
        const struct eh_bonus_member *is = k < now->member_count ? &now->members[k] : NULL;
        int order = !was ? 1 : !is ? -1 : eh_str_compare(was->rep, is->rep);
        const char *what =
            member_became(view->plan, rules, order <= 0 ? was : NULL, order >= 0 ? is : NULL);
        if (what)
            return member_refuse(view, order > 0 ? is->rep : was->rep, what, error);
        i += order <= 0;
        k += order >= 0;
    }
    return 0;
}

int eh_pool_since_freeze(const struct eh_engine *e, const struct eh_period_view *view,
                         struct eh_arena *arena, struct eh_error *error)
{
    struct eh_bonus_facts *frozen, *now;
    uint32_t rules = eh_pool_rules(e);
    if (rules < EH_RULES_WAYS_OUT && view->late == 0)
        return 0;
    int r = eh_pool_frozen(view, arena, &frozen, error);
    if (r == 0)
        r = eh_pool_facts(e, view, false, arena, &now, error);
    if (r == 0)
        r = members_check(view, rules, frozen, now, error);
    return r;
}
