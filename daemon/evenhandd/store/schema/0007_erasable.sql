-- 0007: what can be erased stands in two tables, and nothing else tells what it was.
--
-- Personal text is hashed behind a salt that stands beside it: one for each customer, one for each
-- subject, one for each body of a dead letter. Rows from before have none and stay as they are.
SET search_path = evenhand;

ALTER TABLE personal ADD COLUMN customer_salt bytea;
ALTER TABLE personal ADD COLUMN subject_salt bytea;
-- The salt of a customer who comes again.
CREATE INDEX personal_customer ON personal (customer, desk) WHERE customer_salt IS NOT NULL;

-- A text that is set to NULL takes its salt with it.
CREATE FUNCTION forget_salt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer IS NULL THEN
        NEW.customer_salt := NULL;
    END IF;
    IF NEW.subject IS NULL THEN
        NEW.subject_salt := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER personal_forget_salt BEFORE UPDATE ON personal
    FOR EACH ROW EXECUTE FUNCTION forget_salt();

-- The bytes of an entry that was refused, or their digest where they are not kept. The row of the
-- input is named by the salt and these bytes; without a salt, by the bytes alone.
CREATE TABLE dead_body (
    desk   smallint NOT NULL,
    input  bigint NOT NULL,
    salt   bytea,
    body   bytea,
    sha256 bytea,
    PRIMARY KEY (desk, input),
    CHECK (num_nonnulls(body, sha256) = 1)
);
INSERT INTO dead_body (desk, input, body, sha256)
    SELECT d.desk, d.input, d.body, d.sha256 FROM dead d
    JOIN input i ON i.desk = d.desk AND i.input = d.input WHERE i.stream_ms IS NOT NULL;

-- There stay the bodies that evenhandd made itself: outcomes whose time was over, which have no
-- personal text. The others are emptied: VACUUM gives back what was in a row.
ALTER TABLE dead DISABLE TRIGGER dead_insert_only;
ALTER TABLE dead DROP CONSTRAINT dead_body;
UPDATE dead d SET size = coalesce(d.size, length(d.body)), sha256 = NULL,
    body = CASE WHEN i.stream_ms IS NULL THEN d.body END
    FROM input i WHERE i.desk = d.desk AND i.input = d.input;
ALTER TABLE dead ENABLE TRIGGER dead_insert_only;
ALTER TABLE dead ALTER COLUMN size SET NOT NULL;
ALTER TABLE dead ADD CONSTRAINT dead_body CHECK (sha256 IS NULL);
-- An entry that comes again is found by its place.
CREATE INDEX dead_stream ON dead (stream_id, desk);

-- Who may not read a table does not read it through a view either.
CREATE OR REPLACE VIEW ticket AS
SELECT t.source, t.id, coalesce(c.team, t.team) AS team, t.kind, coalesce(c.value, t.value) AS value,
       d.currency,
       CASE WHEN has_table_privilege('evenhand.personal', 'SELECT') THEN p.customer END AS customer,
       coalesce(c.priority, t.priority) AS priority,
       CASE WHEN c.state = 3 THEN 'closed' WHEN e.type IN (1, 3) THEN 'assigned' ELSE 'waiting' END
           AS state,
       e.rep, instant(t.at) AS received_at, instant(a.at) AS assigned_at,
       instant(c.closed) AS closed_at, c.outcome, t.desk, t.input
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

CREATE OR REPLACE VIEW dead_letter AS
SELECT d.input, instant(i.at) AS at, d.reason, d.stream_id,
       CASE WHEN d.body IS NOT NULL OR has_table_privilege('evenhand.dead_body', 'SELECT')
            THEN coalesce(d.body, b.body) END AS body,
       d.desk, d.size::bigint AS size,
       CASE WHEN has_table_privilege('evenhand.dead_body', 'SELECT') THEN b.sha256 END AS sha256
FROM dead d JOIN input i ON i.desk = d.desk AND i.input = d.input
LEFT JOIN dead_body b ON b.desk = d.desk AND b.input = d.input;

GRANT ALL ON dead_body TO evenhand_owner;
GRANT SELECT, INSERT ON dead_body TO evenhand_app;
