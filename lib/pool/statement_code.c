/*
 * statement_code: the canonical bytes of a settled statement, and back.
 */
#include "internal.h"

/* Numbers of the forms. EH_POOL_FORM_FIRST and EH_POOL_FORM_FACTS write the first two,
 * EH_POOL_FORM_TIES the third. */
#define VERSION       1
#define VERSION_LATER 2 /* ... with facts at the end: version 2 and later */
#define VERSION_TIES  3 /* ... with the rules of sharing; with facts at the end or without */

/* The fewest bytes of an item of each list. */
#define METRIC_LEAST 10
#define LINE_LEAST   13

/* ---- out */

static void metric_put(const struct eh_pool_metric *m, struct eh_bytes *out)
{
    const bool flags[] = {m->prior, m->missing, m->gate_failed, m->gate_missing};
    eh_bytes_put_str(out, m->name);
    eh_pool_put_flags(out, flags, 4);
    eh_bytes_put_i(out, m->value);
    eh_bytes_put_i(out, m->count);
    eh_bytes_put_u8(out, m->unit);
    eh_bytes_put_i(out, m->curve_ppm);
    eh_bytes_put_i(out, m->score_ppm);
    eh_bytes_put_u(out, m->weight_ppm);
    eh_bytes_put_u8(out, m->gate);
    if (m->gate == EH_GATE_NONE)
        return;
    eh_bytes_put_str(out, m->gate_metric);
    eh_bytes_put_i(out, m->gate_value);
    eh_bytes_put_u8(out, m->gate_unit);
}

static void line_put(const struct eh_pool_line *line, bool ties, struct eh_bytes *out)
{
    const bool flags[] = {line->eligible, line->capped};
    const int64_t figures[] = {line->days,  line->minutes, line->band,      line->points,
                               line->equal, line->hours,   line->seniority, line->individual,
                               line->total, line->paid};
    eh_bytes_put_str(out, line->rep);
    eh_pool_put_flags(out, flags, 2);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        eh_bytes_put_i(out, figures[i]);
    if (ties)
        eh_bytes_put_i(out, line->paid_before);
}

static void pool_put(const struct eh_pool_statement *s, struct eh_bytes *out)
{
    const int64_t figures[] = {s->composite_ppm, s->funding_ppm, s->gross,       s->carry,
                               s->net,           s->individual,  s->equal,       s->hours,
                               s->seniority,     s->held,        s->difference,  s->cancelled,
                               s->paid,          s->carry_open,  s->carry_before};
    const bool flags[] = {s->zeroed, s->estimate};
    eh_pool_put_flags(out, flags, 2);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        eh_bytes_put_i(out, figures[i]);
}

static void ties_put(const struct eh_pool_statement *s, struct eh_bytes *out)
{
    const bool flags[] = {s->ties_by_id, s->facts.size > 0};
    eh_pool_put_flags(out, flags, 2);
    eh_bytes_put_i(out, s->over);
    eh_bytes_put_i(out, s->moved);
    for (unsigned i = 0; i < EH_PARTS; i++)
        eh_bytes_put_i(out, s->held_of[i]);
}

void eh_pool_statement_encode(const struct eh_pool_statement *s, struct eh_bytes *out)
{
    bool ties = s->form == EH_POOL_FORM_TIES;
    eh_bytes_put_u8(out, ties ? VERSION_TIES : s->facts.size > 0 ? VERSION_LATER : VERSION);
    eh_bytes_put_str(out, s->team);
    eh_pool_put_period(out, s->period);
    eh_bytes_put_u(out, s->version);
    eh_bytes_put_str(out, s->currency);
    eh_bytes_put_str(out, s->plan);
    eh_bytes_put(out, s->plan_sha256, sizeof s->plan_sha256);
    eh_bytes_put(out, s->facts_sha256, sizeof s->facts_sha256);
    pool_put(s, out);
    if (ties)
        ties_put(s, out);
    eh_bytes_put_u(out, s->metric_count);
    for (uint32_t i = 0; i < s->metric_count; i++)
        metric_put(&s->metrics[i], out);
    eh_bytes_put_u(out, s->line_count);
    for (uint32_t i = 0; i < s->line_count; i++)
        line_put(&s->lines[i], ties, out);
    if (s->facts.size > 0)
        eh_bytes_put_str(out, s->facts);
}

/* ---- in */

static void metric_read(struct eh_reader *in, struct eh_pool_metric *m)
{
    bool flags[4];
    m->name = eh_pool_read_name(in, (struct eh_str){NULL, 0});
    eh_pool_read_flags(in, 4, flags);
    m->prior = flags[0];
    m->missing = flags[1];
    m->gate_failed = flags[2];
    m->gate_missing = flags[3];
    m->value = eh_read_i(in);
    m->count = eh_read_i(in);
    m->unit = (uint8_t)eh_pool_read_below(in, EH_UNIT_SECONDS + 1);
    m->curve_ppm = eh_read_i(in);
    m->score_ppm = eh_read_i(in);
    m->weight_ppm = (uint32_t)eh_pool_read_below(in, EH_PPM + 1);
    m->gate = (uint8_t)eh_pool_read_below(in, EH_GATE_ZERO_POOL + 1);
    if (m->gate == EH_GATE_NONE) {
        in->failed |= m->gate_failed || m->gate_missing;
        return;
    }
    m->gate_metric = eh_pool_read_name(in, (struct eh_str){NULL, 0});
    m->gate_value = eh_read_i(in);
    m->gate_unit = (uint8_t)eh_pool_read_below(in, EH_UNIT_SECONDS + 1);
}

static void line_read(struct eh_reader *in, struct eh_str before, bool ties,
                      struct eh_pool_line *line)
{
    bool flags[2];
    int64_t *const figures[] = {&line->days,  &line->minutes, &line->band,      &line->points,
                                &line->equal, &line->hours,   &line->seniority, &line->individual,
                                &line->total, &line->paid};
    line->rep = eh_pool_read_name(in, before);
    eh_pool_read_flags(in, 2, flags);
    line->eligible = flags[0];
    line->capped = flags[1];
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = eh_read_i(in);
    line->paid_before = ties ? eh_read_i(in) : EH_POOL_UNKNOWN;
    in->failed |= line->paid_before < EH_POOL_UNKNOWN;
}

static void hash_read(struct eh_reader *in, uint8_t ret[32])
{
    const uint8_t *bytes = eh_read_bytes(in, 32);
    if (bytes)
        memcpy(ret, bytes, 32);
}

static void head_read(struct eh_reader *in, struct eh_pool_statement *s)
{
    struct eh_str any = {NULL, 0};
    s->team = eh_pool_read_name(in, any);
    s->period = eh_pool_read_period(in);
    s->version = (uint32_t)eh_pool_read_below(in, (uint64_t)UINT32_MAX + 1);
    s->currency = eh_pool_read_name(in, any);
    int exponent = in->failed ? 0 : eh_currency_exponent(s->currency);
    in->failed |= exponent < 0;
    s->currency_exponent = exponent < 0 ? 0 : (unsigned)exponent;
    s->plan = eh_pool_read_name(in, any);
    hash_read(in, s->plan_sha256);
    hash_read(in, s->facts_sha256);
}

static void pool_read(struct eh_reader *in, struct eh_pool_statement *s)
{
    bool flags[2];
    int64_t *const figures[] = {&s->composite_ppm, &s->funding_ppm, &s->gross,       &s->carry,
                                &s->net,           &s->individual,  &s->equal,       &s->hours,
                                &s->seniority,     &s->held,        &s->difference,  &s->cancelled,
                                &s->paid,          &s->carry_open,  &s->carry_before};
    eh_pool_read_flags(in, 2, flags);
    s->zeroed = flags[0];
    s->estimate = flags[1];
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = eh_read_i(in);
}

/* Whether facts stand at the end. */
static bool ties_read(struct eh_reader *in, struct eh_pool_statement *s)
{
    bool flags[2];
    eh_pool_read_flags(in, 2, flags);
    s->ties_by_id = flags[0];
    s->over = eh_read_i(in);
    s->moved = eh_read_i(in);
    for (unsigned i = 0; i < EH_PARTS; i++)
        s->held_of[i] = eh_read_i(in);
    return flags[1];
}

/* For a form that does not say them: the held money of version 1 is what a part has beyond its
 * lines. */
static void held_find(struct eh_pool_statement *s)
{
    int64_t *const of = s->held_of;
    if (s->held == 0 || s->version > 1)
        return;
    __int128 left[EH_PARTS] = {s->equal, s->hours, s->seniority, s->individual};
    for (uint32_t i = 0; i < s->line_count; i++) {
        left[EH_PART_EQUAL] -= s->lines[i].equal;
        left[EH_PART_HOURS] -= s->lines[i].hours;
        left[EH_PART_SENIORITY] -= s->lines[i].seniority;
        left[EH_PART_INDIVIDUAL] -= s->lines[i].individual;
    }
    for (unsigned i = 0; i < EH_PARTS; i++)
        of[i] = left[i] > 0 && left[i] <= s->held ? (int64_t)left[i] : 0;
}

static bool lists_read(struct eh_reader *in, struct eh_pool_statement *s, struct eh_arena *arena)
{
    struct eh_str before = {NULL, 0};
    s->metric_count = eh_pool_read_count(in, METRIC_LEAST);
    s->metrics = eh_arena_alloc(arena, s->metric_count * sizeof *s->metrics);
    for (uint32_t i = 0; s->metrics && i < s->metric_count && !in->failed; i++)
        metric_read(in, &s->metrics[i]);
    s->line_count = eh_pool_read_count(in, LINE_LEAST);
    s->lines = eh_arena_alloc(arena, s->line_count * sizeof *s->lines);
    for (uint32_t i = 0; s->lines && i < s->line_count && !in->failed; i++) {
        line_read(in, before, s->form == EH_POOL_FORM_TIES, &s->lines[i]);
        before = s->lines[i].rep;
    }
    return s->metrics && s->lines;
}

int eh_pool_statement_decode(struct eh_str bytes, struct eh_arena *arena,
                             struct eh_pool_statement **ret, struct eh_error *error)
{
    struct eh_reader in = eh_reader(bytes.data, bytes.size);
    uint8_t form = eh_read_u8(&in);
    if (form < VERSION || form > VERSION_TIES)
        return eh_error_set(error, EH_ECORRUPT, "this is no statement of version %d to %d", VERSION,
                            VERSION_TIES);
    struct eh_pool_statement *s = eh_arena_alloc(arena, sizeof *s);
    if (!s)
        return eh_error_set(error, EH_ENOMEM, "out of memory for the statement");
    s->form = form == VERSION_TIES ? EH_POOL_FORM_TIES : EH_POOL_FORM_FACTS;
    s->ties_by_id = form != VERSION_TIES;
    head_read(&in, s);
    pool_read(&in, s);
    bool facts = form == VERSION_TIES ? ties_read(&in, s) : form == VERSION_LATER;
    if (!lists_read(&in, s, arena))
        return eh_error_set(error, EH_ENOMEM, "out of memory for the statement");
    if (facts) {
        s->facts = eh_read_str(&in);
        in.failed |= s->version < 2 || s->facts.size == 0;
    }
    if (form != VERSION_TIES)
        held_find(s);
    if (!eh_reader_complete(&in))
        return eh_error_set(error, EH_ECORRUPT, "the bytes of this statement are damaged");
    *ret = s;
    return 0;
}
