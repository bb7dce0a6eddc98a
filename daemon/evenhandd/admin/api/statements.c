/*
 * statements: what the admin API reads in PostgreSQL. The numbers of types are those of
 * evenhand/wire/message_types.h and evenhand/wire/notice.h.
 */
#include "admin/api/api.h"

#define TYPE_INT8 20
#define TYPE_TEXT 25
#define TYPE_UUID 2950
#define STR_(x)   #x
#define STR(x)    STR_(x)

#define IS_DEED                                                                                    \
    "(i.type IN (3, 6, 7, 8, 9, 13, 14, 15, 16, 17, 18, 20, 22, 23, 24, 26)"                       \
    " OR (i.type IN (4, 5) AND i.actor IS NOT NULL))"
#define IS_WANTED                                                                                  \
    "($4 = '' OR regexp_replace(i.actor, ' [(][^ ]+[)]$', '') = $4 OR i.rep = $4 OR e.rep = $4"    \
    " OR e.was = $4 OR evenhand.said(i.rest, 43) = $4)"                                            \
    " AND ($5 = '' OR i.source || E'\\x1f' || i.id = $5)"
/* The reason that an input gives, or, where it can be erased, that stands apart. */
#define WHY                                                                                        \
    "coalesce(i.reason, (SELECT a.reason FROM evenhand.personal a WHERE i.type = 26"               \
    " AND a.desk = i.desk AND a.input = i.input))"
/* Effects are found by the numbers that the batch of their input has: there is no index of inputs.
 * The lowest input is a row in any case, for its time. */
#define DEEDS                                                                                      \
    "WITH w AS (SELECT no FROM evenhand.desk WHERE name = $1) "                                    \
    "SELECT i.input, i.type, i.at, i.actor, i.source, i.id, i.team, i.rep, i.word, " WHY ","       \
    " i.until, evenhand.said(i.rest, 23), evenhand.said(i.rest, 43), e.type, e.team, e.rep, "      \
    "e.was,"                                                                                       \
    " e.why, e.tickets, p.team, CASE WHEN i.type = 26 THEN i.rest END, (" IS_DEED                  \
    " AND " IS_WANTED ")::int"                                                                     \
    " FROM w JOIN evenhand.input i ON i.desk = w.no AND i.input > $2"                              \
    " AND i.input < $3 AND (" IS_DEED " OR i.input = $2 + 1) "                                     \
    "LEFT JOIN LATERAL (SELECT x.seq, x.type, x.ticket, x.team, x.rep, x.was, x.why,"              \
    " count(*) FILTER (WHERE x.was = i.rep) OVER () AS tickets FROM evenhand.effect x"             \
    " WHERE i.type IN (4, 6, 7, 8, 23, 24)"                                                        \
    " AND x.desk = w.no AND x.input = i.input AND x.type IN (1, 2, 4, 5, 16) AND x.seq >"          \
    " coalesce((SELECT c.seq FROM evenhand.chain c WHERE c.desk = w.no AND c.input < i.input"      \
    " ORDER BY c.input DESC LIMIT 1), 0) AND x.seq <= coalesce((SELECT c.seq FROM"                 \
    " evenhand.chain c WHERE c.desk = w.no AND c.input >= i.input ORDER BY c.input LIMIT 1),"      \
    " 9223372036854775807) ORDER BY x.seq LIMIT 1) e ON true "                                     \
    "LEFT JOIN LATERAL (SELECT q.team FROM evenhand.effect q WHERE i.type = 8 AND q.desk = w.no"   \
    " AND q.ticket = e.ticket AND q.seq < e.seq AND q.team IS NOT NULL ORDER BY q.seq DESC"        \
    " LIMIT 1) p ON true WHERE (" IS_WANTED ") OR i.input = $2 + 1 "

/* Of an effect, as eh_admin_receipt_row() reads it. */
#define EFFECT_COLUMNS                                                                             \
    "e.type, e.team, e.rep, e.was, e.why, i.at, e.eligible, e.epoch, e.weight, "                   \
    "e.draws, e.detail,"                                                                           \
    " CASE WHEN i.type IN (6, 7, 8, 24) OR e.type IN (21, 22) THEN i.actor END,"                   \
    " CASE WHEN i.type IN (6, 7, 8, 24) THEN i.reason END, x.commitment, x.seed"
#define EFFECT_JOINS                                                                               \
    "JOIN evenhand.input i ON i.desk = e.desk AND i.input = e.input "                              \
    "LEFT JOIN LATERAL (SELECT max(y.why) FILTER (WHERE y.type = 7) AS commitment,"                \
    " max(y.why) FILTER (WHERE y.type = 8) AS seed FROM evenhand.effect y WHERE y.desk = e.desk"   \
    " AND y.epoch = e.epoch AND y.type IN (7, 8)) x ON e.draws IS NOT NULL "

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
     "SELECT e.seq, " EFFECT_COLUMNS " FROM evenhand.desk d "
     "JOIN evenhand.effect e ON e.desk = d.no AND e.ticket = $2 " EFFECT_JOINS
     "WHERE d.name = $1 ORDER BY e.seq LIMIT " STR(EH_ADMIN_HISTORY_MAX),
     2,
     {TYPE_TEXT, TYPE_INT8}},
    /* Of each of some tickets the deal that its receipt explains: the last one in the team of its
     * last assignment. The sum has PostgreSQL take the index of tickets, also before it knows how
     * few rows each has. */
    {"admin_receipts",
     "SELECT e.ticket, " EFFECT_COLUMNS " FROM evenhand.desk d"
     " CROSS JOIN unnest(string_to_array($2, ' ')::bigint[]) t(no)"
     " CROSS JOIN LATERAL (SELECT a.team FROM evenhand.effect a WHERE a.desk = d.no"
     " AND a.ticket = t.no AND a.type = 1 ORDER BY a.seq + 0 DESC LIMIT 1) l"
     " CROSS JOIN LATERAL (SELECT a.* FROM evenhand.effect a WHERE a.desk = d.no"
     " AND a.ticket = t.no AND a.type = 1 AND a.why IS DISTINCT FROM 'returned'"
     " AND a.team IS NOT DISTINCT FROM l.team ORDER BY a.seq + 0 DESC LIMIT 1) e " EFFECT_JOINS
     "WHERE d.name = $1",
     2,
     {TYPE_TEXT, TYPE_TEXT}},
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
    /* The same of why a rep was absent, in absences that began before $3. */
    {"admin_forget_reasons",
     "SELECT f.reasons, f.stay, f.bodies, f.entries FROM evenhand.desk d"
     " CROSS JOIN LATERAL evenhand.forget_reasons(d.no, $2, $3, $4 <> 0) f WHERE d.name = $1",
     4,
     {TYPE_TEXT, TYPE_TEXT, TYPE_INT8, TYPE_INT8}},
    /* Why somebody is absent, for each of these inputs, in the order in which they are named. */
    {"admin_reasons",
     "SELECT " WHY ", i.rest FROM evenhand.desk d CROSS JOIN unnest(string_to_array($2, ' ')"
     "::bigint[]) WITH ORDINALITY t(no, n) LEFT JOIN evenhand.input i ON i.desk = d.no"
     " AND i.input = t.no WHERE d.name = $1 ORDER BY t.n",
     2,
     {TYPE_TEXT, TYPE_TEXT}},
    /* Desk files of the log that speak of somebody. */
    {"admin_desks",
     "SELECT count(*) FROM evenhand.desk d JOIN evenhand.input i ON i.desk = d.no AND i.type = 9"
     " WHERE d.name = $1 AND position($2 IN evenhand.said(i.rest, 25)) > 0",
     2,
     {TYPE_TEXT, TYPE_TEXT}},
    /* A page of all that is held of a customer: the input, and it as JSON. A ticket may have been
     * another's before, or since: of texts it has theirs alone. */
    {"admin_export_customer",
     "WITH d AS (SELECT no FROM evenhand.desk WHERE name = $1)"
     " SELECT x.input, x.item FROM (SELECT t.input, (to_jsonb(t) - 'desk' || jsonb_build_object("
     "'what', 'ticket', 'customer', $2::text, 'subject', (SELECT p.subject FROM evenhand.personal p"
     "  WHERE p.desk = d.no AND p.input = t.input AND p.input = ANY (f.inputs)),"
     " 'changes', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('input', i.input, 'at',"
     "  evenhand.instant(i.at), 'outcome', i.word, 'value', i.value, 'csat', i.csat, 'handled',"
     "  i.handled, 'subject', p.subject, 'by', i.actor, 'reason', i.reason)) ORDER BY i.input)"
     "  FROM evenhand.ticket_change c JOIN evenhand.input i ON i.desk = c.desk AND i.input = "
     "c.input"
     "  LEFT JOIN evenhand.personal p ON p.desk = c.desk AND p.input = c.input"
     "   AND p.input = ANY (f.inputs)"
     "  WHERE c.desk = d.no AND c.ticket = t.input AND c.input <> t.input),"
     " 'assignments', (SELECT jsonb_agg(jsonb_build_object('at', evenhand.instant(i.at), 'team',"
     "  e.team, 'rep', e.rep, 'why', e.why) ORDER BY e.seq) FROM evenhand.effect e"
     "  JOIN evenhand.input i ON i.desk = e.desk AND i.input = e.input"
     "  WHERE e.desk = d.no AND e.ticket = t.input AND e.type = 1)))::text AS item"
     " FROM d JOIN LATERAL (SELECT s.ticket, array_agg(s.input) AS inputs"
     "  FROM evenhand.texts_of(d.no, $2) s GROUP BY s.ticket) f ON f.ticket > $3"
     " JOIN evenhand.ticket t ON t.desk = d.no AND t.input = f.ticket"
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
                                                             " 'by', i.actor, 'reason', " WHY
                                                             ", 'rest', CASE WHEN "
                                                             "abs(i.type) = 26 THEN "
                                                             "encode(i.rest, 'hex') END))::text, 1"
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
    /* What people did, in some inputs ($2 to $3, both outside): an input each, with the first of
     * its effects, and for a move the team before. $4: who did it, or whom it is about; $5: of the
     * ticket, source and id; empty: any. */
    {"admin_log",
     DEEDS "ORDER BY i.input LIMIT " STR(EH_ADMIN_LOG_ROWS),
     5,
     {TYPE_TEXT, TYPE_INT8, TYPE_INT8, TYPE_TEXT, TYPE_TEXT}},
    {"admin_log_newest",
     DEEDS "ORDER BY i.input DESC LIMIT " STR(EH_ADMIN_LOG_ROWS),
     5,
     {TYPE_TEXT, TYPE_INT8, TYPE_INT8, TYPE_TEXT, TYPE_TEXT}},
    {NULL, NULL, 0, {0}},
};
