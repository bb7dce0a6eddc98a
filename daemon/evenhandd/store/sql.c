/* sql: the statements of the store but for those that insert rows (insert.c). */
#include "store/private.h"

#define INT2  21
#define INT4  23
#define INT8  20
#define UUID  2950
#define BYTEA 17
#define TEXT  25
#define TEXTS 1009
#define UUIDS 2951

#define DESK_NO "(SELECT no FROM evenhand.desk WHERE name = $1)"

const struct eh_pg_statement eh_store_write_statements[] = {
    {"lease_look",
     "SELECT (SELECT max(version) FROM evenhand.migration), current_setting('fsync') = 'on'"
     " AND current_setting('full_page_writes') = 'on'"
     " AND current_setting('synchronous_commit') IN ('on', 'remote_write', 'remote_apply'),"
     " pg_is_in_recovery(), pg_try_advisory_lock(1702260078, hashtext($1)),"
     " (SELECT beat FROM evenhand.heartbeat WHERE desk = " DESK_NO "),"
     " coalesce((SELECT host IN ('', $2) FROM evenhand.heartbeat WHERE desk = " DESK_NO "), true)",
     2,
     {TEXT, TEXT}},
    {"lease_desk",
     "INSERT INTO evenhand.desk (no, name, currency)"
     " SELECT coalesce((SELECT max(no) FROM evenhand.desk), 0) + 1, $1, $2"
     " ON CONFLICT DO NOTHING",
     2,
     {TEXT, TEXT}},
    {"lease_rows",
     "WITH d AS (SELECT no FROM evenhand.desk WHERE name = $1),"
     " l AS (INSERT INTO evenhand.lease (desk) SELECT no FROM d ON CONFLICT DO NOTHING),"
     " h AS (INSERT INTO evenhand.head (desk) SELECT no FROM d ON CONFLICT DO NOTHING)"
     " INSERT INTO evenhand.heartbeat (desk, epoch, beat, host)"
     " SELECT no, 0, 0, '' FROM d ON CONFLICT DO NOTHING",
     1,
     {TEXT}},
    {"lease_take",
     "UPDATE evenhand.lease SET epoch = epoch + 1 WHERE desk = " DESK_NO " RETURNING desk, epoch",
     1,
     {TEXT}},
    {"heartbeat_take",
     "UPDATE evenhand.heartbeat SET beat = beat + 1, host = $2,"
     " epoch = (SELECT epoch FROM evenhand.lease WHERE desk = " DESK_NO ") WHERE desk = " DESK_NO,
     2,
     {TEXT, TEXT}},
    {"head_read",
     "SELECT h.input, h.seq, h.at, h.dead, h.high_ms, h.high_no, h.low_ms, h.low_no, h.digest,"
     " h.chain, (SELECT c.state FROM evenhand.chain c WHERE c.desk = h.desk AND c.input = h.input),"
     " (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,"
     " (SELECT count(*) FROM evenhand.dead l WHERE l.desk = h.desk)"
     " FROM evenhand.head h WHERE h.desk = " DESK_NO,
     1,
     {TEXT}},
    /* A leader that took over from one that hangs gets the lock when the hanging session ends. */
    {"heartbeat",
     "UPDATE evenhand.heartbeat SET beat = beat + 1 WHERE desk = $1 AND epoch = $2"
     " RETURNING $3::int2 = 1 OR pg_try_advisory_lock(1702260078, hashtext($4)),"
     " (SELECT max(version) FROM evenhand.migration)",
     4,
     {INT2, INT8, INT2, TEXT}},
    {"heartbeat_end",
     "UPDATE evenhand.heartbeat SET host = '' WHERE desk = $1 AND epoch = $2",
     2,
     {INT2, INT8}},
    {"lock_end", "SELECT pg_advisory_unlock_all()", 0, {0}},
    {"begin", "BEGIN", 0, {0}},
    {"commit", "COMMIT", 0, {0}},
    {"rollback", "ROLLBACK", 0, {0}},
    {"constraints_now", "SET CONSTRAINTS ALL IMMEDIATE", 0, {0}},
    /* Asserts the lease's epoch (FOR SHARE: a successor waits for us) and the head we started from.
     * If either is not ours the NULL is refused by chain.input, and with it the transaction. What
     * 0005_chain_links.sql says how link and seal are made; evenhand verify makes them anew. */
    {"advance_head",
     "WITH l AS (SELECT FROM evenhand.lease WHERE desk = $1 AND epoch = $12 FOR SHARE),"
     " k AS (SELECT substr(sha256(coalesce((SELECT c.link FROM evenhand.chain c WHERE c.desk = $1"
     " AND c.input = $2), '') || int8send($2) || int8send($3) || int8send($5) || int8send($12) ||"
     " uuid_send($13) || $14 || int2send($15)), 1, 16) AS link),"
     " h AS (UPDATE evenhand.head SET input = $3, seq = $5, at = $6, dead = $7, high_ms = $8,"
     " high_no = $9, low_ms = $10, low_no = $11, digest = $13, chain = $14,"
     " seal = (SELECT substr(sha256(k.link || int2send($1) || int8send($3) || int8send($5) ||"
     " int8send($6) || int8send($7) || int8send($8) || int8send($9) || int8send($10) ||"
     " int8send($11) || uuid_send($13) || $14), 1, 16) FROM k)"
     " WHERE desk = $1 AND input = $2 AND seq = $4 AND EXISTS (SELECT FROM l) RETURNING input)"
     " INSERT INTO evenhand.chain (desk, input, seq, epoch, digest, hash, state, link)"
     " VALUES ($1, (SELECT input FROM h), $5, $12, $13, $14, $15, (SELECT link FROM k))",
     15,
     {INT2, INT8, INT8, INT8, INT8, INT8, INT8, INT8, INT8, INT8, INT8, INT8, UUID, BYTEA, INT2}},
    /* Removes a snapshot of the same input: it has another form, or was not written to its end. */
    {"snapshot_clear",
     "DELETE FROM evenhand.snapshot s USING evenhand.lease l"
     " WHERE s.desk = $1 AND s.input = $2 AND l.desk = $1 AND l.epoch = $4 AND (s.state <> $3"
     " OR s.parts <> (SELECT count(*) FROM evenhand.snapshot w WHERE w.desk = $1 AND w.input = "
     "$2))",
     4,
     {INT2, INT8, INT2, INT8}},
    /* Only a snapshot at the end of a batch is taken: verify compares it there. */
    {"snapshot_put",
     "INSERT INTO evenhand.snapshot (desk, input, part, parts, day, state, body)"
     " SELECT $1, $2, $3, $4, $5, $6, $7 FROM evenhand.lease l"
     " JOIN evenhand.chain c ON c.desk = l.desk AND c.input = $2"
     " WHERE l.desk = $1 AND l.epoch = $8 ON CONFLICT DO NOTHING",
     8,
     {INT2, INT8, INT4, INT4, INT4, INT2, BYTEA, INT8}},
    /* Keeps the two newest snapshots, and the last one of each month, where reports on the next
       month begin. Snapshots of another version go: nobody can read them. */
    {"snapshot_trim",
     "WITH whole AS (SELECT s.input, s.day FROM evenhand.snapshot s WHERE s.desk = $1"
     " AND s.state = $2 GROUP BY s.input, s.day, s.parts HAVING count(*) = s.parts)"
     " DELETE FROM evenhand.snapshot s WHERE s.desk = $1 AND"
     " (s.state <> $2 AND s.input < (SELECT max(input) FROM whole) OR s.input <"
     " (SELECT min(input) FROM (SELECT input FROM whole ORDER BY input DESC LIMIT 2) newest)"
     " AND s.input NOT IN (SELECT max(w.input) FROM whole w"
     " GROUP BY date_trunc('month', date '1970-01-01' + w.day)))",
     2,
     {INT2, INT2}},
    /* Only rows that changed, and only when their input is committed under our epoch; as the
       ledger. */
    {"book_put",
     "INSERT INTO evenhand.book AS b (desk, input, what, team, period, version, body)"
     " SELECT $1, $2, $4, $5, $6, $7, $8 FROM evenhand.lease l"
     " JOIN evenhand.head h ON h.desk = l.desk AND h.input >= $2"
     " WHERE l.desk = $1 AND l.epoch = $3"
     " ON CONFLICT (desk, what, team, period, version) DO UPDATE SET input = excluded.input,"
     " body = excluded.body WHERE b.body IS DISTINCT FROM excluded.body",
     8,
     {INT2, INT8, INT8, TEXT, TEXT, TEXT, INT8, TEXT}},
    {NULL, NULL, 0, {0}},
};

const struct eh_pg_statement eh_store_read_statements[] = {
    {"recall_identities",
     "SELECT i.identity, i.digest, i.input, i.rest, (p.customer IS NOT NULL)::int,"
     " p.customer_salt, (p.subject IS NOT NULL)::int, p.subject_salt,"
     " (p.reason IS NOT NULL)::int, p.reason_salt,"
     " CASE WHEN i.type = 1 THEN evenhand.customer_erased(i.desk, i.input) END FROM evenhand.input "
     "i"
     " LEFT JOIN evenhand.personal p ON p.desk = i.desk AND p.input = i.input"
     " WHERE i.identity = ANY ($2) AND i.desk + 0 = $1",
     2,
     {INT2, UUIDS}},
    {"recall_customers",
     "SELECT u.name, p.customer_salt FROM (SELECT DISTINCT unnest($2::text[]) AS name) u"
     " CROSS JOIN LATERAL (SELECT p.customer_salt FROM evenhand.personal p WHERE p.desk + 0 = $1"
     " AND p.customer = u.name AND p.customer_salt IS NOT NULL LIMIT 1) p",
     2,
     {INT2, TEXTS}},
    {"recall_dead",
     "SELECT d.stream_id, i.identity, (b.input IS NOT NULL)::int, d.size, b.salt"
     " FROM evenhand.dead d JOIN evenhand.input i ON i.desk = d.desk AND i.input = d.input"
     " LEFT JOIN evenhand.dead_body b ON b.desk = d.desk AND b.input = d.input"
     " WHERE d.stream_id = ANY ($2) AND d.desk + 0 = $1",
     2,
     {INT2, TEXTS}},
    {"recall_tickets",
     "SELECT i.identity, i.input, c.image FROM evenhand.input i LEFT JOIN LATERAL ("
     "SELECT image FROM evenhand.ticket_change c WHERE c.desk = i.desk AND c.ticket = i.input"
     " ORDER BY c.input DESC LIMIT 1) c ON true"
     " WHERE i.identity = ANY ($2) AND i.desk + 0 = $1 AND i.type = 1",
     2,
     {INT2, UUIDS}},
    {"snapshot_list",
     "SELECT s.input, s.parts, s.day FROM evenhand.snapshot s WHERE s.desk = $1 AND s.input <= $2"
     " AND s.state = $3 GROUP BY s.input, s.parts, s.day HAVING count(*) = s.parts"
     " ORDER BY s.input DESC LIMIT 2",
     3,
     {INT2, INT8, INT8}},
    {"snapshot_part",
     "SELECT body FROM evenhand.snapshot WHERE desk = $1 AND input = $2 AND part = $3",
     3,
     {INT2, INT8, INT8}},
    {"page_end",
     "SELECT input, seq FROM evenhand.chain WHERE desk = $1 AND input >= $2 ORDER BY input LIMIT 1",
     2,
     {INT2, INT8}},
    {"chain_at",
     "SELECT digest, hash FROM evenhand.chain WHERE desk = $1 AND input = $2",
     2,
     {INT2, INT8}},
    {"page_inputs",
     "SELECT " EH_INPUT_SELECT
     " FROM evenhand.input WHERE desk = $1 AND input > $2 AND input <= $3 ORDER BY input",
     3,
     {INT2, INT8, INT8}},
    {"page_draws",
     "SELECT input, draws, (why = 'affinity')::int FROM evenhand.effect"
     " WHERE desk = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
     3,
     {INT2, INT8, INT8}},
    /* An input of type 11 or 21 without a rep refuses an outcome that waited in vain. The dead
       letter has what the outcome said and where it stood on the stream. Other dead letters have
       bodies that are no JSON, and the planner may check conditions in any order: hence CASE. */
    {"page_notices",
     "SELECT e.seq, e.type, coalesce(t.source, p.said->>'source'),"
     " CASE WHEN e.type IN (7, 8, 10) THEN e.epoch::text"
     " ELSE coalesce(t.id, i.id, p.said->>'id') END,"
     " e.team, e.rep, e.was, e.why, i.at,"
     " e.input, t.stream_ms, t.stream_no, p.stream_id"
     " FROM evenhand.effect e JOIN evenhand.input i ON i.desk = e.desk AND i.input = e.input"
     " LEFT JOIN evenhand.input t ON t.desk = e.desk AND t.input = coalesce(e.ticket, e.input)"
     " AND e.type NOT IN (11, 12, 14, 17)" /* left, back, ended, alarm: of no ticket, no entry */
     " LEFT JOIN LATERAL (SELECT d.stream_id,"
     " CASE WHEN i.type IN (-11, -21) THEN convert_from(d.body, 'UTF8')::json END AS said"
     " FROM evenhand.dead d WHERE d.desk = e.desk AND d.input = e.input"
     " AND i.type IN (-11, -21)) p ON true"
     " WHERE e.desk = $1 AND e.seq >= $2 ORDER BY e.seq LIMIT $3",
     3,
     {INT2, INT8, INT8}},
    {"page_dead",
     "SELECT d.input, d.reason, d.stream_id, coalesce(d.body, b.body), i.at, d.size, b.sha256 FROM "
     "evenhand.dead d"
     " JOIN evenhand.input i ON i.desk = d.desk AND i.input = d.input"
     " LEFT JOIN evenhand.dead_body b ON b.desk = d.desk AND b.input = d.input"
     " WHERE d.desk = $1 AND d.input >= $2 ORDER BY d.input LIMIT $3",
     3,
     {INT2, INT8, INT8}},
    {NULL, NULL, 0, {0}},
};
