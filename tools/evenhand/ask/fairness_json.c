/* fairness_json: the fairness report as the JSON object of the admin API. */
#include <evenhand/value/json.h>
#include <math.h>

#include "fairness.h"

#define EH_DEED_KEY_MAX 32

/* NAN becomes null. */
static void json_put_real(json_t *object, const char *key, double value)
{
    eh_json_put(object, key, isnan(value) ? NULL : json_real(value));
}

static void json_put_tickets(json_t *object, const char *key, double value)
{
    json_put_real(object, key, round(value * 1e6) / 1e6);
}

static void json_put_ppm(json_t *object, const char *key, double ratio)
{
    eh_json_put(object, key,
                isnan(ratio) ? NULL : json_integer((json_int_t)llround(ratio * EH_PPM)));
}

static void json_put_money(json_t *object, const char *key, double minor)
{
    eh_json_put(object, key, isnan(minor) ? NULL : json_integer((json_int_t)llround(minor)));
}

static json_t *rep_json(const struct eh_fairness_rep *rep)
{
    json_t *o = json_object();
    eh_json_put_text(o, "rep", rep->rep);
    json_put_tickets(o, "entitled", (double)rep->account.entitled_nano * 1e-9);
    json_put_tickets(o, "expected", rep->expected);
    eh_json_put_int(o, "received", rep->account.received);
    eh_json_put_int(o, "entitled_value", rep->account.entitled_value);
    json_put_money(o, "expected_value", rep->expected_value);
    eh_json_put_int(o, "received_value", rep->account.received_value);
    eh_json_put_int(o, "drawn", (int64_t)rep->drawn);
    json_put_tickets(o, "drawn_expected", rep->drawn_expected);
    json_put_real(o, "deviation", rep->deviation);
    json_put_tickets(o, "band", rep->band);
    eh_json_put_int(o, "available_s", rep->available_s);
    eh_json_put_int(o, "overloaded_s", rep->overloaded_s);
    eh_json_put_int(o, "away_s", rep->away_s);
    eh_json_put_int(o, "overloads", (int64_t)rep->overloads);
    json_put_real(o, "overloads_weekly", rep->overloads_weekly);
    json_put_money(o, "value_meanwhile", rep->value_meanwhile);
    json_put_money(o, "value_otherwise", rep->value_otherwise);
    json_put_money(o, "value_error", rep->value_error);
    eh_json_put_int(o, "not_drawn", (int64_t)rep->not_drawn);
    eh_json_put_int(o, "not_drawn_value", rep->not_drawn_value);
    eh_json_put_int(o, "overrides", (int64_t)rep->overrides);
    eh_json_put_int(o, "overloads_ended", (int64_t)rep->ended);
    for (int deed = EH_DEED_NONE + 1; deed < EH_DEEDS; deed++) {
        char value[EH_DEED_KEY_MAX];
        eh_format(value, sizeof value, "%s_value", eh_deed_name(deed));
        eh_json_put_int(o, eh_deed_name(deed), (int64_t)rep->deeds[deed].tickets);
        eh_json_put_int(o, value, rep->deeds[deed].value);
    }
    eh_json_put_int(o, "pauses", (int64_t)rep->paused.tickets);
    eh_json_put_int(o, "pauses_value", rep->paused.value);
    eh_json_put_int(o, "paused_s", rep->paused_s);
    return o;
}

static json_t *manager_json(const struct eh_fairness_manager *manager)
{
    json_t *o = json_object();
    eh_json_put_text(o, "manager", manager->manager);
    eh_json_put_int(o, "overrides", (int64_t)manager->overrides);
    eh_json_put_int(o, "value", manager->value);
    eh_json_put_int(o, "overloads_ended", (int64_t)manager->ended);
    eh_json_put_int(o, "moves", (int64_t)manager->moves);
    eh_json_put_int(o, "moves_value", manager->moves_value);
    return o;
}

/* Puts the deeds after which a ticket is dealt again, and who did them. */
static void again_put(json_t *o, const struct eh_fairness_report *report)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < report->further_count; i++) {
        const struct eh_fairness_further *further = &report->further[i];
        json_t *item = json_object();
        eh_json_put_text(item, "who", further->who);
        eh_json_put_string(item, "why", eh_again_name(further->why));
        eh_json_put_int(item, "deals", (int64_t)further->deals);
        eh_json_put_int(item, "value", further->value);
        json_array_append_new(list, item);
    }
    eh_json_put_int(o, "moves", (int64_t)report->moves);
    eh_json_put_int(o, "moves_value", report->moves_value);
    eh_json_put_int(o, "further_deals", (int64_t)report->further_deals);
    eh_json_put(o, "further", list);
    eh_json_put_int(o, "resent", (int64_t)report->resent);
    eh_json_put_int(o, "resent_value", report->resent_value);
}

static json_t *picking_json(const struct eh_fairness_picking *picking)
{
    json_t *o = json_object();
    eh_json_put_int(o, "tickets", (int64_t)picking->tickets);
    json_put_real(o, "g", picking->g);
    json_put_ppm(o, "cramer_v", picking->v);
    json_put_ppm(o, "cramer_v_by_chance", picking->v_by_chance);
    return o;
}

/* NULL: too few to tell. */
static json_t *picker_json(const struct eh_fairness_picker *picker)
{
    json_t *o = picker->of ? json_object() : NULL;
    if (!o)
        return NULL;
    eh_json_put_text(o, "first", picker->first);
    eh_json_put_text(o, "last", picker->last);
    json_put_tickets(o, "received", picker->received);
    json_put_tickets(o, "expected", picker->expected);
    json_put_real(o, "deviation", picker->deviation);
    eh_json_put_int(o, "of", picker->of);
    return o;
}

static json_t *gain_json(const struct eh_fairness_gain *gain, bool due)
{
    json_t *o = json_object();
    eh_json_put_text(o, "rep", gain->rep);
    eh_json_put_int(o, "tickets", (int64_t)gain->tickets);
    eh_json_put_int(o, "value", gain->value);
    json_put_tickets(o, "due", due ? gain->due : NAN);
    return o;
}

static json_t *done_json(const struct eh_fairness_done *done)
{
    json_t *o = json_object();
    eh_json_put_string(o, "by", eh_doer_name(done->doer));
    eh_json_put_text(o, "name", done->name);
    eh_json_put_int(o, "tickets", (int64_t)done->tickets);
    eh_json_put_int(o, "value", done->value);
    return o;
}

static json_t *way_json(enum eh_way no, const struct eh_fairness_way *way)
{
    json_t *o = json_object(), *reps = json_array(), *doers = json_array();
    eh_json_put_string(o, "way", eh_way_name(no));
    eh_json_put_int(o, "tickets", (int64_t)way->tickets);
    eh_json_put_int(o, "value", way->value);
    eh_json_put_int(o, "top_fifth", (int64_t)way->top);
    eh_json_put_int(o, "top_fifth_value", way->top_value);
    json_put_tickets(o, "top_fifth_due", way->top_due);
    for (uint32_t i = 0; i < way->rep_count; i++)
        json_array_append_new(reps, gain_json(&way->reps[i], no != EH_WAY_BEFORE));
    for (uint32_t i = 0; i < way->doer_count; i++)
        json_array_append_new(doers, done_json(&way->doers[i]));
    eh_json_put(o, "reps", reps);
    eh_json_put(o, "doers", doers);
    return o;
}

/* Puts the deals without a draw, and the deals just after a presence was set. */
static void ways_put(json_t *o, const struct eh_fairness_report *report)
{
    json_t *not_drawn = json_object(), *ways = json_array();
    for (uint32_t no = 0; no < EH_WAY_BEFORE; no++)
        json_array_append_new(ways, way_json(no, &report->ways[no]));
    eh_json_put_int(not_drawn, "tickets", (int64_t)report->not_drawn);
    eh_json_put_int(not_drawn, "value", report->not_drawn_value);
    eh_json_put_int(not_drawn, "of_value", report->given_value);
    eh_json_put(not_drawn, "ways", ways);
    eh_json_put(o, "not_drawn", not_drawn);
    eh_json_put(o, "presence_before", way_json(EH_WAY_BEFORE, &report->ways[EH_WAY_BEFORE]));
}

static json_t *verdict_json(enum eh_verdict_kind kind, const struct eh_verdict *verdict)
{
    json_t *o = json_object();
    eh_json_put_string(o, "verdict", eh_verdict_name(kind));
    json_put_real(o, "p", verdict->p);
    json_put_real(o, "corrected", verdict->corrected);
    eh_json_put(o, "doubtful", isnan(verdict->p) ? NULL : json_boolean(verdict->doubtful));
    return o;
}

static void verdicts_put(json_t *o, const struct eh_fairness_report *report)
{
    json_t *verdicts = json_array();
    for (uint32_t i = 0; i < EH_VERDICT_KINDS; i++)
        json_array_append_new(verdicts, verdict_json(i, &report->verdicts[i]));
    eh_json_put(o, "verdicts", verdicts);
    json_put_real(o, "level", EH_FAIRNESS_LEVEL);
}

static void lists_put(json_t *o, const struct eh_fairness_report *report)
{
    json_t *reps = json_array(), *managers = json_array(), *notes = json_array();
    for (uint32_t i = 0; i < report->rep_count; i++)
        json_array_append_new(reps, rep_json(&report->reps[i]));
    for (uint32_t i = 0; i < report->manager_count; i++)
        json_array_append_new(managers, manager_json(&report->managers[i]));
    for (uint32_t i = 0; i < report->note_count; i++)
        json_array_append_new(notes, json_string(report->notes[i]));
    eh_json_put(o, "reps", reps);
    eh_json_put(o, "managers", managers);
    eh_json_put(o, "notes", notes);
}

static void balance_put(json_t *o, const struct eh_fairness_report *report)
{
    json_put_ppm(o, "jain_count", report->count.jain);
    json_put_ppm(o, "jain_value", report->value.jain);
    json_put_ppm(o, "gini_count", report->count.gini);
    json_put_ppm(o, "gini_value", report->value.gini);
    json_put_ppm(o, "plain_jain_count", report->count.plain_jain);
    json_put_ppm(o, "plain_jain_value", report->value.plain_jain);
    json_put_ppm(o, "plain_gini_count", report->count.plain_gini);
    json_put_ppm(o, "plain_gini_value", report->value.plain_gini);
    eh_json_put_bool(o, "balance_enough", report->balance_enough);
}

json_t *eh_fairness_to_json(const struct eh_fairness_watch *watch,
                            const struct eh_fairness_report *report, const struct eh_desk *desk)
{
    json_t *o = json_object();
    char at[EH_DECIMAL_TEXT_MAX];
    eh_json_put_text(o, "team", report->team);
    eh_json_put_date(o, "from", watch->first);
    eh_json_put_date(o, "to", watch->last);
    eh_json_put(o, "as_of", json_stringn(at, eh_time_print(report->to_us, at)));
    eh_json_put_text(o, "currency", desk ? desk->currency : eh_str(NULL));
    eh_json_put_int(o, "arrived", (int64_t)report->arrived);
    eh_json_put_int(o, "tickets", (int64_t)report->tickets);
    eh_json_put_int(o, "deals", (int64_t)report->deals);
    eh_json_put_int(o, "drawn", (int64_t)report->drawn);
    eh_json_put_int(o, "overrides", (int64_t)report->overrides);
    balance_put(o, report);
    verdicts_put(o, report);
    ways_put(o, report);
    json_put_real(o, "draw_p", report->draw_p);
    json_put_real(o, "draw_chi_square", report->draw_chi_square);
    eh_json_put_int(o, "draw_degrees", report->draw_degrees);
    json_put_ppm(o, "predictability", report->predictability);
    eh_json_put(o, "picking_dealt", picking_json(&report->dealt));
    eh_json_put(o, "picking_overridden", picking_json(&report->overridden));
    eh_json_put(o, "picker", picker_json(&report->picker));
    lists_put(o, report);
    again_put(o, report);
    eh_fairness_put_time(o, report);
    eh_fairness_put_shapes(o, report);
    eh_json_put(o, "says", eh_fairness_says(o));
    return o;
}
