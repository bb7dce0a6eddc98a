/* what_if_body: reads the body of a what-if. See what_if.h. */
#include "admin/api/what_if.h"

#define FIGURES_MAX 32 /* of one what-if: a plan has 16 metrics, each with a gate */

/* ---- Figures. */

static int bounds_check(const struct eh_bonus_plan *plan, const struct eh_plan_measure *measure,
                        int64_t value, struct eh_error *error)
{
    struct eh_measure_range range = eh_measure_range(eh_measure(measure->kind));
    char text[EH_DECIMAL_TEXT_MAX], from[EH_DECIMAL_TEXT_MAX], to[EH_DECIMAL_TEXT_MAX];
    if (value >= range.least && value <= range.most)
        return 0;
    eh_plan_value_print(plan, measure->unit, value, text);
    eh_plan_value_print(plan, measure->unit, range.least, from);
    eh_plan_value_print(plan, measure->unit, range.most, to);
    return eh_error_field(error, EH_ERANGE, "facts", "facts: %.*s: %s is not between %s and %s",
                          EH_STR_ARG(measure->name), text, from, to);
}

/* A whole number is one of the measure's unit, text is written as in a plan. */
static int value_read(const struct eh_bonus_plan *plan, const struct eh_plan_measure *measure,
                      const json_t *json, int64_t *ret, struct eh_error *error)
{
    struct eh_error why = {0};
    if (json_is_integer(json)) {
        *ret = json_integer_value(json);
        return 0;
    }
    if (!json_is_string(json))
        return eh_error_field(error, EH_EINVAL, "facts",
                              "facts: %.*s: must be a whole number of %s, or text as in a plan",
                              EH_STR_ARG(measure->name), eh_unit_name(measure->unit));
    struct eh_str text = eh_str_n(json_string_value(json), json_string_length(json));
    int r = eh_plan_value_parse(plan, measure->unit, text, ret, &why);
    return r == 0 ? 0
                  : eh_error_field(error, -r, "facts", "facts: %.*s: %s", EH_STR_ARG(measure->name),
                                   why.text);
}

static int figure_read(const struct eh_bonus_plan *plan, const char *name, const json_t *json,
                       struct eh_bonus_said *ret, struct eh_error *error)
{
    const struct eh_plan_measure *measure = eh_plan_measure_find(plan, eh_str(name));
    if (!measure)
        return eh_error_field(error, EH_ENOTFOUND, "facts",
                              "facts: plan %.*s has no metric or gate %s", EH_STR_ARG(plan->id),
                              name);
    int r = value_read(plan, measure, json, &ret->value, error);
    ret->name = measure->name;
    return r < 0 ? r : bounds_check(plan, measure, ret->value, error);
}

static int figures_read(struct eh_admin_request *request, const json_t *facts,
                        struct eh_pool_if *what, struct eh_error *error)
{
    const char *name;
    json_t *value;
    int r = 0;
    if (!json_is_object(facts) || json_object_size(facts) > FIGURES_MAX)
        return eh_error_field(error, EH_EINVAL, "facts",
                              "facts: must be an object of at most %d figures, such as "
                              "{\"csat\": \"4.5\"}",
                              FIGURES_MAX);
    struct eh_bonus_said *said =
        eh_arena_alloc(&request->arena, json_object_size(facts) * sizeof *said);
    if (!said)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the facts");
    what->said = said;
    json_object_foreach((json_t *)facts, name, value)
    {
        if (r == 0)
            r = figure_read(what->plan, name, value, &said[what->said_count++], error);
    }
    return r;
}

/* ---- The plan. */

/* *ret: the text of a plan, which is text or an object; empty: none was given. */
static int plan_text(struct eh_admin_request *request, const json_t *plan, struct eh_str *ret,
                     struct eh_error *error)
{
    char *text = NULL;
    if (!plan || json_is_null(plan))
        return 0;
    if (json_is_string(plan)) {
        *ret = eh_arena_str(&request->arena,
                            eh_str_n(json_string_value(plan), json_string_length(plan)));
    } else if (json_is_object(plan)) {
        text = json_dumps(plan, JSON_COMPACT | JSON_REAL_PRECISION(15));
        *ret = eh_arena_str(&request->arena, eh_str(text));
        free(text);
    } else {
        return eh_error_field(error, EH_EINVAL, "plan", "plan: must be a plan, or its text");
    }
    return ret->data ? 0 : eh_error_set(error, EH_ENOMEM, "out of memory for the plan");
}

static int plan_read(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                     struct eh_what_if *what, struct eh_error *error)
{
    struct eh_bonus_plan *plan;
    what->asked.plan = asked->view.plan;
    if (what->plan_text.size == 0)
        return 0;
    int r = eh_plan_parse(what->plan_text, eh_engine_desk(asked->engine), &request->arena, &plan,
                          error);
    if (r == 0)
        what->asked.plan = plan;
    return r;
}

/* ---- Both. */

static int keys_check(const json_t *body, struct eh_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)body, key, value)
    {
        if (strcmp(key, "plan") != 0 && strcmp(key, "facts") != 0)
            return eh_error_field(error, EH_EINVAL, "body",
                                  "beside facts and plan there is nothing to say: leave %s out",
                                  key);
    }
    return 0;
}

/* The body as an object of plan and facts; NULL: it is a plan. */
static json_t *body_load(struct eh_str body)
{
    json_t *all = json_loadb(body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
    if (json_object_get(all, "plan") || json_object_get(all, "facts"))
        return all;
    json_decref(all);
    return NULL;
}

int eh_what_if_read(struct eh_admin_request *request, const struct eh_pool_asked *asked,
                    struct eh_what_if *ret, struct eh_error *error)
{
    struct eh_what_if what = {.plan_text = request->body};
    json_t *body = body_load(request->body);
    int r = 0;
    if (body) {
        what.plan_text = eh_str(NULL);
        r = keys_check(body, error);
    }
    if (r == 0 && body)
        r = plan_text(request, json_object_get(body, "plan"), &what.plan_text, error);
    if (r == 0)
        r = plan_read(request, asked, &what, error);
    if (r == 0 && json_object_get(body, "facts"))
        r = figures_read(request, json_object_get(body, "facts"), &what.asked, error);
    json_decref(body);
    if (r == 0)
        *ret = what;
    return r;
}
