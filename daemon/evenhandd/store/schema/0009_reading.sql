-- 0009: what people read: who asked for what and why, waiting spells, imported figures, exclusions;
-- and words for all of it. Views alone: nothing is written anew, however long the log is.
SET search_path = evenhand;

-- ---- What has no column of its own stands in input.rest and in ticket_change.image, canonical.

-- The number (LEB128) at a byte, and the byte behind it.
CREATE FUNCTION varint(bytes bytea, place integer) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    number bigint := 0;
    shift  integer := 0;
    part   integer;
BEGIN
    LOOP
        part := get_byte(bytes, place);
        number := number | ((part & 127)::bigint << shift);
        place := place + 1;
        EXIT WHEN part < 128;
        shift := shift + 7;
    END LOOP;
    RETURN ARRAY[number, place];
END $$;

CREATE FUNCTION unzigzag(number bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT ((number >> 1) & 9223372036854775807) # -(number & 1) $$;

-- A field of a message (enum eh_field, up to 25) that has no column; NULL: it has none. Fields come
-- in rising order; those up to 25 are texts, but for created_at (11) and for (16).
CREATE FUNCTION said(rest bytea, wanted integer) RETURNS text
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
        IF field IN (11, 16) THEN
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

-- Of a ticket as a change left it: 'skills', joined by U+001F, or 'refunded'.
CREATE FUNCTION of_image(image bytea, wanted text) RETURNS text
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
        place := found[2] + found[1];
    END LOOP;
    place := place + 3;                           -- state, priority, outcome
    FOR number IN 1..4 LOOP                       -- points, deals, value, refunded
        found := evenhand.varint(image, place);
        place := found[2];
    END LOOP;
    RETURN evenhand.unzigzag(found[1]);
END $$;

-- ---- The views.

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
       coalesce(of_image(c.image, 'refunded')::bigint, 0) AS refunded
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

CREATE OR REPLACE VIEW assignment AS
SELECT e.seq, e.input, t.source, t.id AS ticket, e.team, e.rep, e.was, e.why,
       instant(i.at) AS at, e.desk,
       CASE WHEN i.type IN (6, 7, 8) THEN i.actor END AS by,
       CASE WHEN i.type IN (6, 7, 8) THEN i.reason END AS reason
FROM effect e
JOIN input i ON i.desk = e.desk AND i.input = e.input
JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE e.type = 1;

CREATE OR REPLACE VIEW rep_signal AS
SELECT s.input, s.rep, CASE WHEN s.type = 7 THEN 'away' ELSE s.word END AS status,
       instant(s.at) AS at, instant(s.until) AS until, s.actor AS by, s.reason, s.desk
FROM input s
WHERE (s.type IN (3, 11) AND s.rep IS NOT NULL AND s.word IS NOT NULL) OR s.type = 7;

-- An assignment and a move by their one ticket, a release by each that its input took away.
CREATE VIEW override AS
SELECT o.input, CASE o.type WHEN 6 THEN 'assign' WHEN 7 THEN 'release' ELSE 'move' END AS what,
       t.source, t.id AS ticket, e.team, e.rep,
       CASE WHEN o.type = 7 THEN o.rep ELSE e.was END AS was, o.actor AS by, o.reason,
       instant(o.at) AS at, o.desk
FROM input o
LEFT JOIN effect e ON e.desk = o.desk AND e.input = o.input AND CASE o.type
    WHEN 6 THEN e.type = 1 AND e.why = 'manager'
    WHEN 7 THEN e.type IN (1, 2) AND e.was = o.rep
    ELSE e.type = 5 END
LEFT JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE o.type IN (6, 7, 8);

CREATE VIEW exclusion AS
SELECT x.input, x.team, said(x.rest, 23) AS period, x.rep, x.actor AS by, x.reason,
       instant(x.at) AS at, x.desk
FROM input x WHERE x.type = 17;

CREATE VIEW metric AS
SELECT m.input, m.team, m.word AS metric, said(m.rest, 23) AS period, m.rep, m.value,
       m.actor AS by, instant(m.at) AS at, m.desk
FROM input m WHERE m.type = 5;

-- From each time a ticket was told to wait until whatever came next of it.
CREATE VIEW wait AS
SELECT w.seq, t.source, t.id AS ticket, w.team, w.why, w.was, instant(i.at) AS since,
       instant(u.at) AS until,
       CASE n.type WHEN 1 THEN 'assigned' WHEN 2 THEN 'waiting' WHEN 3 THEN 'returned'
                   WHEN 4 THEN 'closed' WHEN 5 THEN 'moved' END AS ended, w.desk
FROM effect w
JOIN input i ON i.desk = w.desk AND i.input = w.input
JOIN input t ON t.desk = w.desk AND t.input = w.ticket
LEFT JOIN LATERAL (
    SELECT n.type, n.input FROM effect n
    WHERE n.desk = w.desk AND n.ticket = w.ticket AND n.seq > w.seq AND n.type IN (1, 2, 3, 4, 5)
    ORDER BY n.seq LIMIT 1) n ON true
LEFT JOIN input u ON u.desk = w.desk AND u.input = n.input
WHERE w.type = 2;

GRANT ALL ON override, exclusion, metric, wait TO evenhand_owner;
GRANT SELECT ON override, exclusion, metric, wait TO evenhand_app, evenhand_auditor;

-- ---- In words.
COMMENT ON VIEW ticket IS 'Each ticket as it stands now.';
COMMENT ON COLUMN ticket.source IS 'which helpdesk system brought it';
COMMENT ON COLUMN ticket.id IS 'its id at its source';
COMMENT ON COLUMN ticket.team IS 'the team it is in';
COMMENT ON COLUMN ticket.kind IS 'kind of work';
COMMENT ON COLUMN ticket.value IS 'minor units of the currency';
COMMENT ON COLUMN ticket.currency IS 'the desk''s';
COMMENT ON COLUMN ticket.customer IS 'NULL once erased, and for who may not read personal';
COMMENT ON COLUMN ticket.priority IS '0 to 9, 9 first';
COMMENT ON COLUMN ticket.state IS 'waiting, assigned or closed';
COMMENT ON COLUMN ticket.rep IS 'who has it, or had it last';
COMMENT ON COLUMN ticket.received_at IS 'when evenhand took it';
COMMENT ON COLUMN ticket.assigned_at IS 'when the last one got it';
COMMENT ON COLUMN ticket.closed_at IS 'when it was closed, as its closing says';
COMMENT ON COLUMN ticket.outcome IS 'of its closing';
COMMENT ON COLUMN ticket.desk IS 'number of the desk in the table desk';
COMMENT ON COLUMN ticket.input IS 'number of the input that brought it';
COMMENT ON COLUMN ticket.skills IS 'that it asks for now';
COMMENT ON COLUMN ticket.channel IS 'as the helpdesk said it';
COMMENT ON COLUMN ticket.created_at IS 'when it came to the helpdesk, as that says';
COMMENT ON COLUMN ticket.refunded IS 'minor units taken back of its value';
COMMENT ON VIEW assignment IS 'A row for each time somebody got a ticket.';
COMMENT ON COLUMN assignment.seq IS 'number of the outbox entry';
COMMENT ON COLUMN assignment.input IS 'number of the input that caused it';
COMMENT ON COLUMN assignment.source IS 'which helpdesk system brought it';
COMMENT ON COLUMN assignment.ticket IS 'its id there';
COMMENT ON COLUMN assignment.team IS 'where it was dealt';
COMMENT ON COLUMN assignment.rep IS 'who got it';
COMMENT ON COLUMN assignment.was IS 'who had it before';
COMMENT ON COLUMN assignment.why IS 'the policy, affinity, owner, manager or release';
COMMENT ON COLUMN assignment.at IS 'when';
COMMENT ON COLUMN assignment.desk IS 'number of the desk in the table desk';
COMMENT ON COLUMN assignment.by IS 'the manager who asked for it, if one did';
COMMENT ON COLUMN assignment.reason IS 'that the manager gave';
COMMENT ON VIEW outcome IS 'What became of tickets, as it was said.';
COMMENT ON COLUMN outcome.input IS 'number of the input in the log';
COMMENT ON COLUMN outcome.source IS 'which helpdesk system brought it';
COMMENT ON COLUMN outcome.ticket IS 'its id there';
COMMENT ON COLUMN outcome.outcome IS 'won, lost, resolved, cancelled, reopened, refunded or rated';
COMMENT ON COLUMN outcome.value IS 'minor units, if it brought one';
COMMENT ON COLUMN outcome.csat IS 'rating, 1 to 5';
COMMENT ON COLUMN outcome.handled IS 'seconds worked';
COMMENT ON COLUMN outcome.at IS 'when it happened';
COMMENT ON COLUMN outcome.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW rep_signal IS 'Each change of a rep''s state: by themselves, a manager, a release or time.';
COMMENT ON COLUMN rep_signal.input IS 'number of the input in the log';
COMMENT ON COLUMN rep_signal.rep IS 'whose';
COMMENT ON COLUMN rep_signal.status IS 'available, overloaded or away';
COMMENT ON COLUMN rep_signal.at IS 'when it was said or came';
COMMENT ON COLUMN rep_signal.until IS 'when it ends by itself';
COMMENT ON COLUMN rep_signal.by IS 'the Unix user who said it, NULL: time or the stream';
COMMENT ON COLUMN rep_signal.reason IS 'as it was given';
COMMENT ON COLUMN rep_signal.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW fairness_by_rep IS 'What each rep was entitled to and received, in number and in value.';
COMMENT ON COLUMN fairness_by_rep.team IS 'the team';
COMMENT ON COLUMN fairness_by_rep.rep IS 'the rep';
COMMENT ON COLUMN fairness_by_rep.entitled IS 'tickets, by share of what they could have had';
COMMENT ON COLUMN fairness_by_rep.received IS 'tickets they have or had last';
COMMENT ON COLUMN fairness_by_rep.entitled_value IS 'minor units';
COMMENT ON COLUMN fairness_by_rep.received_value IS 'minor units';
COMMENT ON COLUMN fairness_by_rep.desk IS 'number of the desk in the table desk';
COMMENT ON COLUMN fairness_by_rep.entitled_as_of IS 'input up to which entitlement is written down';
COMMENT ON VIEW draw IS 'Draw epochs: what was committed before, and the seed once it is revealed.';
COMMENT ON COLUMN draw.epoch IS 'number of the epoch';
COMMENT ON COLUMN draw.commitment IS 'hash of its seed, hexadecimal';
COMMENT ON COLUMN draw.seed IS 'hexadecimal; NULL until it is over';
COMMENT ON COLUMN draw.opened_at IS 'when it began';
COMMENT ON COLUMN draw.revealed_at IS 'when the seed was revealed';
COMMENT ON COLUMN draw.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW pool IS 'A row for each version of a closed period, and version 0 for a frozen one.';
COMMENT ON COLUMN pool.team IS 'the team';
COMMENT ON COLUMN pool.period IS 'as 2026-03, 2026-W10 or 2026-Q1';
COMMENT ON COLUMN pool.version IS '1 at the first close';
COMMENT ON COLUMN pool.state IS 'provisional, closed or paid';
COMMENT ON COLUMN pool.currency IS 'of all its money, in minor units';
COMMENT ON COLUMN pool.gross IS 'what its metrics fund';
COMMENT ON COLUMN pool.carry IS 'taken for earlier periods, 0 or below';
COMMENT ON COLUMN pool.net IS 'paid in total with this version';
COMMENT ON COLUMN pool.difference IS 'of gross to the version before';
COMMENT ON COLUMN pool.plan IS 'id of the plan';
COMMENT ON COLUMN pool.plan_sha256 IS 'hash of the plan';
COMMENT ON COLUMN pool.paid IS 'by this version';
COMMENT ON COLUMN pool.cancelled IS 'of a positive difference: open carry it took away';
COMMENT ON COLUMN pool.held IS 'of parts in which nobody has a weight';
COMMENT ON COLUMN pool.carry_open IS 'of the team after it';
COMMENT ON COLUMN pool.composite_ppm IS 'weighed scores, millionths';
COMMENT ON COLUMN pool.funding_ppm IS 'of the target pool, millionths';
COMMENT ON COLUMN pool.published_late IS 'the plan came after the period began';
COMMENT ON COLUMN pool.missing IS 'why a frozen period has no figures yet';
COMMENT ON COLUMN pool.facts_sha256 IS 'hash of the facts it was computed from';
COMMENT ON COLUMN pool.at IS 'when it was frozen or closed';
COMMENT ON COLUMN pool.input IS 'number of the input in the log';
COMMENT ON COLUMN pool.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW pool_share IS 'Everybody''s line of a version of a pool, in minor units.';
COMMENT ON COLUMN pool_share.team IS 'the team';
COMMENT ON COLUMN pool_share.period IS 'the period';
COMMENT ON COLUMN pool_share.version IS 'of the pool';
COMMENT ON COLUMN pool_share.rep IS 'whose line';
COMMENT ON COLUMN pool_share.equal IS 'part by days';
COMMENT ON COLUMN pool_share.hours IS 'part by minutes';
COMMENT ON COLUMN pool_share.seniority IS 'part by band and days';
COMMENT ON COLUMN pool_share.individual IS 'part by points';
COMMENT ON COLUMN pool_share.total IS 'of all versions together';
COMMENT ON COLUMN pool_share.paid IS 'by this version';
COMMENT ON COLUMN pool_share.eligible IS 'has a part in it';
COMMENT ON COLUMN pool_share.capped IS 'at the limit of the individual part';
COMMENT ON COLUMN pool_share.days IS 'eligible days';
COMMENT ON COLUMN pool_share.minutes IS 'paid minutes that count';
COMMENT ON COLUMN pool_share.band IS 'of seniority, 100 at least';
COMMENT ON COLUMN pool_share.points IS 'of closed work';
COMMENT ON COLUMN pool_share.state IS 'of the period';
COMMENT ON COLUMN pool_share.currency IS 'of the money';
COMMENT ON COLUMN pool_share.input IS 'number of the input in the log';
COMMENT ON COLUMN pool_share.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW dead_letter IS 'Entries that were refused.';
COMMENT ON COLUMN dead_letter.input IS 'number of the input in the log';
COMMENT ON COLUMN dead_letter.at IS 'when';
COMMENT ON COLUMN dead_letter.reason IS 'one line, what and where';
COMMENT ON COLUMN dead_letter.stream_id IS 'the entry in Redis';
COMMENT ON COLUMN dead_letter.body IS 'its bytes; NULL where not kept, erased, or not to be read';
COMMENT ON COLUMN dead_letter.desk IS 'number of the desk in the table desk';
COMMENT ON COLUMN dead_letter.size IS 'bytes';
COMMENT ON COLUMN dead_letter.sha256 IS 'of a body that is not kept';
COMMENT ON VIEW override IS 'What managers did by hand: a row for each ticket they assigned, moved or released.';
COMMENT ON COLUMN override.input IS 'number of the input in the log';
COMMENT ON COLUMN override.what IS 'assign, move or release';
COMMENT ON COLUMN override.source IS 'which helpdesk system brought it';
COMMENT ON COLUMN override.ticket IS 'its id there; NULL: a release of who had none';
COMMENT ON COLUMN override.team IS 'where the ticket is then';
COMMENT ON COLUMN override.rep IS 'who got it, NULL: it waits';
COMMENT ON COLUMN override.was IS 'who had it';
COMMENT ON COLUMN override.by IS 'the Unix user who did it';
COMMENT ON COLUMN override.reason IS 'that they gave';
COMMENT ON COLUMN override.at IS 'when';
COMMENT ON COLUMN override.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW exclusion IS 'Reps set aside for a period.';
COMMENT ON COLUMN exclusion.input IS 'number of the input in the log';
COMMENT ON COLUMN exclusion.team IS 'the team';
COMMENT ON COLUMN exclusion.period IS 'the period';
COMMENT ON COLUMN exclusion.rep IS 'who is set aside';
COMMENT ON COLUMN exclusion.by IS 'the Unix user who did it';
COMMENT ON COLUMN exclusion.reason IS 'that they gave';
COMMENT ON COLUMN exclusion.at IS 'when';
COMMENT ON COLUMN exclusion.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW metric IS 'Figures that were imported, each as it came.';
COMMENT ON COLUMN metric.input IS 'number of the input in the log';
COMMENT ON COLUMN metric.team IS 'the team';
COMMENT ON COLUMN metric.metric IS 'its name';
COMMENT ON COLUMN metric.period IS 'it is of';
COMMENT ON COLUMN metric.rep IS 'it is of, NULL: the team';
COMMENT ON COLUMN metric.value IS 'whole number of the metric''s unit';
COMMENT ON COLUMN metric.by IS 'the Unix user, NULL: from the stream';
COMMENT ON COLUMN metric.at IS 'when it came';
COMMENT ON COLUMN metric.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW wait IS 'Waiting spells of tickets.';
COMMENT ON COLUMN wait.seq IS 'number of the outbox entry';
COMMENT ON COLUMN wait.source IS 'which helpdesk system brought it';
COMMENT ON COLUMN wait.ticket IS 'its id there';
COMMENT ON COLUMN wait.team IS 'where it waits';
COMMENT ON COLUMN wait.why IS 'nobody, full, skill, queue or aside';
COMMENT ON COLUMN wait.was IS 'who had it before';
COMMENT ON COLUMN wait.since IS 'when it began';
COMMENT ON COLUMN wait.until IS 'when it ended, NULL: it waits';
COMMENT ON COLUMN wait.ended IS
    'what ended it: assigned, waiting (for another reason), returned, closed, moved';
COMMENT ON COLUMN wait.desk IS 'number of the desk in the table desk';
