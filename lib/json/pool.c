/* pool: statements, and the tree that explains them, into jansson objects. */
#include <evenhand/json/pool.h>

static void put(json_t *to, const char *key, json_t *value)
{
    json_object_set_new_nocheck(to, key, value ? value : json_null());
}

static void put_text(json_t *to, const char *key, struct eh_str text)
{
    put(to, key, text.size > 0 ? json_stringn(text.data, text.size) : NULL);
}

static void put_int(json_t *to, const char *key, int64_t value)
{
    put(to, key, json_integer(value));
}

static void put_sha256(json_t *to, const char *key, const uint8_t sha256[32])
{
    char text[65] = "";
    bool any = false;
    for (size_t i = 0; i < 32; i++) {
        eh_format(text + 2 * i, sizeof text - 2 * i, "%02x", sha256[i]);
        any = any || sha256[i] != 0;
    }
    put(to, key, any ? json_string(text) : NULL); /* all zero: nothing was hashed */
}

static void put_time(json_t *to, const char *key, int64_t us)
{
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = us != 0 ? eh_time_print(us, text) : 0;
    put(to, key, size > 0 ? json_stringn(text, size) : NULL);
}

/* ---- Metrics. */

/* The metric's own row of the plan, when the plan is the one it was computed with. */
static const struct eh_plan_metric *rule_of(const struct eh_pool_statement *s,
                                            const struct eh_bonus_plan *plan, uint32_t index)
{
    if (!plan || plan->metric_count != s->metric_count)
        return NULL;
    const struct eh_plan_metric *rule = &plan->metrics[index];
    return eh_str_equal(plan->measures[rule->measure].name, s->metrics[index].name) ? rule : NULL;
}

static json_t *gate_json(const struct eh_pool_metric *m, const struct eh_plan_metric *rule)
{
    if (m->gate == EH_GATE_NONE)
        return NULL;
    json_t *gate = json_object();
    put(gate, "effect", json_string(eh_gate_name(m->gate)));
    put_text(gate, "metric", m->gate_metric);
    put(gate, "value", m->gate_missing ? NULL : json_integer(m->gate_value));
    put(gate, "unit", json_string(eh_unit_name(m->gate_unit)));
    put(gate, "at_least", rule && rule->gate.has_least ? json_integer(rule->gate.at_least) : NULL);
    put(gate, "at_most", rule && rule->gate.has_most ? json_integer(rule->gate.at_most) : NULL);
    put(gate, "failed", json_boolean(m->gate_failed));
    return gate;
}

static json_t *metric_json(const struct eh_pool_metric *m, const struct eh_plan_metric *rule)
{
    json_t *metric = json_object();
    put_text(metric, "metric", m->name);
    put(metric, "value", m->missing ? NULL : json_integer(m->value));
    put(metric, "unit", json_string(eh_unit_name(m->unit)));
    put_int(metric, "count", m->count);
    put_int(metric, "without_duration", m->unknown);
    put(metric, "prior", json_boolean(m->prior));
    put(metric, "missing", json_boolean(m->missing));
    put_int(metric, "curve_ppm", m->curve_ppm);
    put_int(metric, "score_ppm", m->score_ppm);
    put_int(metric, "weight_ppm", m->weight_ppm);
    put(metric, "gate", gate_json(m, rule));
    return metric;
}

json_t *eh_pool_metrics_json(const struct eh_pool_statement *s, const struct eh_bonus_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < s->metric_count; i++)
        json_array_append_new(list, metric_json(&s->metrics[i], rule_of(s, plan, i)));
    return list;
}

/* ---- Shares. */

/* Both are by rep. */
static json_t *expected_of(const struct eh_pool_expected *expected, struct eh_str rep,
                           uint32_t index)
{
    const struct eh_pool_statement *s = expected ? expected->statement : NULL;
    if (!s || index >= s->line_count || !eh_str_equal(s->lines[index].rep, rep))
        return NULL;
    return json_integer(s->lines[index].total);
}

/* As it stands now: a provisional pool is of what was frozen. */
static void put_set_aside(json_t *line, const struct eh_pool_statement *s,
                          const struct eh_pool_line *l, const struct eh_pool_shown *shown)
{
    struct eh_set_aside now = {.excluded = false};
    bool known =
        shown->engine && eh_engine_set_aside(shown->engine, s->team, s->period, l->rep, &now);
    bool since =
        known && s->state == EH_PERIOD_PROVISIONAL && s->late > 0 && l->eligible == now.excluded;
    put(line, "excluded", json_boolean(now.excluded));
    put_text(line, "excluded_by", now.by);
    put_text(line, "excluded_reason", now.reason);
    put(line, "since_freeze", json_boolean(since));
}

static json_t *line_json(const struct eh_pool_statement *s, uint32_t index,
                         const struct eh_pool_shown *shown)
{
    const struct eh_pool_line *l = &s->lines[index];
    json_t *line = json_object();
    int64_t before, due;
    bool known = eh_pool_paid_before(s, l, &before);
    bool sure = eh_pool_line_due(s, l, &due);
    put_text(line, "rep", l->rep);
    put_text(line, "name",
             shown->engine ? eh_engine_rep_name(shown->engine, l->rep) : eh_str(NULL));
    put(line, "eligible", json_boolean(l->eligible));
    put_int(line, "days", l->days);
    put_int(line, "minutes", l->minutes);
    put_int(line, "band", l->band);
    put_int(line, "points", l->points);
    put(line, "capped", json_boolean(l->capped));
    put_int(line, "equal", l->equal);
    put_int(line, "hours", l->hours);
    put_int(line, "seniority", l->seniority);
    put_int(line, "individual", l->individual);
    put_int(line, "total", l->total);
    put_int(line, "paid", l->paid);
    put(line, "paid_before", known ? json_integer(before) : NULL);
    put(line, "due", sure ? json_integer(due) : NULL);
    put(line, "expected", expected_of(shown->expected, l->rep, index));
    put_set_aside(line, s, l, shown);
    return line;
}

static void put_lines(json_t *to, const struct eh_pool_statement *s,
                      const struct eh_pool_shown *shown)
{
    json_t *list = json_array();
    struct eh_str last = {NULL, 0};
    uint32_t max = shown->lines.max;
    bool more = false;
    for (uint32_t i = 0; i < s->line_count && !more; i++) {
        if (!eh_bonus_line_wanted(&shown->lines, s->lines[i].rep))
            continue;
        more = max > 0 && json_array_size(list) == max;
        if (more)
            break;
        json_array_append_new(list, line_json(s, i, shown));
        last = s->lines[i].rep;
    }
    put(to, "shares", list);
    put_text(to, "after", more ? last : eh_str(NULL));
}

/* ---- The plan's words. */

static void append_line(void *context, const char *line)
{
    json_array_append_new(context, json_string(line));
}

void eh_pool_put_rules(json_t *to, const struct eh_bonus_plan *plan)
{
    json_t *rules = json_array();
    if (plan)
        eh_plan_describe(plan, append_line, rules);
    put_text(to, "encourages", plan ? plan->encourages : eh_str(NULL));
    put_text(to, "discourages", plan ? plan->discourages : eh_str(NULL));
    put(to, "rules", rules);
}

json_t *eh_pool_missing_json(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts)
{
    json_t *list = json_array();
    eh_bonus_missing(plan, facts, append_line, list);
    return list;
}

/* ---- The statement. */

static void put_basis(json_t *to, const struct eh_pool_statement *s)
{
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_pool_basis_print(s->facts_of, text);
    put_text(to, "facts_of", eh_str_n(text, size));
}

static void put_head(json_t *to, const struct eh_pool_statement *s,
                     const struct eh_pool_shown *shown)
{
    char period[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_period_print(s->period, period);
    const struct eh_desk *desk = shown->engine ? eh_engine_desk(shown->engine) : NULL;
    const struct eh_desk_team *team = desk ? eh_desk_team(desk, s->team) : NULL;
    put_text(to, "team", s->team);
    put_text(to, "team_name", team ? team->name : eh_str(NULL));
    put_text(to, "period", eh_str_n(period, size));
    put_int(to, "version", s->version);
    put_int(to, "paid_version", s->paid_version);
    put(to, "state", json_string(eh_period_state_name(s->state)));
    put(to, "estimate", json_boolean(s->estimate));
    put(to, "what_if", json_boolean(shown->what_if));
    put_text(to, "currency", s->currency);
    put_text(to, "plan", s->plan);
    put_sha256(to, "plan_sha256", s->plan_sha256);
    put_sha256(to, "facts_sha256", s->facts_sha256);
    put_basis(to, s);
    put(to, "published_late", json_boolean(s->published_late));
    put_int(to, "late", (int64_t)s->late);
    put_int(to, "cancelled_tickets", s->cancelled_tickets);
    put(to, "target_pool", shown->plan ? json_integer(shown->plan->target_pool) : NULL);
    put(to, "max_pool", shown->plan ? json_integer(shown->plan->max_pool) : NULL);
}

static json_t *parts_json(const int64_t of[EH_PARTS])
{
    json_t *parts = json_object();
    for (unsigned i = 0; i < EH_PARTS; i++)
        put_int(parts, eh_bonus_part_name((enum eh_bonus_part)i), of[i]);
    return parts;
}

static void put_money(json_t *to, const struct eh_pool_statement *s)
{
    const int64_t parts[EH_PARTS] = {[EH_PART_EQUAL] = s->equal,
                                     [EH_PART_HOURS] = s->hours,
                                     [EH_PART_SENIORITY] = s->seniority,
                                     [EH_PART_INDIVIDUAL] = s->individual};
    int64_t due;
    put_int(to, "composite_ppm", s->composite_ppm);
    put_int(to, "funding_ppm", s->funding_ppm);
    put(to, "zeroed", json_boolean(s->zeroed));
    put_int(to, "gross", s->gross);
    put_int(to, "carry", s->carry);
    put_int(to, "net", s->net);
    put(to, "parts", parts_json(parts));
    put(to, "moved", json_boolean(s->moved != 0));
    put_int(to, "held", s->held);
    put(to, "held_parts", parts_json(s->held_of));
    put(to, "ties", json_string(s->ties_by_id ? "id" : "sha256"));
    put_int(to, "difference", s->difference);
    put_int(to, "cancelled", s->cancelled);
    put_int(to, "paid", s->paid);
    put(to, "due", eh_pool_due(s, &due) ? json_integer(due) : NULL);
    put_int(to, "carry_open", s->carry_open);
}

/* ---- What is settled first, and what is then left. */

static json_t *payments_json(const struct eh_pool_statement *s, const struct eh_bonus_lines *lines)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < s->line_count; i++) {
        const struct eh_pool_line *l = &s->lines[i];
        if (l->paid == 0 || !eh_bonus_line_wanted(lines, l->rep))
            continue;
        json_t *line = json_object();
        put_text(line, "rep", l->rep);
        put_int(line, "paid", l->paid);
        json_array_append_new(list, line);
    }
    return list;
}

json_t *eh_pool_version_json(const struct eh_pool_statement *s, const struct eh_bonus_lines *lines)
{
    char period[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_period_print(s->period, period);
    json_t *version = json_object();
    put_text(version, "period", eh_str_n(period, size));
    put_int(version, "version", s->version);
    put_int(version, "gross", s->gross);
    put_int(version, "carry", s->carry);
    put_int(version, "net", s->net);
    put_int(version, "difference", s->difference);
    put_int(version, "cancelled", s->cancelled);
    put_int(version, "paid", s->paid);
    put_int(version, "carry_open", s->carry_open);
    put(version, "shares", payments_json(s, lines));
    return version;
}

json_t *eh_pool_expected_json(const struct eh_pool_expected *expected,
                              const struct eh_bonus_lines *lines)
{
    if (!expected)
        return NULL;
    json_t *all = json_object(), *earlier = json_array();
    for (uint32_t i = 0; i < expected->earlier_count; i++)
        json_array_append_new(earlier, eh_pool_version_json(expected->earlier[i], lines));
    put_int(all, "gross", expected->statement->gross);
    put_int(all, "carry", expected->statement->carry);
    put_int(all, "net", expected->statement->net);
    put_int(all, "carry_open", expected->statement->carry_open);
    put(all, "earlier", earlier);
    return all;
}

json_t *eh_pool_json(const struct eh_pool_statement *s, const struct eh_pool_shown *shown)
{
    json_t *body = json_object();
    if (!body)
        return NULL;
    put_head(body, s, shown);
    put(body, "metrics", eh_pool_metrics_json(s, shown->plan));
    put_money(body, s);
    const struct eh_bonus_lines own = {.only = shown->lines.only};
    put(body, "expected", eh_pool_expected_json(shown->expected, &own));
    put_lines(body, s, shown);
    eh_pool_put_rules(body, shown->plan);
    put_time(body, "as_of", shown->as_of_us);
    return body;
}

/* ---- Why. */

static json_t *input_json(const struct eh_bonus_input *in)
{
    json_t *input = json_object();
    put_text(input, "name", in->name);
    put_int(input, "value", in->value);
    put(input, "unit", json_string(eh_unit_name(in->unit)));
    put_int(input, "count", in->count);
    return input;
}

/* As deep as the tree, which the calculator bounds: half a dozen. */
json_t *eh_pool_node_json(const struct eh_bonus_node *n)
{
    json_t *node = json_object(), *inputs = json_array(), *children = json_array();
    for (uint32_t i = 0; i < n->input_count; i++)
        json_array_append_new(inputs, input_json(&n->inputs[i]));
    for (const struct eh_bonus_node *child = n->children; child; child = child->next)
        json_array_append_new(children, eh_pool_node_json(child));
    put_text(node, "name", n->name);
    put_text(node, "formula", n->formula);
    put_text(node, "rounding", n->rounding);
    put_int(node, "value", n->value);
    put(node, "unit", json_string(eh_unit_name(n->unit)));
    put(node, "inputs", inputs);
    put(node, "children", children);
    return node;
}
