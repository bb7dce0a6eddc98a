/*
 * fairness_bias: `evenhand fairness --bias`: whether what was drawn in a month so far leaves what
 * chance allows.
 */
#include <evenhand/fairness/bias.h>
#include <evenhand/value/json.h>
#include <math.h>
#include <stdio.h>

#include "client/object.h"
#include "fairness_text.h"

#define WHAT_MAX 320 /* bytes of a clause */

/* What is odd, as a clause without the team. */
static void what_print(const struct eh_fairness_report *report, enum eh_bias_kind kind,
                       const struct eh_bias *found, char ret[WHAT_MAX])
{
    const struct eh_fairness_rep *rep = NULL;
    for (uint32_t i = 0; i < report->rep_count && !rep; i++)
        rep = eh_str_equal(report->reps[i].rep, found->rep) ? &report->reps[i] : NULL;
    if (kind == EH_BIAS_DRAW && rep)
        snprintf(ret, WHAT_MAX, "%.*s drew %llu tickets where chance gives %.1f",
                 EH_STR_ARG(rep->rep), (unsigned long long)rep->drawn, rep->drawn_expected);
    else if (kind == EH_BIAS_BALANCE && rep)
        eh_format(ret, WHAT_MAX, "what %.*s drew is worth %s than chance gives",
                  EH_STR_ARG(rep->rep), rep->drawn_value > 0 ? "more" : "less");
    else if (rep)
        eh_format(ret, WHAT_MAX, "%.*s drew more of the most valuable fifth than chance gives",
                  EH_STR_ARG(rep->rep));
    else
        eh_format(ret, WHAT_MAX, "the value of a ticket told who drew it");
}

static void says_print(const struct eh_fairness_call *call, const struct eh_fairness_report *report,
                       enum eh_bias_kind kind, const struct eh_bias *found,
                       char ret[2 * WHAT_MAX + EH_ID_MAX])
{
    size_t size = 2 * WHAT_MAX + EH_ID_MAX;
    char what[WHAT_MAX], from[EH_DECIMAL_TEXT_MAX], to[EH_DECIMAL_TEXT_MAX];
    what_print(report, kind, found, what);
    eh_date_print(call->from, from);
    eh_date_print(call->to, to);
    if (isnan(found->p))
        eh_format(ret, size, "%s: too few to tell", eh_bias_name(kind));
    else if (found->alarms)
        snprintf(ret, size,
                 "alarm: team %s, %s to %s: %s (p %.1e; %.1e and less is an alarm); run evenhand "
                 "verify, and look at evenhand fairness %s",
                 call->team, from, to, what, found->p, found->level, call->team);
    else
        snprintf(ret, size, "%s: as chance allows (p %.1e; %.1e and less is an alarm)",
                 eh_bias_name(kind), found->p, found->level);
}

static json_t *bias_json(const struct eh_fairness_call *call,
                         const struct eh_fairness_report *report, enum eh_bias_kind kind,
                         const struct eh_bias *found)
{
    char says[2 * WHAT_MAX + EH_ID_MAX];
    json_t *o = json_object();
    says_print(call, report, kind, found, says);
    eh_json_put_string(o, "bias", eh_bias_name(kind));
    eh_json_put(o, "p", isnan(found->p) ? NULL : json_real(found->p));
    eh_json_put(o, "level", json_real(found->level));
    eh_json_put_bool(o, "alarms", found->alarms);
    eh_json_put_text(o, "rep", found->rep);
    eh_json_put_string(o, "says", says);
    return o;
}

json_t *eh_fairness_bias_to_json(const struct eh_fairness_call *call,
                                 const struct eh_fairness_report *report)
{
    struct eh_bias found[EH_BIASES];
    int32_t last = eh_period_last(eh_period_of(EH_PERIOD_MONTH, call->from));
    uint32_t day = (uint32_t)(call->to - call->from + 1);
    json_t *o = json_object(), *list = json_array();
    eh_bias_judge(report, day, (uint32_t)(last - call->from + 1), found);
    for (int i = 0; i < EH_BIASES; i++)
        json_array_append_new(list, bias_json(call, report, i, &found[i]));
    eh_json_put_string(o, "team", call->team);
    eh_json_put_date(o, "from", call->from);
    eh_json_put_date(o, "to", call->to);
    eh_json_put(o, "level", json_real(EH_BIAS_LEVEL));
    eh_json_put(o, "bias", list);
    return o;
}

void eh_fairness_bias_show(const json_t *look)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(look, "bias"), i, one) puts(eh_object_text(one, "says"));
}
