/*
 * text: compares what the daemon added to an input before deciding it: the local date of an
 * outcome, the facts of a FREEZE, the settlements of a CLOSE. Each is made again on the same state.
 */
#include <evenhand/engine/rules.h>

#include "private.h"
#include "term/text.h"

/* ---- Outcomes. */

struct moment {
    struct eh_zone *zone;
    int64_t ms;
    struct eh_error *error;
    int result;
};

static int32_t date_in(void *context, struct eh_str zone)
{
    struct moment *moment = context;
    int r = moment->result < 0 ? moment->result : eh_zone_set(moment->zone, zone, moment->error);
    moment->result = r;
    return r < 0 ? 0 : eh_zone_date(moment->ms);
}

static int date_wrong(const struct eh_proof *p, bool has, int32_t date, struct eh_error *error)
{
    const struct eh_message *m = &p->replay->in.message;
    char found[EH_DECIMAL_TEXT_MAX] = "nothing", wanted[EH_DECIMAL_TEXT_MAX];
    if (has && m->at_date >= INT32_MIN && m->at_date <= INT32_MAX)
        eh_date_print((int32_t)m->at_date, found);
    eh_date_print(date, wanted);
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: outcome of %.*s: recorded for %s; when it happened it was %s "
                        "in %s",
                        big(p->replay->in.no), EH_STR_ARG(m->id), found, wanted, p->zone.name);
}

/* An outcome without a time has a date only when that differs from its input's. */
int proof_compare_date(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_input *in = &p->replay->in;
    const struct eh_message *m = &in->message;
    if (m->type != EH_MESSAGE_OUTCOME || !eh_engine_desk(p->replay->engine))
        return 0;
    bool has = eh_message_has(m, EH_FIELD_AT_DATE), timed = eh_message_has(m, EH_FIELD_AT);
    if (!has && !p->dated && timed) /* the row is from before outcomes had a date */
        return 0;
    p->dated |= timed;
    struct moment moment = {&p->zone, timed ? m->at_ms : in->at_us / 1000, error, 0};
    int32_t date = eh_engine_local_date(p->replay->engine, in, date_in, &moment);
    if (moment.result < 0)
        return moment.result;
    bool right = has ? m->at_date == date : !timed && date == in->date;
    return right ? 0 : date_wrong(p, has, date, error);
}

/* ---- Imported figures. */

static int32_t date_at(void *context, struct eh_str zone, int64_t us)
{
    struct moment *moment = context;
    moment->ms = us / 1000;
    return date_in(context, zone);
}

/* Compares the minutes of the period, from the first input on that was decided by them. */
int proof_compare_minutes(struct eh_proof *p, struct eh_error *error)
{
    const struct eh_message *m = &p->replay->in.message;
    struct eh_period period;
    struct eh_totals totals;
    eh_engine_totals(p->replay->engine, &totals);
    if (m->type != EH_MESSAGE_METRIC || totals.rules < EH_RULES_COUNTABLE ||
        !eh_plan_is_minutes(m->metric) || eh_period_parse(m->period, &period, NULL) < 0)
        return 0;
    struct moment moment = {&p->zone, 0, error, 0};
    int64_t minutes = eh_engine_period_minutes(p->replay->engine, period, date_at, &moment);
    if (moment.result < 0)
        return moment.result;
    if (minutes == (eh_message_has(m, EH_FIELD_MINUTES) ? m->minutes : 0))
        return 0;
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: %.*s of %.*s: recorded as of %lld minutes; it has %lld in %s",
                        big(p->replay->in.no), EH_STR_ARG(m->metric), EH_STR_ARG(m->period),
                        (long long)m->minutes, (long long)minutes, p->zone.name);
}

/* ---- FREEZE: the facts. */

/* A clause on the first figure that differs; empty: none does. */
static void name_fact(struct eh_str found, struct eh_str wanted, struct eh_arena *arena, char *ret,
                      size_t size)
{
    struct eh_bonus_facts *a, *b;
    char is[EH_CLI_TEXT], should[EH_CLI_TEXT];
    *ret = '\0';
    if (eh_pool_facts_decode(found, arena, &a, NULL) < 0 ||
        eh_pool_facts_decode(wanted, arena, &b, NULL) < 0)
        return;
    const struct {
        const char *name;
        int64_t found, wanted;
    } facts[] = {{"revenue", a->revenue, b->revenue},
                 {"ratings", a->ratings, b->ratings},
                 {"sum of ratings", a->rating_sum, b->rating_sum},
                 {"reopened", a->reopened, b->reopened},
                 {"responses", a->responses, b->responses},
                 {"cycles", a->cycles, b->cycles},
                 {"answers", a->answers, b->answers},
                 {"answers in time", a->answers_in_time, b->answers_in_time},
                 {"members", a->member_count, b->member_count}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts && !*ret; i++) {
        if (facts[i].found == facts[i].wanted)
            continue;
        eh_text_count(facts[i].found, is);
        eh_text_count(facts[i].wanted, should);
        eh_format(ret, size, ": recorded %s %s, the log gives %s", facts[i].name, is, should);
    }
}

static int compare_facts(const struct eh_replay *replay, struct eh_str found, struct eh_str wanted,
                         struct eh_arena *arena, struct eh_error *error)
{
    const struct eh_message *m = &replay->in.message;
    char other[120];
    name_fact(found, wanted, arena, other, sizeof other);
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: the facts frozen for %.*s %.*s are not those of the log%s",
                        big(replay->in.no), EH_STR_ARG(m->team), EH_STR_ARG(m->period), other);
}

/* ---- CLOSE: the settlements. */

static int not_settled_so(const struct eh_replay *replay, struct eh_error *error)
{
    const struct eh_message *m = &replay->in.message;
    return eh_error_set(error, EH_ECORRUPT,
                        "input %llu: what was settled for %.*s %.*s is not what its facts give",
                        big(replay->in.no), EH_STR_ARG(m->team), EH_STR_ARG(m->period));
}

static int compare_settlement(const struct eh_replay *replay, const struct eh_settlement *found,
                              const struct eh_settlement *wanted, struct eh_arena *arena,
                              struct eh_error *error)
{
    struct eh_pool_statement *a, *b;
    if (!eh_period_equal(found->period, wanted->period) || found->version != wanted->version ||
        eh_pool_statement_decode(found->statement, arena, &a, NULL) < 0 ||
        eh_pool_statement_decode(wanted->statement, arena, &b, NULL) < 0)
        return not_settled_so(replay, error);
    a->team = b->team = replay->in.message.team;
    return proof_compare_statements(replay->in.no, a, b, error);
}

/* Whether the found text has the form of earlier builds, which kept no facts with a later version.
 * Everything else has to be the same. */
static bool is_older_form(struct eh_str found, struct eh_str wanted, struct eh_arena *arena)
{
    EH_AUTO(eh_bytes) struct eh_bytes older = EH_BYTES_INIT;
    struct eh_settlement one;
    while (eh_settlements_next(&wanted, &one) > 0) {
        EH_AUTO(eh_bytes) struct eh_bytes bytes = EH_BYTES_INIT;
        struct eh_pool_statement *s;
        if (eh_pool_statement_decode(one.statement, arena, &s, NULL) < 0 ||
            s->form >= EH_POOL_FORM_TIES)
            return false;
        s->facts = eh_str(NULL);
        eh_pool_statement_encode(s, &bytes);
        one.statement = eh_str_n((const char *)bytes.data, bytes.size);
        eh_settlements_put(&older, &one, 1);
        if (bytes.failed)
            return false;
    }
    return !older.failed && eh_str_equal(found, eh_str_n((const char *)older.data, older.size));
}

/* Whether the log has the form of the first builds that closed periods. */
static bool log_is_first_form(const struct eh_replay *replay)
{
    const struct eh_message *m = &replay->in.message;
    EH_AUTO(eh_bytes) struct eh_bytes made = EH_BYTES_INIT;
    return proof_is_first(replay) &&
           eh_pool_prepare_as(replay->engine, m, EH_POOL_FORM_FIRST, &made, NULL) == 0 &&
           eh_str_equal(m->text, eh_str_n((const char *)made.data, made.size));
}

static int compare_settlements(const struct eh_replay *replay, struct eh_str found,
                               struct eh_str wanted, struct eh_arena *arena, struct eh_error *error)
{
    struct eh_settlement a, b;
    if (is_older_form(found, wanted, arena) || log_is_first_form(replay))
        return 0;
    while (eh_settlements_next(&found, &a) > 0 && eh_settlements_next(&wanted, &b) > 0) {
        int r = compare_settlement(replay, &a, &b, arena, error);
        if (r < 0)
            return r;
    }
    return not_settled_so(replay, error);
}

/* ---- Either. */

/* The daemon could not make the text, and recorded the reason. */
static int compare_reason(const struct eh_message *m, uint64_t no, const char *why,
                          struct eh_error *error)
{
    if (eh_message_has(m, EH_FIELD_TEXT))
        return eh_error_set(error, EH_ECORRUPT, "input %llu: %s of %.*s %.*s was done, though %s",
                            big(no), eh_message_type_name(m->type), EH_STR_ARG(m->team),
                            EH_STR_ARG(m->period), why);
    if (!eh_str_equal(m->reason, eh_str(why)))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: %s of %.*s %.*s: another reason is recorded than: %s",
                            big(no), eh_message_type_name(m->type), EH_STR_ARG(m->team),
                            EH_STR_ARG(m->period), why);
    return 0;
}

int proof_compare_text(const struct eh_proof *p, struct eh_error *error)
{
    const struct eh_replay *replay = p->replay;
    const struct eh_message *m = &replay->in.message;
    EH_AUTO(eh_bytes) struct eh_bytes made = EH_BYTES_INIT;
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_error why = {0};
    if (!eh_message_is(m, EH_TYPE_SETTLES))
        return 0;
    int r = eh_pool_prepare(replay->engine, m, &made, &why);
    if (r == -EH_ENOMEM)
        return eh_error_set(error, EH_ENOMEM, "out of memory");
    if (r < 0)
        return compare_reason(m, replay->in.no, why.text[0] ? why.text : eh_code_name(r), error);
    struct eh_str wanted = eh_str_n((const char *)made.data, made.size);
    if (!eh_message_has(m, EH_FIELD_TEXT))
        return eh_error_set(error, EH_ECORRUPT,
                            "input %llu: %s of %.*s %.*s was refused, and could be done",
                            big(replay->in.no), eh_message_type_name(m->type), EH_STR_ARG(m->team),
                            EH_STR_ARG(m->period));
    if (eh_str_equal(m->text, wanted))
        return 0;
    return m->type == EH_MESSAGE_FREEZE
               ? compare_facts(replay, m->text, wanted, &arena, error)
               : compare_settlements(replay, m->text, wanted, &arena, error);
}
