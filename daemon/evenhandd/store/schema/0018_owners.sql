-- 0018: the helpdesk says who has a ticket; a ticket that somebody outside its team has is held; a
-- manager returns a ticket to the deal.
SET search_path = evenhand;

CREATE OR REPLACE VIEW ticket AS
SELECT t.source, t.id, coalesce(e.team, c.team, t.team) AS team, t.kind, coalesce(c.value, t.value) AS value,
       d.currency,
       CASE WHEN has_table_privilege('evenhand.personal', 'SELECT') THEN p.customer END AS customer,
       coalesce(c.priority, t.priority) AS priority,
       CASE WHEN c.state = 3 THEN 'closed' WHEN e.type IN (1, 3) THEN 'assigned' WHEN e.type = 16 THEN 'held'
            ELSE 'waiting' END AS state,
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
    SELECT * FROM effect e WHERE e.desk = t.desk AND e.ticket = t.input AND e.type IN (1, 2, 3, 4, 16)
    ORDER BY e.seq DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (
    SELECT i.at FROM effect g JOIN input i ON i.desk = g.desk AND i.input = g.input
    WHERE g.desk = t.desk AND g.ticket = t.input AND g.type = 1
    ORDER BY g.seq DESC LIMIT 1) a ON true
WHERE t.type = 1;

COMMENT ON COLUMN ticket.state IS 'waiting, assigned, held or closed';

CREATE OR REPLACE VIEW assignment AS
SELECT e.seq, e.input, t.source, t.id AS ticket, e.team, e.rep, e.was, e.why,
       instant(i.at) AS at, e.desk,
       CASE WHEN i.type IN (6, 7, 8, 24) THEN i.actor END AS by,
       CASE WHEN i.type IN (6, 7, 8, 24) THEN i.reason END AS reason
FROM effect e
JOIN input i ON i.desk = e.desk AND i.input = e.input
JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE e.type = 1;

COMMENT ON COLUMN assignment.why IS
    'the policy, affinity, owner, manager, release, left, return, claimed, given, dropped or returned';

CREATE OR REPLACE VIEW override AS
SELECT o.input, CASE o.type WHEN 6 THEN 'assign' WHEN 7 THEN 'release' WHEN 24 THEN 'return'
                          ELSE 'move' END AS what,
       t.source, t.id AS ticket, e.team, e.rep,
       CASE WHEN o.type = 7 THEN o.rep ELSE e.was END AS was, o.actor AS by, o.reason,
       instant(o.at) AS at, o.desk
FROM input o
LEFT JOIN effect e ON e.desk = o.desk AND e.input = o.input AND CASE o.type
    WHEN 6 THEN e.type = 1 AND e.why = 'manager'
    WHEN 7 THEN e.type IN (1, 2) AND e.was = o.rep
    WHEN 24 THEN e.type IN (1, 2)
    ELSE e.type = 5 END
LEFT JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE o.type IN (6, 7, 8, 24);

COMMENT ON VIEW override IS
    'What managers did by hand: a row for each ticket they assigned, moved, released or returned.';
COMMENT ON COLUMN override.what IS 'assign, move, release or return';

CREATE OR REPLACE VIEW wait AS
SELECT w.seq, t.source, t.id AS ticket, w.team, w.why, w.was, instant(i.at) AS since,
       instant(u.at) AS until,
       CASE n.type WHEN 1 THEN 'assigned' WHEN 2 THEN 'waiting' WHEN 3 THEN 'returned'
                   WHEN 4 THEN 'closed' WHEN 5 THEN 'moved' WHEN 16 THEN 'held' END AS ended, w.desk
FROM effect w
JOIN input i ON i.desk = w.desk AND i.input = w.input
JOIN input t ON t.desk = w.desk AND t.input = w.ticket
LEFT JOIN LATERAL (
    SELECT n.type, n.input FROM effect n
    WHERE n.desk = w.desk AND n.ticket = w.ticket AND n.seq > w.seq AND n.type IN (1, 2, 3, 4, 5, 16)
    ORDER BY n.seq LIMIT 1) n ON true
LEFT JOIN input u ON u.desk = w.desk AND u.input = n.input
WHERE w.type = 2;

COMMENT ON COLUMN wait.ended IS
    'what ended it: assigned, waiting (for another reason), returned, closed, moved, held';

-- A change that the helpdesk told, by the effect that its input had on the ticket.
CREATE VIEW owner_change AS
SELECT e.seq, o.input, t.source, t.id AS ticket, e.team,
       CASE WHEN e.type = 16 THEN 'held' WHEN e.type = 1 AND e.why IN ('claimed', 'given', 'manager', 'returned')
            THEN e.why ELSE 'dropped' END AS what,
       e.rep, e.was, said(o.rest, 43) AS by, instant(o.at) AS at, o.desk
FROM input o
JOIN effect e ON e.desk = o.desk AND e.input = o.input AND e.type IN (1, 2, 16)
JOIN input t ON t.desk = e.desk AND t.input = e.ticket AND t.source = o.source AND t.id = o.id
WHERE o.type = 23;
COMMENT ON VIEW owner_change IS 'Who has a ticket, as the helpdesk told it: a row for each change.';
COMMENT ON COLUMN owner_change.seq IS 'number of the outbox entry';
COMMENT ON COLUMN owner_change.input IS 'number of the input in the log';
COMMENT ON COLUMN owner_change.source IS 'which helpdesk system it is';
COMMENT ON COLUMN owner_change.ticket IS 'its id there';
COMMENT ON COLUMN owner_change.team IS 'where the ticket is';
COMMENT ON COLUMN owner_change.what IS
    'claimed, given, manager, held, dropped (back to the deal) or returned (to whom it was taken from)';
COMMENT ON COLUMN owner_change.rep IS 'who has it then, NULL: nobody in the team';
COMMENT ON COLUMN owner_change.was IS 'who had it';
COMMENT ON COLUMN owner_change.by IS 'who did it, as the helpdesk names them';
COMMENT ON COLUMN owner_change.at IS 'when it was told';
COMMENT ON COLUMN owner_change.desk IS 'number of the desk in the table desk';
GRANT ALL ON owner_change TO evenhand_owner;
GRANT SELECT ON owner_change TO evenhand_app, evenhand_auditor;
