/* pool: statements, and the tree that explains them, into jansson objects. */
#include <evenhand/json/pool.h>
#include <evenhand/value/json.h>

/* A hash of zeros becomes null: nothing was hashed. */
static void sha256_put(json_t *to, const char *key, const uint8_t sha256[32])
{
    static const uint8_t none[32] = {0};
    eh_json_put(to, key, memcmp(sha256, none, sizeof none) ? eh_json_hex(sha256, 32) : NULL);
}

static void period_put(json_t *to, struct eh_period period)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_json_put_text(to, "period", eh_str_n(text, eh_period_print(period, text)));
}

static void net_put(json_t *to, const struct eh_pool_statement *s)
{
    eh_json_put_int(to, "gross", s->gross);
    eh_json_put_int(to, "carry", s->carry);
    eh_json_put_int(to, "net", s->net);
}

/* ---- Metrics. */

/* The plan's row for metric `i`; NULL: the statement was computed with another plan. */
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
    eh_json_put_string(gate, "effect", eh_gate_name(m->gate));
    eh_json_put_text(gate, "metric", m->gate_metric);
    eh_json_put(gate, "value", m->gate_missing ? NULL : json_integer(m->gate_value));
    eh_json_put_string(gate, "unit", eh_unit_name(m->gate_unit));
    eh_json_put(gate, "at_least",
                rule && rule->gate.has_least ? json_integer(rule->gate.at_least) : NULL);
    eh_json_put(gate, "at_most",
                rule && rule->gate.has_most ? json_integer(rule->gate.at_most) : NULL);
    eh_json_put_bool(gate, "failed", m->gate_failed);
    return gate;
}

json_t *eh_pool_metric_json(const struct eh_pool_metric *m, const struct eh_plan_metric *rule)
{
    json_t *metric = json_object();
    eh_json_put_text(metric, "metric", m->name);
    eh_json_put(metric, "value", m->missing ? NULL : json_integer(m->value));
    eh_json_put_string(metric, "unit", eh_unit_name(m->unit));
    eh_json_put_int(metric, "count", m->count);
    eh_json_put_int(metric, "without_duration", m->unknown);
    eh_json_put_bool(metric, "prior", m->prior);
    eh_json_put_bool(metric, "missing", m->missing);
    eh_json_put_int(metric, "curve_ppm", m->curve_ppm);
    eh_json_put_int(metric, "score_ppm", m->score_ppm);
    eh_json_put_int(metric, "weight_ppm", m->weight_ppm);
    eh_json_put(metric, "gate", gate_json(m, rule));
    return metric;
}

json_t *eh_pool_metrics_json(const struct eh_pool_statement *s, const struct eh_bonus_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < s->metric_count; i++)
        json_array_append_new(list, eh_pool_metric_json(&s->metrics[i], rule_of(s, plan, i)));
    return list;
}

/* ---- Shares. */

/* Finds a rep's line in the expected statement; both statements are sorted by rep. */
static json_t *expected_of(const struct eh_pool_expected *expected, struct eh_str rep,
                           uint32_t index)
{
    const struct eh_pool_statement *s = expected ? expected->statement : NULL;
    if (!s || index >= s->line_count || !eh_str_equal(s->lines[index].rep, rep))
        return NULL;
    return json_integer(s->lines[index].total);
}

/* Says who set the rep aside as of now: the pool of a provisional period says only what was frozen.
 */
static void set_aside_put(json_t *line, const struct eh_pool_statement *s,
                          const struct eh_pool_line *l, const struct eh_pool_shown *shown)
{
    struct eh_set_aside now = {.excluded = false};
    bool known =
        shown->engine && eh_engine_set_aside(shown->engine, s->team, s->period, l->rep, &now);
    bool since =
        known && s->state == EH_PERIOD_PROVISIONAL && s->late > 0 && l->eligible == now.excluded;
    eh_json_put_bool(line, "excluded", now.excluded);
    eh_json_put_text(line, "excluded_by", now.by);
    eh_json_put_text(line, "excluded_reason", now.reason);
    eh_json_put_bool(line, "since_freeze", since);
}

/* What the contract says, and who said so. */
static void contract_put(json_t *line, const struct eh_pool_line *l)
{
    const char *by = eh_pool_contract_name(l->contract_by);
    bool partly = l->contract_by == EH_POOL_CONTRACT_CALENDAR && l->contract_until != EH_DATE_NEVER;
    eh_json_put(line, "contract_minutes", by ? json_integer(l->contract_minutes) : NULL);
    eh_json_put_string(line, "contract_by", by);
    eh_json_put(line, "contract_until", partly ? eh_json_date(l->contract_until) : NULL);
}

static json_t *line_json(const struct eh_pool_statement *s, uint32_t index,
                         const struct eh_pool_shown *shown)
{
    const struct eh_pool_line *l = &s->lines[index];
    json_t *line = json_object();
    int64_t before, due;
    bool known = eh_pool_paid_before(s, l, &before);
    bool sure = eh_pool_line_due(s, l, &due);
    eh_json_put_text(line, "rep", l->rep);
    eh_json_put_text(line, "name",
                     shown->engine ? eh_engine_rep_name(shown->engine, l->rep) : eh_str(NULL));
    eh_json_put_bool(line, "eligible", l->eligible);
    eh_json_put_int(line, "days", l->days);
    eh_json_put_int(line, "minutes", l->minutes);
    contract_put(line, l);
    eh_json_put_int(line, "band", l->band);
    eh_json_put_int(line, "points", l->points);
    eh_json_put_bool(line, "capped", l->capped);
    eh_json_put_int(line, "equal", l->equal);
    eh_json_put_int(line, "hours", l->hours);
    eh_json_put_int(line, "seniority", l->seniority);
    eh_json_put_int(line, "individual", l->individual);
    eh_json_put_int(line, "total", l->total);
    eh_json_put_int(line, "paid", l->paid);
    eh_json_put(line, "paid_before", known ? json_integer(before) : NULL);
    eh_json_put(line, "due", sure ? json_integer(due) : NULL);
    eh_json_put(line, "expected", expected_of(shown->expected, l->rep, index));
    set_aside_put(line, s, l, shown);
    return line;
}

static void lines_put(json_t *to, const struct eh_pool_statement *s,
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
    eh_json_put(to, "shares", list);
    eh_json_put_text(to, "after", more ? last : eh_str(NULL));
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
    eh_json_put_text(to, "encourages", plan ? plan->encourages : eh_str(NULL));
    eh_json_put_text(to, "discourages", plan ? plan->discourages : eh_str(NULL));
    eh_json_put(to, "rules", rules);
}

json_t *eh_pool_missing_json(const struct eh_bonus_plan *plan, const struct eh_bonus_facts *facts)
{
    json_t *list = json_array();
    eh_bonus_missing(plan, facts, append_line, list);
    return list;
}

/* ---- The statement. */

static void basis_put(json_t *to, const struct eh_pool_statement *s)
{
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_pool_basis_print(s->facts_of, text);
    eh_json_put_text(to, "facts_of", eh_str_n(text, size));
}

static void head_put(json_t *to, const struct eh_pool_statement *s,
                     const struct eh_pool_shown *shown)
{
    const struct eh_desk *desk = shown->engine ? eh_engine_desk(shown->engine) : NULL;
    const struct eh_desk_team *team = desk ? eh_desk_team(desk, s->team) : NULL;
    eh_json_put_text(to, "team", s->team);
    eh_json_put_text(to, "team_name", team ? team->name : eh_str(NULL));
    period_put(to, s->period);
    eh_json_put_int(to, "version", s->version);
    eh_json_put_int(to, "paid_version", s->paid_version);
    eh_json_put_string(to, "state", eh_period_state_name(s->state));
    eh_json_put_bool(to, "estimate", s->estimate);
    eh_json_put_bool(to, "what_if", shown->what_if);
    eh_json_put_text(to, "currency", s->currency);
    eh_json_put_text(to, "plan", s->plan);
    sha256_put(to, "plan_sha256", s->plan_sha256);
    sha256_put(to, "facts_sha256", s->facts_sha256);
    basis_put(to, s);
    eh_json_put_bool(to, "published_late", s->published_late);
    eh_json_put_int(to, "late", (int64_t)s->late);
    eh_json_put_int(to, "cancelled_tickets", s->cancelled_tickets);
    eh_json_put(to, "target_pool", shown->plan ? json_integer(shown->plan->target_pool) : NULL);
    eh_json_put(to, "max_pool", shown->plan ? json_integer(shown->plan->max_pool) : NULL);
}

static json_t *parts_json(const int64_t of[EH_PARTS])
{
    json_t *parts = json_object();
    for (unsigned i = 0; i < EH_PARTS; i++)
        eh_json_put_int(parts, eh_bonus_part_name((enum eh_bonus_part)i), of[i]);
    return parts;
}

static void money_put(json_t *to, const struct eh_pool_statement *s)
{
    const int64_t parts[EH_PARTS] = {[EH_PART_EQUAL] = s->equal,
                                     [EH_PART_HOURS] = s->hours,
                                     [EH_PART_SENIORITY] = s->seniority,
                                     [EH_PART_INDIVIDUAL] = s->individual};
    int64_t due;
    eh_json_put_int(to, "composite_ppm", s->composite_ppm);
    eh_json_put_int(to, "funding_ppm", s->funding_ppm);
    eh_json_put_bool(to, "zeroed", s->zeroed);
    net_put(to, s);
    eh_json_put(to, "parts", parts_json(parts));
    eh_json_put_bool(to, "moved", s->moved != 0);
    eh_json_put_int(to, "held", s->held);
    eh_json_put(to, "held_parts", parts_json(s->held_of));
    eh_json_put_string(to, "ties", s->ties_by_id ? "id" : "sha256");
    eh_json_put_int(to, "difference", s->difference);
    eh_json_put_int(to, "cancelled", s->cancelled);
    eh_json_put_int(to, "paid", s->paid);
    eh_json_put(to, "due", eh_pool_due(s, &due) ? json_integer(due) : NULL);
    eh_json_put_int(to, "carry_open", s->carry_open);
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
        eh_json_put_text(line, "rep", l->rep);
        eh_json_put_int(line, "paid", l->paid);
        json_array_append_new(list, line);
    }
    return list;
}

json_t *eh_pool_version_json(const struct eh_pool_statement *s, const struct eh_bonus_lines *lines)
{
    json_t *version = json_object();
    period_put(version, s->period);
    eh_json_put_int(version, "version", s->version);
    net_put(version, s);
    eh_json_put_int(version, "difference", s->difference);
    eh_json_put_int(version, "cancelled", s->cancelled);
    eh_json_put_int(version, "paid", s->paid);
    eh_json_put_int(version, "carry_open", s->carry_open);
    eh_json_put(version, "shares", payments_json(s, lines));
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
    net_put(all, expected->statement);
    eh_json_put_int(all, "carry_open", expected->statement->carry_open);
    eh_json_put(all, "earlier", earlier);
    return all;
}

json_t *eh_pool_json(const struct eh_pool_statement *s, const struct eh_pool_shown *shown)
{
    json_t *body = json_object();
    if (!body)
        return NULL;
    head_put(body, s, shown);
    eh_json_put(body, "metrics", eh_pool_metrics_json(s, shown->plan));
    money_put(body, s);
    const struct eh_bonus_lines own = {.only = shown->lines.only};
    eh_json_put(body, "expected", eh_pool_expected_json(shown->expected, &own));
    lines_put(body, s, shown);
    eh_pool_put_rules(body, shown->plan);
    eh_json_put_time(body, "as_of", shown->as_of_us);
    return body;
}

/* ---- Why. */

static json_t *input_json(const struct eh_bonus_input *in)
{
    json_t *input = json_object();
    eh_json_put_text(input, "name", in->name);
    eh_json_put_int(input, "value", in->value);
    eh_json_put_string(input, "unit", eh_unit_name(in->unit));
    eh_json_put_int(input, "count", in->count);
    return input;
}

/* Calls itself as deep as the tree, which has half a dozen levels. */
json_t *eh_pool_node_json(const struct eh_bonus_node *n)
{
    json_t *node = json_object(), *inputs = json_array(), *children = json_array();
    for (uint32_t i = 0; i < n->input_count; i++)
        json_array_append_new(inputs, input_json(&n->inputs[i]));
    for (const struct eh_bonus_node *child = n->children; child; child = child->next)
        json_array_append_new(children, eh_pool_node_json(child));
    eh_json_put_text(node, "name", n->name);
    eh_json_put_text(node, "formula", n->formula);
    eh_json_put_text(node, "rounding", n->rounding);
    eh_json_put_int(node, "value", n->value);
    eh_json_put_string(node, "unit", eh_unit_name(n->unit));
    eh_json_put(node, "inputs", inputs);
    eh_json_put(node, "children", children);
    return node;
}
