-- 0008: values whose sum is beyond a bigint are shown as its end, as the ledger has them. One cast that
-- failed took the whole view away, for everybody.
SET search_path = evenhand;

CREATE OR REPLACE VIEW fairness_by_rep AS
WITH last AS (
    SELECT DISTINCT ON (e.desk, e.ticket) e.desk, e.ticket, e.team, e.rep
    FROM effect e WHERE e.type IN (1, 2, 3, 4, 5) AND e.ticket IS NOT NULL
    ORDER BY e.desk, e.ticket, e.seq DESC
), received AS (
    SELECT l.desk, l.team, l.rep, count(*) AS received,
           least(sum(t.value), 9223372036854775807)::bigint AS received_value
    FROM last l JOIN input t ON t.desk = l.desk AND t.input = l.ticket
    WHERE l.rep IS NOT NULL GROUP BY l.desk, l.team, l.rep
)
SELECT coalesce(g.team, r.team) AS team, coalesce(g.rep, r.rep) AS rep,
       round(coalesce(g.entitled, 0) / 1000000000.0, 9) AS entitled,
       coalesce(r.received, 0) AS received, coalesce(g.entitled_value, 0) AS entitled_value,
       coalesce(r.received_value, 0) AS received_value, coalesce(g.desk, r.desk) AS desk,
       g.input AS entitled_as_of
FROM ledger g FULL JOIN received r ON r.desk = g.desk AND r.team = g.team AND r.rep = g.rep;
