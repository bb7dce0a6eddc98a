-- 0019: a ticket that is told once more is an update: its kind and its customer are those of now. Why a
-- ticket was cancelled.
SET search_path = evenhand;

CREATE OR REPLACE FUNCTION of_image(image bytea, wanted text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found bigint[] := evenhand.varint(image, 1);  -- behind the version: the ticket's number
    place integer := found[2];
BEGIN
    FOR text_number IN 1..3 LOOP                  -- source, id, skills
        found := evenhand.varint(image, place);
        place := found[2] + found[1];
    END LOOP;
    IF wanted = 'skills' THEN
        RETURN convert_from(substr(image, found[2]::integer + 1, found[1]::integer), 'UTF8');
    END IF;
    place := place + 17 + 16 * get_byte(image, place + 16);  -- digest, customer
    FOR text_number IN 1..4 LOOP                  -- team, kind, rep, was
        found := evenhand.varint(image, place);
        IF wanted = 'kind' AND text_number = 2 THEN
            RETURN convert_from(substr(image, found[2]::integer + 1, found[1]::integer), 'UTF8');
        END IF;
        place := found[2] + found[1];
    END LOOP;
    place := place + 3;                           -- state, priority, outcome
    FOR number IN 1..4 LOOP                       -- points, deals, value, refunded
        found := evenhand.varint(image, place);
        place := found[2];
    END LOOP;
    RETURN evenhand.unzigzag(found[1]);
END $$;

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


COMMENT ON COLUMN ticket.kind IS 'kind of work, as it was told last';

CREATE OR REPLACE VIEW outcome AS
SELECT o.input, o.source, o.id AS ticket, o.word AS outcome, o.value, o.csat, o.handled,
       coalesce(instant(o.happened * 1000), instant(o.at)) AS at, o.desk, o.reason
FROM input o WHERE o.type = 4;

COMMENT ON COLUMN outcome.reason IS
    'why it was cancelled, if that was told: spam, duplicate, merged, test or customer';
