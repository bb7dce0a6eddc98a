-- 0013: a ticket's rating and the time worked on it, as its story has them: the latest rating, the
-- time of all closings. Of tickets that have none, from before there were stories: as was said.
SET search_path = evenhand;

-- Out of the image (version 4 on): the sum of what came long ago, and behind it the outcomes of the
-- last minute in their order, told once more.
CREATE FUNCTION story_of(image bytea, OUT csat integer, OUT handled bigint)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found  bigint[] := evenhand.varint(image, 1);  -- behind the version: the ticket's number
    place  integer := found[2];
    n      bigint[];
    state  integer;                                -- the outcome; 0: open
    rated  bigint[] := ARRAY[0, 0, 0];             -- date, whether a whole day, moment
    moment bigint[];
    stop   integer;
    flags  integer;
    what   integer;
    length bigint;
BEGIN
    IF get_byte(image, 0) < 4 THEN
        RETURN;
    END IF;
    FOR text_number IN 1..3 LOOP                   -- source, id, skills
        found := evenhand.varint(image, place);
        place := found[2] + found[1];
    END LOOP;
    place := place + 17 + 16 * get_byte(image, place + 16);  -- digest, customer
    FOR text_number IN 1..4 LOOP                   -- team, kind, rep, was
        found := evenhand.varint(image, place);
        place := found[2] + found[1];
    END LOOP;
    place := place + 3;                            -- state, priority, outcome
    FOR number IN 1..9 LOOP                        -- points to the place in the stream
        place := (evenhand.varint(image, place))[2];
    END LOOP;
    place := place + 1;                            -- receipted
    FOR number IN 1..4 LOOP                        -- booked, created, first, closed_date
        place := (evenhand.varint(image, place))[2];
    END LOOP;
    IF get_byte(image, place) = 0 THEN
        RETURN;
    END IF;
    flags := get_byte(image, place + 1);
    state := get_byte(image, place + 2);
    csat := nullif(get_byte(image, place + 4), 0);
    place := place + 5;
    n := ARRAY[]::bigint[];
    FOR number IN 1..6 LOOP                        -- value, refunded, handled, closed; rated: two
        found := evenhand.varint(image, place);
        n := n || evenhand.unzigzag(found[1]);
        place := found[2];
    END LOOP;
    handled := CASE WHEN flags & 2 > 0 THEN n[3] END;
    rated := ARRAY[n[6], get_byte(image, place), n[5]];
    place := place + 1;
    FOR number IN 1..2 LOOP                        -- closed_date, first_date
        place := (evenhand.varint(image, place))[2];
    END LOOP;
    found := evenhand.varint(image, place);        -- the first team
    found := evenhand.varint(image, (found[2] + found[1])::integer);
    place := found[2];
    stop := place + found[1];
    WHILE place < stop LOOP
        what := get_byte(image, place);
        flags := get_byte(image, place + 1);
        found := evenhand.varint(image, place + 2);
        moment := ARRAY[0, 0, evenhand.unzigzag(found[1])];
        found := evenhand.varint(image, found[2]::integer);
        moment[1] := evenhand.unzigzag(found[1]);
        moment[2] := get_byte(image, found[2]::integer);
        place := found[2] + 1;
        FOR number IN 1..4 LOOP                    -- arrival, input, place in the stream
            place := (evenhand.varint(image, place))[2];
        END LOOP;
        found := evenhand.varint(image, place);    -- event
        found := evenhand.varint(image, (found[2] + found[1])::integer);  -- value
        place := found[2];
        found := evenhand.varint(image, place + 1);
        length := evenhand.unzigzag(found[1]);
        IF flags & 8 = 0 THEN                      -- not refused
            IF what BETWEEN 1 AND 4 AND state = 0 AND flags & 2 > 0 THEN
                handled := coalesce(handled, 0) + length;
            END IF;
            state := CASE WHEN what BETWEEN 1 AND 4 THEN what WHEN what = 5 THEN 0 ELSE state END;
            IF get_byte(image, place) > 0 AND (csat IS NULL OR CASE
                    WHEN moment[1] <> rated[1] THEN moment[1] > rated[1]
                    WHEN moment[2] <> rated[2] THEN moment[2] > rated[2]
                    ELSE moment[2] > 0 OR moment[3] >= rated[3] END) THEN
                csat := get_byte(image, place);
                rated := moment;
            END IF;
        END IF;
        place := found[2];
    END LOOP;
END $$;

CREATE OR REPLACE VIEW ticket AS
SELECT t.source, t.id, coalesce(c.team, t.team) AS team, t.kind, coalesce(c.value, t.value) AS value,
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

COMMENT ON COLUMN ticket.csat IS 'the latest rating, 1 to 5, whenever it came';
COMMENT ON COLUMN ticket.handled IS 'seconds worked, of all closings together';
