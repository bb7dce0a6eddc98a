-- 0020: a new ticket may say who has it already, and who did that: it is a change of its owner, too.
SET search_path = evenhand;

CREATE OR REPLACE VIEW owner_change AS
SELECT e.seq, o.input, t.source, t.id AS ticket, e.team,
       CASE WHEN e.type = 16 THEN 'held'
            WHEN e.type = 1 AND e.why IN ('claimed', 'given', 'manager', 'returned', 'owner')
            THEN e.why ELSE 'dropped' END AS what,
       e.rep, e.was, said(o.rest, 43) AS by, instant(o.at) AS at, o.desk
FROM input o
JOIN effect e ON e.desk = o.desk AND e.input = o.input AND e.type IN (1, 2, 16)
JOIN input t ON t.desk = e.desk AND t.input = e.ticket AND t.source = o.source AND t.id = o.id
WHERE o.type = 23 OR (o.type = 1 AND said(o.rest, 43) IS NOT NULL);

COMMENT ON VIEW owner_change IS
    'Who has a ticket, as the helpdesk told it: a row for each change, and for a new ticket of which it says who did it.';
COMMENT ON COLUMN owner_change.what IS
    'claimed, given, manager, owner (of a new ticket), held, dropped (back to the deal) or returned (to whom it was taken from)';
COMMENT ON COLUMN owner_change.by IS
    'who did it: a rep, a manager''s user, or ? for somebody who is not on the desk; before rules 28 as the helpdesk names them';
