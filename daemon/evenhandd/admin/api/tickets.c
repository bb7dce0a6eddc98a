/*
 * tickets: tickets in memory, and from PostgreSQL what memory does not hold: closed ones and
 * the history of each.
 *
 * Lists come in pages of EH_ADMIN_TICKET_PAGE. Cursors are numbers of tickets (the input that
 * brought each), as text.
 */
#include <stdlib.h>

#include <evenhand/draw/hash.h>

#include "admin/api/api.h"

#define TYPE_INT8 20
#define TYPE_TEXT 25
#define TYPE_UUID 2950
#define STR_(x)   #x
#define STR(x)    STR_(x)

const struct eh_pg_statement eh_admin_statements[] = {
    /* A ticket by identity, as its last change left it. */
    {"admin_ticket",
     "SELECT t.input, c.image FROM evenhand.desk d "
     "JOIN evenhand.input t ON t.desk = d.no AND t.identity = $2 AND t.type = 1 "
     "LEFT JOIN LATERAL (SELECT image FROM evenhand.ticket_change c "
     "WHERE c.desk = t.desk AND c.ticket = t.input ORDER BY c.input DESC LIMIT 1) c ON true "
     "WHERE d.name = $1",
     2,
     {TYPE_TEXT, TYPE_UUID}},
    /* What happened to it, in order. */
    {"admin_history",
     "SELECT e.seq, e.type, e.team, e.rep, e.was, e.why, i.at, e.eligible, e.epoch, e.weight, "
     "e.draws, e.detail, CASE WHEN i.type IN (6, 7, 8, 24) THEN i.actor END,"
     " CASE WHEN i.type IN (6, 7, 8, 24) THEN i.reason END, x.commitment, x.seed"
     " FROM evenhand.desk d "
     "JOIN evenhand.effect e ON e.desk = d.no AND e.ticket = $2 "
     "JOIN evenhand.input i ON i.desk = e.desk AND i.input = e.input "
     "LEFT JOIN LATERAL (SELECT max(y.why) FILTER (WHERE y.type = 7) AS commitment,"
     " max(y.why) FILTER (WHERE y.type = 8) AS seed FROM evenhand.effect y WHERE y.desk = e.desk"
     " AND y.epoch = e.epoch AND y.type IN (7, 8)) x ON e.draws IS NOT NULL "
     "WHERE d.name = $1 ORDER BY e.seq LIMIT " STR(EH_ADMIN_HISTORY_MAX),
     2,
     {TYPE_TEXT, TYPE_INT8}},
    /* Tickets that changed, each as its last change left it; the closed ones are picked from it. */
    {"admin_closed",
     "SELECT c.ticket, c.state, c.image FROM evenhand.desk d CROSS JOIN LATERAL ("
     "SELECT DISTINCT ON (x.ticket) x.ticket, x.state, x.image FROM evenhand.ticket_change x "
     "WHERE x.desk = d.no AND x.ticket > $2 ORDER BY x.ticket, x.input DESC "
     "LIMIT " STR(EH_ADMIN_CLOSED_SCAN) ") c WHERE d.name = $1 ORDER BY c.ticket",
     2,
     {TYPE_TEXT, TYPE_INT8}},
    {"admin_closed_newest",
     "SELECT c.ticket, c.state, c.image FROM evenhand.desk d CROSS JOIN LATERAL ("
     "SELECT DISTINCT ON (x.ticket) x.ticket, x.state, x.image FROM evenhand.ticket_change x "
     "WHERE x.desk = d.no AND x.ticket < $2 ORDER BY x.ticket DESC, x.input DESC "
     "LIMIT " STR(EH_ADMIN_CLOSED_SCAN) ") c WHERE d.name = $1 ORDER BY c.ticket DESC",
     2,
     {TYPE_TEXT, TYPE_INT8}},
    /* Entries that were refused. */
    {"admin_dead",
     "SELECT l.input, (extract(epoch FROM l.at) * 1000000)::bigint, l.reason, l.stream_id,"
     " coalesce(l.size, length(l.body)), l.body, i.type, i.source, i.id"
     " FROM evenhand.desk d JOIN evenhand.dead_letter l ON l.desk = d.no"
     " JOIN evenhand.input i ON i.desk = l.desk AND i.input = l.input"
     " WHERE d.name = $1 AND l.input > $2 ORDER BY l.input LIMIT " STR(EH_ADMIN_DEAD_PAGE),
     2,
     {TYPE_TEXT, TYPE_INT8}},
    {"admin_dead_newest",
     "SELECT l.input, (extract(epoch FROM l.at) * 1000000)::bigint, l.reason, l.stream_id,"
     " coalesce(l.size, length(l.body)), l.body, i.type, i.source, i.id"
     " FROM evenhand.desk d JOIN evenhand.dead_letter l ON l.desk = d.no"
     " JOIN evenhand.input i ON i.desk = l.desk AND i.input = l.input"
     " WHERE d.name = $1 AND l.input < $2 ORDER BY l.input DESC LIMIT " STR(EH_ADMIN_DEAD_PAGE),
     2,
     {TYPE_TEXT, TYPE_INT8}},
    {"admin_draws",
     "SELECT w.epoch, w.commitment, w.seed, (extract(epoch FROM w.opened_at) * 1000000)::bigint,"
     " (extract(epoch FROM w.revealed_at) * 1000000)::bigint FROM evenhand.desk d"
     " JOIN evenhand.draw w ON w.desk = d.no WHERE d.name = $1 AND w.epoch > $2"
     " ORDER BY w.epoch LIMIT " STR(EH_ADMIN_PAGE),
     2,
     {TYPE_TEXT, TYPE_INT8}},
    /* How far a period was after an input. */
    {"admin_step",
     "SELECT s.state, s.version, s.input, s.currency, s.gross, s.carry, s.net, s.missing,"
     " (s.step = 'pay')::int"
     " FROM evenhand.desk d JOIN evenhand.period_step s ON s.desk = d.no AND s.input <= $2"
     " AND s.team = $3 AND s.period = $4 WHERE d.name = $1 ORDER BY s.input DESC LIMIT 1",
     4,
     {TYPE_TEXT, TYPE_INT8, TYPE_TEXT, TYPE_TEXT}},
    /* What would be forgotten of a customer ($3 = 0), or is. */
    {"admin_forget",
     "SELECT f.tickets, f.texts, f.bodies, f.entries FROM evenhand.desk d"
     " CROSS JOIN LATERAL evenhand.forget_customer(d.no, $2, $3 <> 0) f WHERE d.name = $1",
     3,
     {TYPE_TEXT, TYPE_TEXT, TYPE_INT8}},
    /* Desk files of the log that speak of somebody. */
    {"admin_desks",
     "SELECT count(*) FROM evenhand.desk d JOIN evenhand.input i ON i.desk = d.no AND i.type = 9"
     " WHERE d.name = $1 AND position($2 IN evenhand.said(i.rest, 25)) > 0",
     2,
     {TYPE_TEXT, TYPE_TEXT}},
    /* A page of all that is held of a customer: the input, and it as JSON. */
    {"admin_export_customer",
     "WITH d AS (SELECT no FROM evenhand.desk WHERE name = $1)"
     " SELECT x.input, x.item FROM (SELECT t.input, (to_jsonb(t) - 'desk' || jsonb_build_object("
     "'what', 'ticket', 'subject', (SELECT p.subject FROM evenhand.personal p"
     "  WHERE p.desk = d.no AND p.input = t.input),"
     " 'changes', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('input', i.input, 'at',"
     "  evenhand.instant(i.at), 'outcome', i.word, 'value', i.value, 'csat', i.csat, 'handled',"
     "  i.handled, 'subject', p.subject, 'by', i.actor, 'reason', i.reason)) ORDER BY i.input)"
     "  FROM evenhand.ticket_change c JOIN evenhand.input i ON i.desk = c.desk AND i.input = "
     "c.input"
     "  LEFT JOIN evenhand.personal p ON p.desk = c.desk AND p.input = c.input"
     "  WHERE c.desk = d.no AND c.ticket = t.input AND c.input <> t.input),"
     " 'assignments', (SELECT jsonb_agg(jsonb_build_object('at', evenhand.instant(i.at), 'team',"
     "  e.team, 'rep', e.rep, 'why', e.why) ORDER BY e.seq) FROM evenhand.effect e"
     "  JOIN evenhand.input i ON i.desk = e.desk AND i.input = e.input"
     "  WHERE e.desk = d.no AND e.ticket = t.input AND e.type = 1)))::text AS item"
     " FROM d JOIN LATERAL evenhand.texts_of(d.no, $2) f ON f.is_ticket AND f.input > $3"
     " JOIN evenhand.ticket t ON t.desk = d.no AND t.input = f.input"
     " UNION ALL SELECT b.input, jsonb_build_object('what', 'refused', 'input', b.input, 'at',"
     " evenhand.instant(i.at), 'reason', r.reason, 'body', encode(b.body, 'escape'))::text"
     " FROM d JOIN evenhand.dead_body b ON b.desk = d.no AND b.input > $3"
     " JOIN evenhand.dead r ON r.desk = d.no AND r.input = b.input"
     " JOIN evenhand.input i ON i.desk = d.no AND i.input = b.input"
     " WHERE EXISTS (SELECT FROM unnest(evenhand.shapes_of($2)) s WHERE position(s IN b.body) > 0)"
     ") x ORDER BY x.input LIMIT " STR(EH_ADMIN_EXPORT_TICKETS),
     3,
     {TYPE_TEXT, TYPE_TEXT, TYPE_INT8}},
    /* What is held of a rep ($2; $3: their Unix user) in so many inputs behind $4. The first row
     * has where to go on. Pools and the ledger come with the first page. */
    {"admin_export_rep",
     "WITH w AS (SELECT d.no, h.input AS head, $4::bigint AS low,"
     " $4 + " STR(
         EH_ADMIN_EXPORT_INPUTS) " AS high,"
                                 " coalesce((SELECT c.seq FROM evenhand.chain c WHERE c.desk = "
                                 "d.no AND c.input <= $4"
                                 "  ORDER BY c.input DESC LIMIT 1), 0) AS low_seq,"
                                 " coalesce((SELECT c.seq FROM evenhand.chain c WHERE c.desk = d.no"
                                 "  AND c.input >= $4 + " STR(
                                     EH_ADMIN_EXPORT_INPUTS) " ORDER BY c.input LIMIT 1), h.seq)"
                                                             "  AS high_seq"
                                                             " FROM evenhand.desk d JOIN "
                                                             "evenhand.head h ON h.desk = d.no "
                                                             "WHERE d.name = $1)"
                                                             " SELECT x.input, x.item FROM (SELECT "
                                                             "CASE WHEN w.head > w.high THEN "
                                                             "w.high END AS input,"
                                                             " NULL AS item, 0 AS rank FROM w"
                                                             " UNION ALL SELECT i.input, "
                                                             "jsonb_strip_nulls(jsonb_build_object("
                                                             "'what', 'input', 'input',"
                                                             " i.input, 'type', i.type, 'at', "
                                                             "evenhand.instant(i.at), 'source', "
                                                             "i.source, 'id', i.id,"
                                                             " 'team', i.team, 'rep', i.rep, "
                                                             "'word', i.word, 'value', i.value, "
                                                             "'csat', i.csat, 'handled',"
                                                             " i.handled, 'until', "
                                                             "evenhand.instant(i.until), 'period', "
                                                             "evenhand.said(i.rest, 23),"
                                                             " 'by', i.actor, 'reason', "
                                                             "i.reason))::text, 1"
                                                             " FROM w JOIN evenhand.input i ON "
                                                             "i.desk = w.no AND i.input > w.low "
                                                             "AND i.input <= w.high"
                                                             " WHERE i.rep = $2 OR "
                                                             "regexp_replace(i.actor, "
                                                             "' [(][^ ]+[)]$', '') = "
                                                             "nullif($3, '')"
                                                             " UNION ALL SELECT e.input, "
                                                             "jsonb_strip_nulls(jsonb_build_object("
                                                             "'what', 'ticket', 'input',"
                                                             " e.input, 'seq', e.seq, 'type', "
                                                             "e.type, 'at', "
                                                             "evenhand.instant(i.at), 'source', "
                                                             "t.source,"
                                                             " 'id', t.id, 'kind', t.kind, "
                                                             "'value', t.value, 'team', e.team, "
                                                             "'rep', e.rep, 'was', e.was,"
                                                             " 'why', e.why, 'outcome', CASE WHEN "
                                                             "i.type = 4 THEN i.word END,"
                                                             " 'csat', CASE WHEN i.type = 4 THEN "
                                                             "i.csat END,"
                                                             " 'handled', CASE WHEN i.type = 4 "
                                                             "THEN i.handled END))::text, 2"
                                                             " FROM w JOIN evenhand.effect e ON "
                                                             "e.desk = w.no AND e.seq > w.low_seq "
                                                             "AND e.seq <= w.high_seq"
                                                             " AND e.input > w.low AND e.input <= "
                                                             "w.high AND (e.rep = $2 OR e.was = $2)"
                                                             " JOIN evenhand.input i ON i.desk = "
                                                             "w.no AND i.input = e.input"
                                                             " LEFT JOIN evenhand.input t ON "
                                                             "t.desk = w.no AND t.input = e.ticket"
                                                             " UNION ALL SELECT s.input, "
                                                             "(to_jsonb(s) - 'desk' || '{\"what\": "
                                                             "\"pool_share\"}')::text, 3"
                                                             " FROM w JOIN evenhand.pool_share s "
                                                             "ON s.desk = w.no AND s.rep = $2 "
                                                             "WHERE w.low = 0"
                                                             " UNION ALL SELECT g.input, "
                                                             "(to_jsonb(g) - 'desk' || '{\"what\": "
                                                             "\"ledger\"}')::text, 4"
                                                             " FROM w JOIN evenhand.ledger g ON "
                                                             "g.desk = w.no AND g.rep = $2 WHERE "
                                                             "w.low = 0"
                                                             ") x ORDER BY x.rank > 0, x.input, "
                                                             "x.rank",
     4,
     {TYPE_TEXT, TYPE_TEXT, TYPE_TEXT, TYPE_INT8}},
    /* What became of entries of the stream; what waited for its ticket in vain was refused by
       another input. An input that stands for a signal has its id, and is no entry. */
    {"admin_entries",
     "SELECT i.input, i.type, i.stream_ms, i.stream_no, i.source, i.id, i.team, i.rest,"
     " coalesce(d.reason, x.reason), x.input FROM evenhand.desk k"
     " JOIN evenhand.input i ON i.desk = k.no AND i.stream_ms BETWEEN $2 AND $4"
     " AND (i.stream_ms, i.stream_no) > ($2, $3) AND (i.stream_ms, i.stream_no) <= ($4, $5)"
     " AND i.actor IS NULL"
     " LEFT JOIN evenhand.dead d ON i.type < 0 AND d.desk = i.desk AND d.input = i.input"
     " LEFT JOIN evenhand.dead x ON i.type = 4 AND x.desk = i.desk AND x.input <> i.input"
     " AND x.stream_id = i.stream_ms || '-' || i.stream_no"
     " WHERE k.name = $1 ORDER BY i.stream_ms, i.stream_no, i.input"
     " LIMIT " STR(EH_ADMIN_ENTRY_PAGE),
     5,
     {TYPE_TEXT, TYPE_INT8, TYPE_INT8, TYPE_INT8, TYPE_INT8}},
    {NULL, NULL, 0, {0}},
};

static bool failed(const PGresult *result)
{
    if (result && PQresultStatus(result) == PGRES_TUPLES_OK)
        return false;
    if (result)
        eh_log_limited(EH_LOG_WARNING, "admin-read", "reading for the admin API: %s",
                       PQresultErrorMessage(result));
    return true;
}

static const struct eh_desk *desk_of(const struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    return engine ? eh_engine_desk(engine) : NULL;
}

int eh_admin_ask(struct eh_admin_request *request, const char *statement, const void *key,
                 uint32_t key_size, eh_pg_result_fn *on_result, struct eh_error *error)
{
    struct eh_str parameter = eh_str_n(key, key_size);
    if (eh_admin_query(request, statement, &parameter, 1, on_result) < 0)
        return eh_error_set(error, EH_EUNAVAILABLE,
                            "PostgreSQL is away, and memory does not hold this; try again later");
    return 0;
}

/* ---- What is no longer in memory. */

struct recall {
    eh_admin_recall_fn *done;
    struct eh_str id;
};

static void on_recalled(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    struct recall *recall = request->state;
    if (!eh_admin_resume(request))
        return;

    struct eh_error error = {0};
    struct eh_ticket_view view;
    if (failed(result))
        eh_error_set(&error, EH_EUNAVAILABLE, "PostgreSQL went away; try again later");
    else if (PQntuples(result) == 0 || PQgetisnull(result, 0, 1))
        eh_error_set(&error, EH_ENOTFOUND, "ticket %.*s: there is none of this source and id",
                     EH_STR_ARG(recall->id));
    else if (eh_ticket_image_view(eh_pg_text(result, 0, 1), &view, &error) == 0) {
        recall->done(request, &view, NULL);
        return;
    }
    recall->done(request, NULL, &error);
}

void eh_admin_recall(struct eh_admin_request *request, struct eh_str source, struct eh_str id,
                     eh_admin_recall_fn *done)
{
    struct eh_error error = {0};
    struct recall *recall = eh_arena_alloc(&request->arena, sizeof *recall);
    if (!recall) {
        eh_error_set(&error, EH_ENOMEM, "out of memory");
        done(request, NULL, &error);
        return;
    }
    recall->done = done;
    recall->id = id;
    request->state = recall;

    uint8_t identity[16];
    eh_key_bytes(eh_ticket_identity(source, id), identity);
    if (eh_admin_ask(request, "admin_ticket", identity, sizeof identity, on_recalled, &error) < 0)
        done(request, NULL, &error);
}

/* ---- One ticket with its history. */

/* A helpdesk sees where the ticket went; not who could have had it, nor what a manager said. */
static json_t *history_json(const PGresult *result, bool inside)
{
    json_t *list = json_array();
    for (int row = 0; row < PQntuples(result); row++) {
        json_t *item = json_object();
        eh_json_put_int(item, "seq", eh_pg_int(result, row, 0));
        eh_json_put_string(item, "type", eh_notice_type_name((int)eh_pg_int(result, row, 1)));
        eh_json_put_text(item, "team", eh_pg_text(result, row, 2));
        eh_json_put_text(item, "rep", eh_pg_text(result, row, 3));
        eh_json_put_text(item, "was", eh_pg_text(result, row, 4));
        eh_json_put_text(item, "why", eh_pg_text(result, row, 5));
        eh_json_put_time(item, "at", eh_pg_int(result, row, 6));
        if (inside && !PQgetisnull(result, row, 7)) {
            eh_json_put_int(item, "eligible", eh_pg_int(result, row, 7));
            eh_json_put_int(item, "epoch", eh_pg_int(result, row, 8));
        }
        if (inside && !PQgetisnull(result, row, 12)) {
            eh_json_put_text(item, "by", eh_pg_text(result, row, 12));
            eh_json_put_text(item, "reason", eh_pg_text(result, row, 13));
        }
        json_array_append_new(list, item);
    }
    return list;
}

static bool is_deal(const PGresult *result, int row)
{
    return eh_pg_int(result, row, 1) == EH_NOTICE_ASSIGNED &&
           !eh_str_equal(eh_pg_text(result, row, 5), eh_str("returned"));
}

/* The deal by which the last one who got it has it: where it came back to them, that of then in the
 * same team. -1: there is none. */
static int last_deal(const PGresult *result)
{
    int last = PQntuples(result) - 1, row;
    while (last >= 0 && eh_pg_int(result, last, 1) != EH_NOTICE_ASSIGNED)
        last--;
    for (row = last; row >= 0; row--)
        if (is_deal(result, row) &&
            eh_str_equal(eh_pg_text(result, row, 2), eh_pg_text(result, last, 2)))
            break;
    return row;
}

/* Id of the cancelled ticket that came again as this one; or empty. */
static struct eh_str resent_of(const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++)
        if (eh_pg_int(result, row, 1) == EH_NOTICE_RESENT)
            return eh_pg_text(result, row, 5);
    return eh_str_n(NULL, 0);
}

/* What a ticket's history is shown by. */
struct shown {
    uint8_t digest[EH_DIGEST_BYTES];
    bool inside; /* to whom it concerns by its team or rep, not by its source alone */
};

static json_t *receipt_json(const struct eh_admin_request *request, const PGresult *result)
{
    const struct eh_desk *desk = desk_of(request);
    const struct eh_peer *peer = request->peer;
    const struct shown *shown = request->state;
    int row = last_deal(result);
    int64_t deals = 0;
    if (row < 0 || !desk || !shown->inside)
        return NULL;
    for (int each = 0; each <= row; each++)
        deals += is_deal(result, each);
    struct eh_totals totals;
    eh_engine_totals(eh_app_engine(request->admin->app), &totals);
    struct eh_receipt receipt = {.rep = eh_pg_text(result, row, 3),
                                 .why = eh_pg_text(result, row, 5),
                                 .eligible = eh_pg_int(result, row, 7),
                                 .epoch = eh_pg_int(result, row, 8),
                                 .weight = eh_pg_int(result, row, 9),
                                 .draws = eh_pg_text(result, row, 10),
                                 .detail = eh_pg_text(result, row, 11),
                                 .by = eh_pg_text(result, row, 12),
                                 .said = eh_pg_text(result, row, 13),
                                 .team = eh_pg_text(result, row, 2),
                                 .deal = deals,
                                 .resent_of = resent_of(result),
                                 .digest = eh_str_n((const char *)shown->digest, EH_DIGEST_BYTES),
                                 .commitment = eh_pg_text(result, row, 14),
                                 .seed = eh_pg_text(result, row, 15),
                                 .over = eh_pg_int(result, row, 8) < totals.epoch,
                                 .whole = eh_peer_sees_all(peer) ||
                                          eh_peer_manages(peer, desk, eh_pg_text(result, row, 2)),
                                 .reader = eh_str(peer->rep)};
    return eh_json_receipt(&receipt, desk);
}

static void on_history(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    json_t *body = json_incref(request->extra);
    const struct shown *shown = request->state;
    bool away = failed(result);
    eh_json_put(body, "history", away ? NULL : history_json(result, shown->inside));
    eh_json_put(body, "receipt", away ? NULL : receipt_json(request, result));
    eh_admin_reply(request, 200, body);
}

static bool is_inside(const struct eh_admin_request *request, const struct eh_ticket_view *ticket)
{
    const struct eh_peer *peer = request->peer;
    return eh_peer_sees_all(peer) || eh_peer_manages(peer, desk_of(request), ticket->team) ||
           (ticket->rep.size > 0 && eh_peer_is_rep(peer, ticket->rep));
}

bool eh_admin_sees_ticket(const struct eh_admin_request *request,
                          const struct eh_ticket_view *ticket)
{
    return is_inside(request, ticket) || eh_peer_owns_source(request->peer, ticket->source);
}

static json_t *ticket_json(const struct eh_admin_request *request,
                           const struct eh_ticket_view *ticket, uint32_t *looks)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    json_t *body = eh_json_ticket(ticket, engine ? eh_engine_desk(engine) : NULL);
    eh_json_put(body, "missing_skills",
                engine ? eh_admin_missing_skills(engine, ticket, looks) : NULL);
    return body;
}

#define WHO_SEES_TICKET                                                                            \
    "the rep of this ticket, a manager of its team, its helpdesk, an auditor or an operator"

/* Answers with the ticket, and with its history when PostgreSQL is there. */
static void show_ticket(struct eh_admin_request *request, const struct eh_ticket_view *ticket)
{
    if (!eh_admin_sees_ticket(request, ticket)) {
        eh_admin_deny(request, WHO_SEES_TICKET);
        return;
    }
    char number[8];
    struct shown shown = {.inside = is_inside(request, ticket)};
    eh_pg_put64(number, (int64_t)ticket->no);
    eh_key_bytes(ticket->digest, shown.digest);
    request->state = eh_arena_copy(&request->arena, &shown, sizeof shown);
    uint32_t looks = EH_ADMIN_SKILL_LOOKS;
    request->extra = ticket_json(request, ticket, &looks);
    if (!request->state ||
        eh_admin_ask(request, "admin_history", number, sizeof number, on_history, NULL) < 0) {
        eh_json_put(request->extra, "history", NULL);
        eh_json_put(request->extra, "receipt", NULL);
        eh_admin_reply(request, 200, json_incref(request->extra));
    }
}

static void show_recalled(struct eh_admin_request *request, const struct eh_ticket_view *found,
                          const struct eh_error *error)
{
    if (found)
        show_ticket(request, found);
    else if (error->code == EH_ENOTFOUND && !eh_peer_sees_all(request->peer))
        eh_admin_deny(request, WHO_SEES_TICKET); /* whether it exists is not for them to know */
    else
        eh_admin_fail(request, error);
}

void eh_admin_get_ticket(struct eh_admin_request *request)
{
    struct eh_str source = eh_admin_part(request, "source"), id = eh_admin_part(request, "id");
    struct eh_ticket_view ticket;
    if (eh_engine_ticket(eh_app_engine(request->admin->app), source, id, &ticket))
        show_ticket(request, &ticket);
    else
        eh_admin_recall(request, source, id, show_recalled);
}

/* ---- Lists. */

/* What a list is asked for. */
struct filter {
    struct eh_str team, rep, source; /* empty: any */
    int state;                       /* enum eh_ticket_state; 0: waiting and assigned */
    struct eh_admin_range range;
};

static int read_filter(const struct eh_admin_request *request, struct filter *ret,
                       struct eh_error *error)
{
    struct filter filter = {.team = eh_http_path_query(&request->path, "team"),
                            .rep = eh_http_path_query(&request->path, "rep"),
                            .source = eh_http_path_query(&request->path, "source")};
    struct eh_str state = eh_http_path_query(&request->path, "state");
    for (int i = EH_TICKET_WAITING; i <= EH_TICKET_STATES; i++)
        if (eh_str_equal(state, eh_str(eh_ticket_state_name(i))))
            filter.state = i;
    if (state.size > 0 && filter.state == 0 && !eh_str_equal(state, eh_str("open")))
        return eh_error_field(error, EH_EINVAL, "state",
                              "state: %.*s is none of waiting, assigned, held, open, closed",
                              EH_STR_ARG(state));
    int r = eh_admin_range(request, EH_ADMIN_TICKET_PAGE, &filter.range, error);
    if (r < 0)
        return r;
    *ret = filter;
    return 0;
}

/* Whoever is a helpdesk alone sees what is its own. */
static bool narrow_source(struct eh_admin_request *request, struct filter *filter)
{
    if (filter->source.size > 0) {
        eh_admin_deny(request, "the helpdesk of source %.*s, an auditor or an operator",
                      EH_STR_ARG(filter->source));
        return false;
    }
    filter->source = eh_peer_only_source(request->peer);
    return true; /* of several sources, each ticket is looked at by itself */
}

/* Narrows the filter to what the caller may see; false: answered with 403. */
static bool narrow(struct eh_admin_request *request, struct filter *filter)
{
    const struct eh_peer *peer = request->peer;
    if (eh_peer_sees_all(peer))
        return true;
    if (filter->rep.size > 0 && eh_peer_is_rep(peer, filter->rep))
        return true;
    if (filter->source.size > 0 && eh_peer_owns_source(peer, filter->source))
        return true;
    if ((peer->roles & EH_ADMIN_READERS) == 0)
        return narrow_source(request, filter);
    if (!(peer->roles & EH_MAY_MANAGER)) {
        if (filter->rep.size > 0) {
            eh_admin_deny(request,
                          "rep %.*s, a manager of the team, an auditor or an "
                          "operator",
                          EH_STR_ARG(filter->rep));
            return false;
        }
        filter->rep = eh_str(peer->rep);
        return true;
    }
    if (filter->team.size > 0 && !eh_peer_manages(peer, desk_of(request), filter->team)) {
        eh_admin_deny(request, "a manager of team %.*s, an auditor or an operator",
                      EH_STR_ARG(filter->team));
        return false;
    }
    return true; /* each ticket is looked at by itself, too */
}

/* A list of a team or rep that is not there is no empty one; false: answered with 404. A team that
 * left the desk has its tickets. */
static bool is_known(struct eh_admin_request *request, const struct filter *filter)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    if (filter->team.size > 0 && !eh_engine_knows_team(engine, filter->team))
        eh_admin_no_team(request, filter->team);
    else if (filter->rep.size > 0 && !eh_engine_knows_rep(engine, filter->rep))
        eh_admin_no_rep(request, filter->rep);
    else
        return true;
    return false;
}

static bool listed(const struct eh_admin_request *request, const struct filter *filter,
                   const struct eh_ticket_view *ticket)
{
    if (filter->team.size > 0 && !eh_str_equal(filter->team, ticket->team))
        return false;
    if (filter->rep.size > 0 && !eh_str_equal(filter->rep, ticket->rep))
        return false;
    if (filter->source.size > 0 && !eh_str_equal(filter->source, ticket->source))
        return false;
    return ticket->received_us >= filter->range.since_us && eh_admin_sees_ticket(request, ticket);
}

static void reply_list(struct eh_admin_request *request, json_t *list, uint64_t after)
{
    json_t *body = json_object();
    eh_json_put(body, "tickets", list);
    eh_json_put(body, "after", eh_json_cursor(after));
    eh_admin_reply(request, 200, body);
}

static void list_from_memory(struct eh_admin_request *request, const struct filter *filter)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    struct eh_ticket_view *views = calloc(EH_ADMIN_TICKET_PAGE, sizeof *views);
    if (!views) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    uint64_t after = 0;
    uint32_t looks = EH_ADMIN_SKILL_LOOKS;
    struct eh_ticket_query query = {.team = filter->team,
                                    .rep = filter->rep,
                                    .source = filter->source,
                                    .state = filter->state,
                                    .since_us = filter->range.since_us,
                                    .newest = filter->range.newest,
                                    .after = filter->range.after};
    size_t count = eh_engine_tickets(engine, &query, filter->range.limit, views, &after);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (listed(request, filter, &views[i]))
            json_array_append_new(list, ticket_json(request, &views[i], &looks));
    free(views);
    reply_list(request, list, after);
}

/* Whether all that come behind it, the newest first, arrived too early. */
static bool is_past(const struct filter *filter, const struct eh_ticket_view *ticket)
{
    return filter->range.newest && ticket->received_us < filter->range.since_us;
}

static void on_closed(void *context, PGresult *result)
{
    struct eh_admin_request *request = context;
    if (!eh_admin_resume(request))
        return;
    if (failed(result)) {
        eh_admin_error(request, EH_EUNAVAILABLE, NULL, "PostgreSQL went away; try again later");
        return;
    }
    const struct filter *filter = request->state;
    const struct eh_desk *desk = desk_of(request);
    json_t *list = json_array();
    int rows = PQntuples(result), row = 0;
    bool over = false;
    for (; row < rows && !over && json_array_size(list) < filter->range.limit; row++) {
        struct eh_ticket_view ticket;
        if (eh_ticket_image_view(eh_pg_text(result, row, 2), &ticket, NULL) < 0)
            continue;
        over = is_past(filter, &ticket);
        if (eh_pg_int(result, row, 1) == EH_TICKET_CLOSED && listed(request, filter, &ticket))
            json_array_append_new(list, eh_json_ticket(&ticket, desk));
    }
    bool more = !over && (row < rows || rows == EH_ADMIN_CLOSED_SCAN);
    reply_list(request, list, more && row > 0 ? (uint64_t)eh_pg_int(result, row - 1, 0) : 0);
}

static void list_closed(struct eh_admin_request *request, const struct filter *filter)
{
    struct eh_error error = {0};
    struct filter *kept = eh_arena_copy(&request->arena, filter, sizeof *filter);
    if (!kept) {
        eh_admin_error(request, EH_ENOMEM, NULL, "out of memory");
        return;
    }
    kept->rep = eh_arena_str(&request->arena, filter->rep); /* may be the peer's, which changes */
    kept->source = eh_arena_str(&request->arena, filter->source);
    request->state = kept;
    char after[8];
    eh_pg_put64(after, eh_admin_range_begin(&kept->range));
    if (eh_admin_ask(request, kept->range.newest ? "admin_closed_newest" : "admin_closed", after,
                     sizeof after, on_closed, &error) < 0)
        eh_admin_fail(request, &error);
}

void eh_admin_get_tickets(struct eh_admin_request *request)
{
    struct eh_error error = {0};
    struct filter filter;
    if (read_filter(request, &filter, &error) < 0)
        eh_admin_fail(request, &error);
    else if (!narrow(request, &filter) || !is_known(request, &filter))
        return;
    else if (filter.state == EH_TICKET_CLOSED)
        list_closed(request, &filter);
    else
        list_from_memory(request, &filter);
}
