-- 0014: a ticket's team follows also when a leaver's work goes to another team, and a release
-- of some of a rep's teams is no signal.
SET search_path = evenhand;

CREATE OR REPLACE VIEW ticket AS
SELECT t.source, t.id, coalesce(e.team, c.team, t.team) AS team, t.kind, coalesce(c.value, t.value) AS value,
       d.currency,
       CASE WHEN has_table_privilege('evenhand.personal', 'SELECT') THEN p.customer END AS customer,
       coalesce(c.priority, t.priority) AS priority,
       CASE WHEN c.state = 3 THEN 'closed' WHEN e.type IN (1, 3) THEN 'assigned' ELSE 'waiting' END
           AS state,
       e.rep, instant(t.at) AS received_at, instant(a.at) AS assigned_at,
       instant(c.closed) AS closed_at, c.outcome, t.desk, t.input,
       string_to_array(nullif(CASE WHEN c.image IS NULL THEN said(t.rest, 8)
                                   ELSE of_image(c.image, 'skills') END, ''), E'\x1f') AS skills,
       said(t.rest, 9) AS channel,
       instant(said(t.rest, 11)::bigint * 1000) AS created_at,
       coalesce(of_image(c.image, 'refunded')::bigint, 0) AS refunded,
       coalesce((story_of(c.image)).csat, (
           SELECT o.csat FROM ticket_change h JOIN input o ON o.desk = h.desk AND o.input = h.input
           WHERE h.desk = t.desk AND h.ticket = t.input AND o.type = 4 AND o.csat IS NOT NULL
           ORDER BY coalesce(o.happened, o.at / 1000) DESC, o.input DESC LIMIT 1)) AS csat,
       coalesce((story_of(c.image)).handled, (
           SELECT sum(o.handled)::bigint
           FROM ticket_change h JOIN input o ON o.desk = h.desk AND o.input = h.input
           WHERE h.desk = t.desk AND h.ticket = t.input AND o.type = 4)) AS handled
FROM input t
JOIN desk d ON d.no = t.desk
LEFT JOIN personal p ON p.desk = t.desk AND p.input = t.input
LEFT JOIN LATERAL (
    SELECT * FROM ticket_change c WHERE c.desk = t.desk AND c.ticket = t.input
    ORDER BY c.input DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (
    SELECT * FROM effect e WHERE e.desk = t.desk AND e.ticket = t.input AND e.type IN (1, 2, 3, 4)
    ORDER BY e.seq DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (
    SELECT i.at FROM effect g JOIN input i ON i.desk = g.desk AND i.input = g.input
    WHERE g.desk = t.desk AND g.ticket = t.input AND g.type = 1
    ORDER BY g.seq DESC LIMIT 1) a ON true
WHERE t.type = 1;


-- A release with the word 'some_teams' leaves the rep's state as it was.
CREATE OR REPLACE VIEW rep_signal AS
SELECT s.input, s.rep, CASE WHEN s.type = 7 THEN 'away' ELSE s.word END AS status,
       instant(s.at) AS at, instant(s.until) AS until, s.actor AS by, s.reason, s.desk
FROM input s
WHERE (s.type IN (3, 11) AND s.rep IS NOT NULL AND s.word IS NOT NULL)
   OR (s.type = 7 AND s.word IS NULL);

CREATE OR REPLACE VIEW exclusion AS
SELECT x.input, x.team, said(x.rest, 23) AS period, x.rep, x.actor AS by, x.reason,
       instant(x.at) AS at, x.desk,
       CASE x.type WHEN 17 THEN 'exclude' ELSE 'include' END AS what
FROM input x WHERE x.type IN (17, 22);
COMMENT ON COLUMN exclusion.what IS 'exclude, or include: it was taken back';
