/*
 * explain: the way from the facts to every cent as a tree. A node has its inputs, its formula, its
 * value, and how the value was rounded. The tree is built from a result; nothing is computed anew.
 */
#include "internal.h"

#define NAME_BYTES 160 /* of a node's name, with terminator */

static const char half_away[] = "half away from zero";
static const char none[] = "none";
static const char largest[] = "largest remainder";

struct tree {
    const struct eh_bonus_plan *plan;
    const struct eh_bonus_facts *facts;
    const struct eh_bonus_pool *pool;
    const struct eh_bonus_split *split;
    const struct eh_bonus_before *before; /* the last version; NULL: this is the first */
    struct eh_arena *arena;
    bool failed; /* memory ran out: the tree is not complete, and not handed out */
};

EH_PRINTF(2, 3) static struct eh_str name(struct tree *t, const char *format, ...)
{
    char text[NAME_BYTES];
    va_list args;
    va_start(args, format);
    eh_format_v(text, sizeof text, format, args);
    va_end(args);
    struct eh_str kept = eh_arena_str(t->arena, eh_str(text));
    t->failed |= !kept.data;
    return kept;
}

static struct eh_bonus_node *node(struct tree *t, struct eh_str name_of, const char *formula,
                                  const char *rounding, enum eh_unit unit, int64_t value)
{
    struct eh_bonus_node *made = eh_arena_alloc(t->arena, sizeof *made);
    if (!made) {
        t->failed = true;
        return NULL;
    }
    *made = (struct eh_bonus_node){.name = name_of,
                                   .formula = eh_str(formula),
                                   .rounding = eh_str(rounding),
                                   .value = value,
                                   .unit = (uint8_t)unit};
    return made;
}

static void inputs(struct tree *t, struct eh_bonus_node *to, const struct eh_bonus_input *from,
                   uint32_t count)
{
    if (!to || count == 0)
        return;
    to->inputs = eh_arena_copy(t->arena, from, count * sizeof *from);
    to->input_count = to->inputs ? count : 0;
    t->failed |= !to->inputs;
}

static void add(struct eh_bonus_node *to, struct eh_bonus_node *child)
{
    if (!to || !child)
        return;
    struct eh_bonus_node **end = &to->children;
    while (*end)
        end = &(*end)->next;
    *end = child;
}

static struct eh_bonus_input input(const char *what, enum eh_unit unit, int64_t value)
{
    return (struct eh_bonus_input){.name = eh_str(what), .value = value, .unit = (uint8_t)unit};
}

/* --- From facts to values --- */

static void value_inputs(struct tree *t, struct eh_bonus_node *to,
                         const struct eh_plan_measure *measure, const struct eh_bonus_value *value)
{
    struct eh_measure_inputs made = {.arena = t->arena};
    eh_measure(measure->kind)->explain(measure, t->facts, value, &made);
    t->failed |= made.failed;
    inputs(t, to, made.list, made.count);
}

static struct eh_bonus_node *value_node(struct tree *t, uint32_t index)
{
    const struct eh_plan_measure *measure = &t->plan->measures[index];
    const struct eh_measure *row = eh_measure(measure->kind);
    const struct eh_bonus_value *value = &t->pool->values[index];
    bool earlier = t->facts->by_closings && row->formula_earlier;
    const char *formula = earlier ? row->formula_earlier : row->formula;
    if (value->missing)
        formula = "missing";
    if (value->prior)
        formula = "the plan's prior";
    if (value->kept)
        formula = "that of the version before: nothing it is made of is known any more";
    bool taken = value->prior || value->missing || value->kept;
    struct eh_bonus_node *made =
        node(t, measure->name, formula, row->exact || taken ? none : half_away, measure->unit,
             value->value);
    if (!taken)
        value_inputs(t, made, measure, value);
    return made;
}

/* --- From values to the pool --- */

static struct eh_bonus_node *gate_node(struct tree *t, const struct eh_plan_gate *gate, bool failed)
{
    const struct eh_plan_measure *measure = &t->plan->measures[gate->measure];
    struct eh_bonus_input in[3];
    uint32_t count = 0;
    in[count++] = (struct eh_bonus_input){.name = measure->name,
                                          .value = t->pool->values[gate->measure].value,
                                          .unit = measure->unit,
                                          .count = t->pool->values[gate->measure].count};
    if (gate->has_least)
        in[count++] = input("at least", measure->unit, gate->at_least);
    if (gate->has_most)
        in[count++] = input("at most", measure->unit, gate->at_most);
    struct eh_bonus_node *made =
        node(t, name(t, "gate on %.*s", EH_STR_ARG(measure->name)),
             failed ? eh_gate_name(gate->effect) : "passes", none, EH_UNIT_COUNT, !failed);
    inputs(t, made, in, count);
    add(made, value_node(t, gate->measure));
    return made;
}

/* The straight line of the curve that the value is on, so that people can compute y by hand. */
static struct eh_bonus_node *curve_node(struct tree *t, const char *what, int64_t y,
                                        const struct eh_curve *curve, struct eh_bonus_input x)
{
    const struct eh_curve_point *p = eh_bonus_curve_left(curve, x.value);
    bool before = x.value <= p->x, beyond = p == curve->points + curve->count - 1;
    struct eh_bonus_input in[5] = {x, input("from", (enum eh_unit)x.unit, p->x),
                                   input("at_from", EH_UNIT_PPM, p->y)};
    uint32_t count = 3;
    const char *formula = "at_from + (value - from) * (at_to - at_from) / (to - from)";
    if (before || beyond) {
        formula = before ? "at_from: the curve begins there, and value is not above from"
                         : "at_from: the curve ends there, and value is above from";
    } else {
        in[count++] = input("to", (enum eh_unit)x.unit, p[1].x);
        in[count++] = input("at_to", EH_UNIT_PPM, p[1].y);
    }
    struct eh_bonus_node *made =
        node(t, eh_str(what), formula, before || beyond ? none : half_away, EH_UNIT_PPM, y);
    inputs(t, made, in, count);
    return made;
}

static struct eh_bonus_node *metric_curve_node(struct tree *t, const struct eh_plan_metric *metric,
                                               int64_t y)
{
    const struct eh_bonus_value *value = &t->pool->values[metric->measure];
    struct eh_bonus_input x =
        input("value", (enum eh_unit)t->plan->measures[metric->measure].unit, value->value);
    x.count = value->count;
    struct eh_bonus_node *made =
        value->missing ? node(t, eh_str("curve"), "nothing: missing", none, EH_UNIT_PPM, y)
                       : curve_node(t, "curve", y, &metric->curve, x);
    add(made, value_node(t, metric->measure));
    return made;
}

static struct eh_bonus_node *score_node(struct tree *t, uint32_t index)
{
    static const char *const gated[] = {[EH_GATE_NONE] = "curve",
                                        [EH_GATE_ZERO_METRIC] = "nothing: the gate",
                                        [EH_GATE_CAP_METRIC] = "min(curve, 100%): the gate",
                                        [EH_GATE_ZERO_POOL] = "curve; the gate takes the pool"};
    const struct eh_plan_metric *metric = &t->plan->metrics[index];
    const struct eh_plan_measure *measure = &t->plan->measures[metric->measure];
    const struct eh_bonus_score *score = &t->pool->scores[index];
    struct eh_bonus_node *made =
        node(t, name(t, "score of %.*s", EH_STR_ARG(measure->name)),
             gated[score->gate_failed ? metric->gate.effect : EH_GATE_NONE], none, EH_UNIT_PPM,
             score->score_ppm);
    const struct eh_bonus_input in[] = {input("curve", EH_UNIT_PPM, score->curve_ppm),
                                        input("weight", EH_UNIT_PPM, metric->weight_ppm)};
    inputs(t, made, in, 2);
    add(made, metric_curve_node(t, metric, score->curve_ppm));
    if (metric->gate.effect)
        add(made, gate_node(t, &metric->gate, score->gate_failed));
    return made;
}

static struct eh_bonus_node *gross_node(struct tree *t)
{
    const struct eh_bonus_pool *pool = t->pool;
    struct eh_bonus_node *gross =
        node(t, eh_str("gross"),
             pool->zeroed ? "nothing: a gate" : "min(max_pool, target_pool * funding)", half_away,
             EH_UNIT_MONEY, pool->gross);
    const struct eh_bonus_input in[] = {input("target_pool", EH_UNIT_MONEY, t->plan->target_pool),
                                        input("max_pool", EH_UNIT_MONEY, t->plan->max_pool),
                                        input("funding", EH_UNIT_PPM, pool->funding_ppm)};
    inputs(t, gross, in, 3);
    struct eh_bonus_node *funding = curve_node(t, "funding", pool->funding_ppm, &t->plan->funding,
                                               input("value", EH_UNIT_PPM, pool->composite_ppm));
    struct eh_bonus_node *composite = node(t, eh_str("composite"), "sum(weight * score)", half_away,
                                           EH_UNIT_PPM, pool->composite_ppm);
    for (uint32_t i = 0; i < t->plan->metric_count; i++)
        add(composite, score_node(t, i));
    add(funding, composite);
    add(gross, funding);
    return gross;
}

static struct eh_bonus_node *net_node(struct tree *t, const struct eh_bonus_result *result)
{
    struct eh_bonus_node *net =
        node(t, eh_str("net"), "gross + carry", none, EH_UNIT_MONEY, result->net);
    struct eh_bonus_node *carry = node(t, eh_str("carry"), "max(open, -gross * at_most)",
                                       "toward zero", EH_UNIT_MONEY, result->carry);
    const struct eh_bonus_input in[] = {input("open", EH_UNIT_MONEY, t->facts->carry_open),
                                        input("at_most", EH_UNIT_PPM, t->plan->carry_at_most_ppm)};
    inputs(t, carry, in, 2);
    add(net, gross_node(t));
    add(net, carry);
    return net;
}

/* --- From one version to the next --- */

/* A name with the number of the last version: "net of version 1". */
static struct eh_str last_version_name(struct tree *t, const char *what)
{
    return name(t, "%s version %u", what, t->before->closed.version);
}

static struct eh_bonus_input named_input(struct eh_str name_of, int64_t value)
{
    return (struct eh_bonus_input){.name = name_of, .value = value, .unit = EH_UNIT_MONEY};
}

static struct eh_bonus_node *difference_node(struct tree *t, const struct eh_bonus_later *later)
{
    const struct eh_bonus_input in[] = {
        input("gross", EH_UNIT_MONEY, later->pool.gross),
        named_input(last_version_name(t, "gross of"), t->before->closed.gross)};
    struct eh_bonus_node *made =
        node(t, eh_str("difference"), "", none, EH_UNIT_MONEY, later->difference);
    if (made)
        made->formula = name(t, "gross - gross of version %u", t->before->closed.version);
    inputs(t, made, in, 2);
    add(made, gross_node(t));
    return made;
}

static struct eh_bonus_node *paid_node(struct tree *t, const struct eh_bonus_later *later)
{
    static const char nothing[] = "nothing: the difference is not above 0";
    bool more = later->difference > 0;
    const struct eh_bonus_input in[] = {input("difference", EH_UNIT_MONEY, later->difference),
                                        input("cancelled", EH_UNIT_MONEY, later->cancelled)};
    const struct eh_bonus_input of[] = {in[0], input("open", EH_UNIT_MONEY, t->facts->carry_open)};
    struct eh_bonus_node *made = node(t, eh_str("paid"), more ? "difference - cancelled" : nothing,
                                      none, EH_UNIT_MONEY, later->paid);
    struct eh_bonus_node *cancelled =
        node(t, eh_str("cancelled"), more ? "min(difference, -open)" : nothing, none, EH_UNIT_MONEY,
             later->cancelled);
    inputs(t, made, in, 2);
    inputs(t, cancelled, of, 2);
    add(made, difference_node(t, later));
    add(made, cancelled);
    return made;
}

static struct eh_bonus_node *later_net_node(struct tree *t, const struct eh_bonus_later *later)
{
    const struct eh_bonus_closed *last = &t->before->closed;
    struct eh_bonus_node *net = node(t, eh_str("net"), "", none, EH_UNIT_MONEY, later->net);
    const struct eh_bonus_input in[] = {named_input(last_version_name(t, "net of"), last->net),
                                        input("paid", EH_UNIT_MONEY, later->paid)};
    if (net)
        net->formula = name(t, "net of version %u + paid", last->version);
    inputs(t, net, in, 2);
    add(net, node(t, last_version_name(t, "net of"), "paid in total by then", none, EH_UNIT_MONEY,
                  last->net));
    add(net, paid_node(t, later));
    return net;
}

/* The open carry: the team's next pools take it back, and no rep owes money. */
static struct eh_bonus_node *open_node(struct tree *t, const struct eh_bonus_later *later)
{
    bool more = later->difference > 0;
    const struct eh_bonus_input in[] = {input("open", EH_UNIT_MONEY, t->facts->carry_open),
                                        input(more ? "cancelled" : "difference", EH_UNIT_MONEY,
                                              more ? later->cancelled : later->difference)};
    struct eh_bonus_node *made =
        node(t, eh_str("carry open"), more ? "open + cancelled" : "open + difference", none,
             EH_UNIT_MONEY, later->carry_open);
    inputs(t, made, in, 2);
    return made;
}

/* --- From the pool to the people --- */

/* A node of an amount of money; the caller adds it to the tree. */
static struct eh_bonus_node amount_of(const char *name, const char *formula, const char *rounding,
                                      int64_t value)
{
    return (struct eh_bonus_node){.name = eh_str(name),
                                  .formula = eh_str(formula),
                                  .rounding = eh_str(rounding),
                                  .value = value,
                                  .unit = EH_UNIT_MONEY};
}

static void part_add(struct tree *t, struct eh_bonus_node *to, struct eh_bonus_node part,
                     const struct eh_bonus_input *in, uint32_t count)
{
    struct eh_bonus_node *made = eh_arena_copy(t->arena, &part, sizeof part);
    t->failed |= !made;
    inputs(t, made, in, count);
    add(to, made);
}

static const char *individual_formula(const struct eh_bonus_split *s, bool later)
{
    if (s->moves && s->unearned[EH_PART_INDIVIDUAL])
        return "nothing: nobody has points; it goes to the team part";
    if (s->moves && s->team == 0 && s->moved > 0)
        return "all: nobody has a weight in the team part";
    return later ? "paid * split" : "net * split";
}

/* Adds a part of the team part. The split divides the money among the parts in which a rep has a
 * weight. */
static void team_part_add(struct tree *t, struct eh_bonus_node *to, enum eh_bonus_part part,
                          int64_t value, const uint32_t ppm[EH_PART_INDIVIDUAL])
{
    const struct eh_bonus_split *s = t->split;
    const struct eh_bonus_input split = input("split", EH_UNIT_PPM, ppm[part]);
    int64_t splits = 0;
    for (unsigned i = 0; i < EH_PART_INDIVIDUAL; i++)
        splits += s->moves && s->unearned[i] ? 0 : ppm[i];
    const struct eh_bonus_input in[] = {split, input("splits", EH_UNIT_PPM, splits)};
    if (s->moves && s->unearned[part] && ppm[part] > 0)
        part_add(t, to,
                 amount_of(eh_bonus_part_name(part),
                           "nothing: nobody has a weight in it; it goes to the others", none,
                           value),
                 &split, 1);
    else
        part_add(
            t, to,
            amount_of(eh_bonus_part_name(part), "(team + over) * split / splits", largest, value),
            in, 2);
}

static void unearned_add(struct tree *t, struct eh_bonus_node *to)
{
    const struct eh_bonus_split *s = t->split;
    struct eh_bonus_input in[EH_PARTS];
    uint32_t count = 0;
    for (unsigned i = 0; i < EH_PARTS; i++)
        if (s->held_of[i] != 0)
            in[count++] =
                input(eh_bonus_part_name((enum eh_bonus_part)i), EH_UNIT_MONEY, s->held_of[i]);
    part_add(t, to, amount_of("held", "parts nobody has a weight in", none, s->held), in, count);
}

static struct eh_bonus_node *parts_node(struct tree *t)
{
    const struct eh_bonus_split *s = t->split;
    const struct eh_bonus_plan *p = t->plan;
    bool later = t->before, uncapped = s->moves && s->team == 0 && s->moved > 0;
    const struct eh_bonus_input split = input("split", EH_UNIT_PPM, p->individual_ppm);
    const struct eh_bonus_input cap = input("cap", EH_UNIT_PPM, p->cap_ppm);
    const uint32_t ppm[EH_PART_INDIVIDUAL] = {p->equal_ppm, p->hours_ppm, p->seniority_ppm};
    struct eh_bonus_node *made =
        node(t, eh_str("parts"), later ? "paid, apportioned" : "net, apportioned", largest,
             EH_UNIT_MONEY, s->amount);
    part_add(t, made, amount_of("individual", individual_formula(s, later), largest, s->individual),
             &split, 1);
    part_add(t, made,
             amount_of("team", later ? "paid - individual" : "net - individual", none, s->team),
             NULL, 0);
    if (uncapped)
        part_add(
            t, made,
            amount_of("limit of a line", "none: what caps leave could go nowhere", none, s->limit),
            NULL, 0);
    else
        part_add(t, made, amount_of("limit of a line", "individual * cap", "down", s->limit), &cap,
                 1);
    part_add(t, made, amount_of("over", "what caps leave; to the team part", none, s->over), NULL,
             0);
    team_part_add(t, made, EH_PART_EQUAL, s->equal, ppm);
    team_part_add(t, made, EH_PART_HOURS, s->hours, ppm);
    team_part_add(t, made, EH_PART_SENIORITY, s->seniority, ppm);
    unearned_add(t, made);
    return made;
}

struct sums {
    int64_t days, minutes, seniority;
    int64_t points; /* of the lines below the limit */
    int64_t fixed;  /* what the lines at the limit take */
};

/* A rep's share of a part. `in` has their weight, or what it is made of, and then the sum of all
 * weights. */
static struct eh_bonus_node *line_node(struct tree *t, const char *part, const char *formula,
                                       int64_t value, struct eh_bonus_input *in, uint32_t count,
                                       int64_t all, int64_t amount)
{
    struct eh_bonus_node *made = node(t, eh_str(part), formula, largest, EH_UNIT_MONEY, value);
    in[count++] = input("all", EH_UNIT_COUNT, all);
    in[count++] = input("part", EH_UNIT_MONEY, amount);
    inputs(t, made, in, count);
    return made;
}

/* Where the points come from: the tickets they closed, by kind. */
static struct eh_bonus_node *points_node(struct tree *t, const struct eh_bonus_share *s)
{
    const struct eh_bonus_facts *f = t->split->facts;
    struct eh_bonus_node *made =
        node(t, eh_str("points"), "sum of the kinds", none, EH_UNIT_COUNT, s->points);
    for (uint32_t i = 0; s->member->closed && i < t->plan->point_count; i++) {
        const struct eh_plan_points *worth = &t->plan->points[i];
        for (uint32_t k = 0; k < f->kind_count; k++) {
            int64_t closed = s->member->closed[k];
            if (!eh_str_equal(worth->kind, f->kinds[k].id) || closed == 0)
                continue;
            const struct eh_bonus_input in[] = {input("closed", EH_UNIT_COUNT, closed),
                                                input("each", EH_UNIT_COUNT, worth->points)};
            struct eh_bonus_node *kind =
                node(t, worth->kind, "closed * each", none, EH_UNIT_COUNT, closed * worth->points);
            inputs(t, kind, in, 2);
            add(made, kind);
        }
    }
    return made;
}

/* The individual share. Lines above the limit get the limit; the others share the rest by points.
 */
static struct eh_bonus_node *individual_node(struct tree *t, const struct eh_bonus_share *s,
                                             const struct sums *sums)
{
    struct eh_bonus_input in[4] = {input("points", EH_UNIT_COUNT, s->points)};
    uint32_t count = 1;
    if (sums->fixed > 0)
        in[count++] = input("fixed", EH_UNIT_MONEY, sums->fixed);
    const char *formula = s->capped         ? "the limit of a line"
                          : sums->fixed > 0 ? "(part - fixed) * points / all"
                                            : "part * points / all";
    struct eh_bonus_node *made = line_node(t, "individual", formula, s->individual, in, count,
                                           sums->points, t->split->individual);
    if (s->points > 0)
        add(made, points_node(t, s));
    return made;
}

/* For a later version: adds what the rep had got before, and this version's parts of what is paid
 * now. */
static void before_add(struct tree *t, struct eh_bonus_node *to, int64_t total)
{
    if (!to)
        return;
    to->value += total;
    to->formula = name(t, "up to version %u + equal + hours + seniority + individual",
                       t->before->closed.version);
    const struct eh_bonus_input in = named_input(last_version_name(t, "up to"), total);
    inputs(t, to, &in, 1);
    add(to, node(t, in.name, "paid by then", none, EH_UNIT_MONEY, total));
}

/* Who said the contract's minutes. */
static struct eh_str contract_formula(struct tree *t, const struct eh_bonus_member *m)
{
    char date[EH_DECIMAL_TEXT_MAX];
    if (!m->by_calendar)
        return eh_str("imported");
    if (m->calendar_until == EH_DATE_NEVER)
        return eh_str("by the calendar");
    eh_date_print(m->calendar_until, date);
    return name(t, "by the calendar up to %s; the days behind it are not known yet", date);
}

/* Where the minutes that count come from, if a contract bounds them or stands in for them. */
static struct eh_bonus_node *minutes_node(struct tree *t, const struct eh_bonus_share *s)
{
    const struct eh_bonus_member *m = s->member;
    struct eh_bonus_input in[2];
    uint32_t count = 0;
    if (!m->has_contract)
        return NULL;
    if (m->has_paid)
        in[count++] = input("paid_minutes", EH_UNIT_COUNT, m->paid_minutes);
    in[count++] = input("contract_minutes", EH_UNIT_COUNT, m->contract_minutes);
    const char *formula = m->has_paid ? "min(paid_minutes, contract_minutes)"
                          : t->plan->if_missing == EH_MISSING_PRIOR
                              ? "contract_minutes: no paid_minutes came"
                              : "nothing: no paid_minutes came";
    struct eh_bonus_node *made =
        node(t, eh_str("minutes"), formula, none, EH_UNIT_COUNT, s->minutes);
    struct eh_bonus_node *contract =
        node(t, eh_str("contract_minutes"), "", none, EH_UNIT_COUNT, m->contract_minutes);
    if (contract)
        contract->formula = contract_formula(t, m);
    inputs(t, made, in, count);
    add(made, contract);
    return made;
}

static struct eh_bonus_node *share_node(struct tree *t, uint32_t at, const struct sums *sums)
{
    const struct eh_bonus_split *split = t->split;
    const struct eh_bonus_share *s = &split->shares[at];
    const struct eh_bonus_input days = input("days", EH_UNIT_COUNT, s->days);
    struct eh_bonus_input equal[3] = {days}, seniority[4] = {days};
    struct eh_bonus_input hours[3] = {input("minutes", EH_UNIT_COUNT, s->minutes)};
    struct eh_bonus_node *made =
        node(t, s->rep, s->eligible ? "equal + hours + seniority + individual" : "not eligible",
             none, EH_UNIT_MONEY, s->total);
    if (!s->eligible)
        return made;
    if (t->before)
        before_add(t, made, t->before->totals[at]);
    seniority[1] = input("band", EH_UNIT_COUNT, s->band);
    add(made,
        line_node(t, "equal", "part * days / all", s->equal, equal, 1, sums->days, split->equal));
    struct eh_bonus_node *by_hours = line_node(t, "hours", "part * minutes / all", s->hours, hours,
                                               1, sums->minutes, split->hours);
    add(by_hours, minutes_node(t, s));
    add(made, by_hours);
    add(made, line_node(t, "seniority", "part * band * days / all", s->seniority, seniority, 2,
                        sums->seniority, split->seniority));
    add(made, individual_node(t, s, sums));
    return made;
}

bool eh_bonus_line_wanted(const struct eh_bonus_lines *lines, struct eh_str rep)
{
    return (lines->only.size == 0 || eh_str_equal(rep, lines->only)) &&
           (lines->after.size == 0 || eh_str_compare(rep, lines->after) > 0);
}

static struct eh_bonus_node *shares_node(struct tree *t, const struct eh_bonus_lines *lines)
{
    const struct eh_bonus_split *split = t->split;
    struct sums sums = {0};
    for (uint32_t i = 0; i < split->count; i++) {
        const struct eh_bonus_share *s = &split->shares[i];
        sums.days += s->days;
        sums.minutes += s->minutes;
        sums.seniority += s->band * s->days;
        sums.points += s->capped ? 0 : s->points;
        sums.fixed += s->capped ? s->individual : 0;
    }
    struct eh_bonus_node *made = node(t, eh_str("shares"), "each part by its own weights", largest,
                                      EH_UNIT_MONEY, split->amount - split->held);
    for (uint32_t i = 0; made && t->before && i < split->count; i++)
        made->value += t->before->totals[i];
    struct eh_bonus_node **end = made ? &made->children : NULL;
    uint32_t left = lines->max > 0 ? lines->max : split->count;
    for (uint32_t i = 0; !t->failed && left > 0 && i < split->count; i++) {
        if (!eh_bonus_line_wanted(lines, split->shares[i].rep))
            continue;
        *end = share_node(t, i, &sums);
        if (*end)
            end = &(*end)->next;
        left--;
    }
    return made;
}

const struct eh_bonus_node *eh_bonus_explain(const struct eh_bonus_plan *plan,
                                             const struct eh_bonus_facts *facts,
                                             const struct eh_bonus_result *result,
                                             const struct eh_bonus_lines *lines,
                                             struct eh_arena *arena)
{
    struct tree t = {plan, facts, &result->pool, &result->split, NULL, arena, false};
    struct eh_bonus_node *root =
        node(&t, eh_str("pool"), "net to parts to people", none, EH_UNIT_MONEY, result->net);
    add(root, net_node(&t, result));
    add(root, parts_node(&t));
    add(root, shares_node(&t, lines));
    return t.failed ? NULL : root;
}

const struct eh_bonus_node *eh_bonus_explain_later(const struct eh_bonus_plan *plan,
                                                   const struct eh_bonus_facts *facts,
                                                   const struct eh_bonus_later *later,
                                                   const struct eh_bonus_before *before,
                                                   const struct eh_bonus_lines *lines,
                                                   struct eh_arena *arena)
{
    struct tree t = {plan, facts, &later->pool, &later->split, before, arena, false};
    struct eh_bonus_node *root =
        node(&t, eh_str("pool"), "net to parts to people", none, EH_UNIT_MONEY, later->net);
    struct eh_bonus_node *first = eh_arena_copy(arena, before->first, sizeof *first);
    t.failed |= !first;
    if (first)
        first->name = eh_str("version 1");
    add(root, later_net_node(&t, later));
    add(root, open_node(&t, later));
    add(root, parts_node(&t));
    add(root, shares_node(&t, lines));
    add(root, first);
    return t.failed ? NULL : root;
}
