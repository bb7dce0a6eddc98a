-- 0022: times. Who was absent when; of a ticket when it had to be answered, and was, since when it waits
-- for its customer, and how often it went back unanswered; how many a team deals at most.
SET search_path = evenhand;

-- A field of a message that has no column, whatever its kind; NULL: it has none. Numbers come as such.
CREATE FUNCTION told(rest bytea, wanted integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found bigint[] := evenhand.varint(rest, 1);  -- behind the version: the date
    place integer;
    stop  integer;
    field integer;
BEGIN
    found := evenhand.varint(rest, found[2]::integer + 1);  -- behind the origin: how long it is
    stop := found[2] + found[1];
    found := evenhand.varint(rest, found[2]::integer);      -- its type
    place := found[2];
    WHILE place < stop LOOP
        found := evenhand.varint(rest, place);
        field := found[1];
        EXIT WHEN field > wanted;
        found := evenhand.varint(rest, found[2]::integer);
        place := found[2];
        IF field IN (4, 7, 11, 14, 15, 18, 19, 20, 21, 31, 32, 33, 34, 35, 37, 38, 39, 40, 41, 44, 45, 46,
                     47, 48, 49, 50, 51, 53, 54, 55) THEN
            IF field = wanted THEN
                RETURN evenhand.unzigzag(found[1]);
            END IF;
        ELSIF field = wanted THEN
            RETURN convert_from(substr(rest, place + 1, found[1]::integer), 'UTF8');
        ELSE
            place := place + found[1];
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- One that is told again under its uid before it is over takes the place of the first.
CREATE VIEW absence AS
WITH a AS (
    SELECT i.desk, i.input, i.rep, i.at, i.actor, told(i.rest, 47)::bigint * 1000 AS "from",
           told(i.rest, 48)::bigint * 1000 AS until, told(i.rest, 51)::bigint AS cancel,
           told(i.rest, 52) AS uid
    FROM input i WHERE i.type = 26)
SELECT a.input, a.rep, instant(a."from") AS "from", instant(a.until) AS until, a.uid, a.actor AS by,
       instant(a.at) AS at, instant(n.at) AS ended_at, n.cancel IS NULL AND n.at IS NOT NULL AS replaced,
       a.desk
FROM a
LEFT JOIN LATERAL (
    SELECT n.at, n.cancel FROM a n
    WHERE n.desk = a.desk AND n.rep = a.rep AND n.input > a.input
      AND (a.until IS NULL OR n.at < a.until)
      AND (n.cancel = a.input OR (coalesce(n.cancel, 0) = 0 AND n.uid = a.uid))
    ORDER BY n.input LIMIT 1) n ON true
WHERE a.cancel IS NULL;

CREATE OR REPLACE VIEW ticket AS
SELECT t.source, t.id, coalesce(e.team, c.team, t.team) AS team, coalesce(of_image(c.image, 'kind'), t.kind) AS kind,
       coalesce(c.value, t.value) AS value,
       d.currency,
       CASE WHEN has_table_privilege('evenhand.personal', 'SELECT') THEN coalesce((
           SELECT q.customer FROM ticket_change h JOIN personal q ON q.desk = h.desk AND q.input = h.input
           WHERE h.desk = t.desk AND h.ticket = t.input AND h.input <> t.input AND q.customer IS NOT NULL
           ORDER BY h.input DESC LIMIT 1), p.customer) END AS customer,
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
           WHERE h.desk = t.desk AND h.ticket = t.input AND o.type = 4)) AS handled,
       instant(coalesce((
           SELECT told(u.rest, 53) FROM input u
           WHERE u.desk = t.desk AND u.input IN (
               SELECT h.input FROM ticket_change h WHERE h.desk = t.desk AND h.ticket = t.input)
             AND u.type = 2 AND told(u.rest, 53) IS NOT NULL
           ORDER BY u.input DESC LIMIT 1), told(t.rest, 53))::bigint * 1000) AS due_at,
       instant((SELECT min(i.at) FROM effect x JOIN input i ON i.desk = x.desk AND i.input = x.input
                WHERE x.desk = t.desk AND x.ticket = t.input AND x.type = 18)) AS late_at,
       instant(coalesce((SELECT min(coalesce(i.happened * 1000, i.at))
                         FROM effect x JOIN input i ON i.desk = x.desk AND i.input = x.input
                         WHERE x.desk = t.desk AND x.ticket = t.input AND x.type = 20),
                        c.closed)) AS answered_at,
       CASE WHEN p2.type = 21 THEN instant(p2.at) END AS paused_since,
       (SELECT count(*) FROM effect x WHERE x.desk = t.desk AND x.ticket = t.input AND x.type = 19) AS lapses
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
LEFT JOIN LATERAL (
    SELECT x.type, i.at FROM effect x JOIN input i ON i.desk = x.desk AND i.input = x.input
    WHERE x.desk = t.desk AND x.ticket = t.input AND x.type IN (1, 2, 3, 4, 5, 16, 21, 22)
    ORDER BY x.seq DESC LIMIT 1) p2 ON true
WHERE t.type = 1;

CREATE OR REPLACE VIEW team AS
SELECT t.team, t.name, t.policy, t.capacity, t.managers, b.input, b.desk, t.per_hour, t.per_day
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'teams') AS t (
    team text, name text, policy text, capacity bigint, managers jsonb, per_hour bigint, per_day bigint)
WHERE b.what = 'roster';

CREATE OR REPLACE VIEW rep AS
SELECT r.rep, r.name, r."user", r.share_ppm, r.since, r.skills, r.on_desk, b.input, b.desk,
       (SELECT max(coalesce(a.until, 'infinity')) FROM absence a
        WHERE a.desk = b.desk AND a.rep = r.rep AND a.ended_at IS NULL AND a."from" <= now()
          AND (a.until IS NULL OR a.until > now())) AS absent_until
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'reps') AS r (
    rep text, name text, "user" text, share_ppm bigint, since date, skills text[], on_desk boolean)
WHERE b.what = 'roster';

GRANT ALL ON absence TO evenhand_owner;
GRANT SELECT ON absence TO evenhand_app, evenhand_auditor;

COMMENT ON VIEW absence IS 'When reps were to be absent, as it was told: a row for each time.';
COMMENT ON COLUMN absence.input IS 'number of the input that told it';
COMMENT ON COLUMN absence.rep IS 'who';
COMMENT ON COLUMN absence."from" IS 'since when';
COMMENT ON COLUMN absence.until IS 'up to when, NULL: nobody knows';
COMMENT ON COLUMN absence.uid IS 'what its sender calls it';
COMMENT ON COLUMN absence.by IS 'the Unix user who told it, NULL: from the stream';
COMMENT ON COLUMN absence.at IS 'when it was told';
COMMENT ON COLUMN absence.ended_at IS 'when it was cancelled or told anew, NULL: it was not';
COMMENT ON COLUMN absence.replaced IS 'it was told anew';
COMMENT ON COLUMN absence.desk IS 'number of the desk in the table desk';
COMMENT ON COLUMN ticket.due_at IS 'when it has to be answered, where the helpdesk itself said so';
COMMENT ON COLUMN ticket.late_at IS 'when it was told to be late';
COMMENT ON COLUMN ticket.answered_at IS 'when it was answered, or else closed';
COMMENT ON COLUMN ticket.paused_since IS 'since when it waits for its customer, NULL: it does not';
COMMENT ON COLUMN ticket.lapses IS 'how often it was not answered in its time by who had it';
COMMENT ON COLUMN team.per_hour IS 'dealt to a rep with a full share in an hour at most';
COMMENT ON COLUMN team.per_day IS 'dealt to a rep with a full share on a day at most';
COMMENT ON COLUMN rep.absent_until IS 'until when they are absent now, infinity: nobody knows, NULL: they are not';
