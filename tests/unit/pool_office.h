/*
 * pool_office: a team whose tickets come, are closed, and earn a pool: for tests that go through
 * the engine.
 *
 *     EH_AUTO(office) struct office o = {0};
 *     office_start(&o, office_desk(&o, "2026-02"));
 *     office_day(&o, "2026-03-18");
 *     unsigned t = office_close(&o, "order", "ana", "'outcome':'won','value':650000");
 *     office_outcome(&o, t, "'outcome':'refunded','value':1000");
 *     office_step(&o, EH_MESSAGE_FREEZE, "2026-03");     // as the shell does it
 */
#ifndef TESTS_UNIT_POOL_OFFICE_H
#define TESTS_UNIT_POOL_OFFICE_H

#include "bonus_kit.h"
#include "engine_kit.h"

#include <evenhand/pool/pool.h>

#define OFFICE_TICKETS_MAX 4096

struct office {
    struct kit k;
    struct eh_arena arena;
    struct eh_str images[OFFICE_TICKETS_MAX];
    unsigned tickets;
    struct eh_error error; /* of the last FREEZE or CLOSE that could not be prepared */
    struct eh_str text;    /* of the last one that could */
};

/* `text` with the first `from` in it replaced, which has to be there. */
static inline char *office_replaced(struct office *o, const char *text, const char *from,
                                    const char *to)
{
    const char *at = strstr(text, from);
    if (!at)
        kit_fail(from, "is not there");
    size_t before = (size_t)(at - text), size = strlen(text) + strlen(to) + 1;
    char *made = eh_arena_alloc(&o->arena, size);
    memcpy(made, text, before);
    snprintf(made + before, size - before, "%s%s", to, at + strlen(from));
    return made;
}

static inline const char *office_file(struct office *o)
{
    return eh_arena_str(&o->arena, kit_file("good/desk.yaml", &o->arena)).data;
}

/* The desk of the worked example, its plan from another month on. */
static inline const char *office_desk(struct office *o, const char *from)
{
    char line[64];
    snprintf(line, sizeof line, "    from: %s\n", from);
    return office_replaced(o, office_file(o), "    from: 2026-03\n", line);
}

static inline void office_sent(const struct office *o, const char *what)
{
    if (o->k.result < 0 || o->k.fx.refused || o->k.repeat)
        kit_fail(what, o->k.repeat ? "a repeat" : kit_refused(&o->k));
}

static inline void office_start(struct office *o, const char *desk)
{
    kit_start(&o->k, desk);
}

static inline void office_day(struct office *o, const char *date)
{
    kit_pass(&o->k, 3600);
    kit_day(&o->k, kit_date(date));
    office_sent(o, date);
}

/* With the ticket's image recalled, and kept anew. It may be refused. */
static inline void office_try_outcome(struct office *o, unsigned ticket, const char *fields)
{
    char id[16];
    snprintf(id, sizeof id, "T%u", ticket);
    if (!kit_holds(&o->k, id))
        o->k.in.recalled =
            (struct eh_recalled){.ticket_known = true, .ticket_image = o->images[ticket]};
    kit_sendf(&o->k, "{'type':'outcome','id':'%s',%s}", id, fields);
    if (o->k.fx.image_ticket)
        o->images[ticket] = eh_arena_str(&o->arena, o->k.fx.image);
}

static inline void office_outcome(struct office *o, unsigned ticket, const char *fields)
{
    kit_pass(&o->k, 1);
    office_try_outcome(o, ticket, fields);
    office_sent(o, fields);
}

static inline unsigned office_ticket(struct office *o, const char *kind, const char *rep)
{
    unsigned ticket = o->tickets++;
    cr_assert_lt(ticket, OFFICE_TICKETS_MAX);
    kit_sendf(&o->k, "{'type':'ticket','id':'T%u','team':'sales','kind':'%s','owner':'%s'}", ticket,
              kind, rep);
    office_sent(o, kind);
    return ticket;
}

static inline unsigned office_close(struct office *o, const char *kind, const char *rep,
                                    const char *fields)
{
    unsigned ticket = office_ticket(o, kind, rep);
    office_outcome(o, ticket, fields);
    return ticket;
}

static inline void office_metric(struct office *o, const char *period, const char *rep,
                                 const char *metric, int64_t value)
{
    kit_pass(&o->k, 1);
    if (rep)
        kit_sendf(&o->k,
                  "{'type':'metric','team':'sales','period':'%s','rep':'%s','metric':'%s',"
                  "'value':%lld}",
                  period, rep, metric, (long long)value);
    else
        kit_sendf(&o->k,
                  "{'type':'metric','team':'sales','period':'%s','metric':'%s','value':%lld}",
                  period, metric, (long long)value);
    office_sent(o, metric);
}

static inline struct eh_message office_message(int type, const char *team, const char *period)
{
    return (struct eh_message){.type = (uint8_t)type,
                               .has = EH_FIELD_BIT(EH_FIELD_TEAM) | EH_FIELD_BIT(EH_FIELD_PERIOD),
                               .team = eh_str(team),
                               .period = eh_str(period)};
}

/* What the shell would add to such a step; o->text or o->error. */
static inline int office_prepare(struct office *o, const struct eh_engine *e,
                                 const struct eh_message *m)
{
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    o->error = (struct eh_error){0};
    int r = eh_pool_prepare(e, m, &text, &o->error);
    cr_assert_eq(r, -o->error.code);
    cr_assert(r == 0 || text.size == 0);
    if (r == 0)
        o->text = eh_arena_str(&o->arena, eh_str_n((const char *)text.data, text.size));
    return r;
}

#define OFFICE_FREEZE_INCOMPLETE 1000 /* a FREEZE that says what is missing scores nothing */

/* FREEZE, CLOSE or PAY as the shell does it. The sentence is empty when it was done. */
static inline const char *office_step(struct office *o, int type, const char *period)
{
    static char sentence[512];
    bool incomplete = type == OFFICE_FREEZE_INCOMPLETE;
    type = incomplete ? EH_MESSAGE_FREEZE : type;
    struct eh_message m = office_message(type, "sales", period);
    if (incomplete) {
        m.incomplete = 1;
        m.reason = eh_str("nobody knows it any more");
        m.has |= EH_FIELD_BIT(EH_FIELD_INCOMPLETE) | EH_FIELD_BIT(EH_FIELD_REASON);
    }
    bool prepared = type == EH_MESSAGE_FREEZE || type == EH_MESSAGE_CLOSE;
    if (prepared && office_prepare(o, o->k.e, &m) < 0) {
        m.reason = eh_str(o->error.text);
        m.has |= EH_FIELD_BIT(EH_FIELD_REASON);
    } else if (prepared) {
        m.text = o->text;
        m.has |= EH_FIELD_BIT(EH_FIELD_TEXT);
    }
    kit_pass(&o->k, 1);
    kit_step(&o->k, m, EH_ORIGIN_ADMIN);
    cr_assert_eq(o->k.result, 0, "%s", eh_code_name(o->k.result));
    snprintf(sentence, sizeof sentence, "%.*s",
             EH_STR_ARG(o->k.fx.refused ? o->k.fx.reason : eh_str("")));
    cr_assert(kit_sound(&o->k));
    return sentence;
}

static inline void office_settle(struct office *o, const char *period)
{
    cr_assert_str_eq(office_step(o, EH_MESSAGE_FREEZE, period), "");
    cr_assert_str_eq(office_step(o, EH_MESSAGE_CLOSE, period), "");
}

static inline struct eh_period_view office_view(const struct office *o, const char *period)
{
    struct eh_period_view view = {0};
    cr_assert(eh_engine_period(o->k.e, eh_str("sales"), kit_period(period), &view));
    return view;
}

/* What its lines get and what is held make up what is paid. */
static inline struct eh_pool_statement *office_statement_of(const struct office *o,
                                                            const struct eh_period_view *view,
                                                            struct eh_arena *arena)
{
    struct eh_pool_statement *s = NULL;
    struct eh_error error = {0};
    char period[EH_DECIMAL_TEXT_MAX];
    eh_period_print(view->period, period);
    int r = eh_pool_statement(o->k.e, view, arena, &s, &error);
    cr_assert_eq(r, 0, "%s: %s", period, error.text);
    int64_t sum = s->held;
    for (uint32_t i = 0; i < s->line_count; i++)
        sum += s->lines[i].total;
    cr_assert_eq(sum, s->net, "%s", period);
    return s;
}

static inline struct eh_pool_statement *office_statement(struct office *o, const char *period)
{
    struct eh_period_view view = office_view(o, period);
    return office_statement_of(o, &view, &o->arena);
}

/* The tickets of the worked example's March, on a day when everybody is there. The first 20 are
 * the orders that were won. */
static inline void office_march(struct office *o)
{
    static const char *const reps[] = {"ana", "bo", "cy", "dee", "eli"};
    static const char *const kinds[] = {"order", "quote", "query"};
    static const unsigned closed[][REPS] = {
        {8, 4, 4, 2, 2}, {80, 50, 30, 10, 30}, {72, 50, 34, 10, 26}};
    static const unsigned handled[] = {700, 650, 625};
    unsigned first = o->tickets, rated = 0;
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned rep = 0; rep < REPS; rep++)
            for (unsigned i = 0; i < closed[kind][rep]; i++, rated++) {
                char fields[128], csat[16] = "";
                if (rated < 184)
                    snprintf(csat, sizeof csat, ",'csat':%d", rated < 76 ? 5 : 4);
                if (kind == ORDER)
                    snprintf(fields, sizeof fields, "'outcome':'won','value':%u,'handled':%u%s",
                             rated ? 650000 : 584567, handled[kind], csat);
                else
                    snprintf(fields, sizeof fields, "'outcome':'resolved','handled':%u%s",
                             handled[kind], csat);
                office_close(o, kinds[kind], reps[rep], fields);
            }
    for (unsigned i = 0; i < 23; i++) {
        office_outcome(o, first + 300 + i, "'outcome':'reopened'");
        office_outcome(o, first + 300 + i, "'outcome':'resolved'");
    }
}

static inline void office_minutes(struct office *o, const char *period)
{
    static const char *const reps[] = {"ana", "bo", "cy", "dee", "eli"};
    static const int64_t minutes[] = {10080, 9600, 5040, 4800, 6240};
    for (unsigned i = 0; i < REPS; i++)
        office_metric(o, period, reps[i], "paid_minutes", minutes[i]);
}

/* A February of 477,501 c: one order, one quote, eight queries, all well rated; Dee is not there
 * yet. Returns the order. */
static inline unsigned office_february(struct office *o)
{
    static const char *const reps[] = {"ana", "bo", "cy", "eli"};
    unsigned order =
        office_close(o, "order", "ana", "'outcome':'won','value':11500004,'handled':700,'csat':5");
    office_close(o, "quote", "bo", "'outcome':'resolved','handled':650,'csat':5");
    for (unsigned i = 0; i < 8; i++)
        office_close(o, "query", "cy", "'outcome':'resolved','handled':625,'csat':5");
    for (unsigned i = 0; i < 4; i++)
        office_metric(o, "2026-02", reps[i], "paid_minutes", 9000 + i);
    return order;
}

/* February, closed and then a refund of it; March up to its last day. Returns March's first. */
static inline unsigned office_until_april(struct office *o)
{
    office_start(o, office_desk(o, "2026-02"));
    office_day(o, "2026-02-10");
    unsigned order = office_february(o);
    office_day(o, "2026-03-01");
    office_settle(o, "2026-02");
    cr_assert_eq(office_statement(o, "2026-02")->gross, 477501);
    office_day(o, "2026-03-18");
    office_outcome(o, order, "'outcome':'refunded','value':4961");
    unsigned first = o->tickets;
    office_march(o);
    office_minutes(o, "2026-03");
    office_day(o, "2026-04-01");
    return first;
}

/* bo closes a sale now that is of that day. */
static inline void office_sell_on(struct office *o, const char *day, int64_t value)
{
    unsigned ticket = office_ticket(o, "order", "bo");
    char text[120];
    kit_pass(&o->k, 1);
    snprintf(text, sizeof text,
             "{'type':'outcome','id':'T%u','outcome':'won','value':%lld,'handled':700}", ticket,
             (long long)value);
    struct eh_message m = kit_message(&o->k, text);
    m.at_date = kit_date(day);
    m.at_ms = o->k.now_us / 1000;
    m.has |= EH_FIELD_BIT(EH_FIELD_AT) | EH_FIELD_BIT(EH_FIELD_AT_DATE);
    kit_step(&o->k, m, EH_ORIGIN_STREAM);
    office_sent(o, "a sale of an earlier day");
}

/* In April, one of March. */
static inline void office_sell_late(struct office *o, int64_t value)
{
    office_sell_on(o, "2026-03-31", value);
}

static inline void office_done(struct office *o)
{
    kit_done(&o->k);
    eh_arena_done(&o->arena);
}

/* The worked example, as it was closed. */
static inline void office_expect_march(const struct eh_pool_statement *s)
{
    static const struct {
        const char *rep;
        int64_t days, minutes, band, points, individual, total;
    } lines[] = {{"ana", 31, 10080, 130, 168, 19653, 175254},
                 {"bo", 31, 9600, 115, 108, 18761, 167503},
                 {"cy", 31, 5040, 105, 72, 12507, 128713},
                 {"dee", 15, 4800, 100, 24, 4169, 75375},
                 {"eli", 20, 6240, 125, 60, 10423, 108280}};
    cr_assert_eq(s->line_count, REPS);
    for (uint32_t i = 0; i < REPS; i++) {
        const struct eh_pool_line *line = &s->lines[i];
        cr_expect(eh_str_equal(line->rep, eh_str(lines[i].rep)));
        cr_expect_eq(line->days, lines[i].days);
        cr_expect_eq(line->minutes, lines[i].minutes);
        cr_expect_eq(line->band, lines[i].band);
        cr_expect_eq(line->points, lines[i].points);
        cr_expect_eq(line->individual, lines[i].individual);
        cr_expect_eq(line->total, lines[i].total, "%s: %lld", lines[i].rep, (long long)line->total);
    }
    cr_expect(s->lines[ANA].capped);
    cr_expect_eq(s->net, 655125);
    cr_expect_eq(s->carry, -1240);
}

#endif
