-- 0001: the log, its effects, and the views people read.
-- Two narrow tables take what every ticket costs: one row for the input, one for what it caused.
-- Everything else is rare, or a view.

CREATE SCHEMA IF NOT EXISTS evenhand;
SET search_path = evenhand;

CREATE TABLE migration (
    version integer PRIMARY KEY,
    name    text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE desk (
    no       smallint PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    currency text NOT NULL
);

-- Who may write: a leader takes the next epoch; every transaction asserts its own.
CREATE TABLE lease (
    desk  smallint PRIMARY KEY REFERENCES desk (no),
    epoch bigint NOT NULL DEFAULT 0
);
CREATE TABLE heartbeat (
    desk  smallint PRIMARY KEY REFERENCES desk (no),
    epoch bigint NOT NULL,
    beat  bigint NOT NULL,
    host  text NOT NULL
);

-- Where the log ends. Advanced by each batch from exactly what it was.
CREATE TABLE head (
    desk      smallint PRIMARY KEY REFERENCES desk (no),
    input     bigint NOT NULL DEFAULT 0,
    seq       bigint NOT NULL DEFAULT 0,
    at        bigint NOT NULL DEFAULT 0,      -- µs since 1970, of the last input
    dead      bigint NOT NULL DEFAULT 0,      -- input of the last dead letter
    high_ms   bigint NOT NULL DEFAULT 0,      -- highest stream id ever committed
    high_no   bigint NOT NULL DEFAULT 0,
    low_ms    bigint NOT NULL DEFAULT 0,      -- no lower stream id is uncommitted
    low_no    bigint NOT NULL DEFAULT 0,
    digest    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    chain     bytea NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000'
) WITH (fillfactor = 10);

CREATE TABLE input (
    desk      smallint NOT NULL,
    type      smallint NOT NULL,              -- enum eh_message_type; negative: refused
    priority  smallint,
    csat      smallint,
    input     bigint NOT NULL,
    at        bigint NOT NULL,                -- µs since 1970: when it was decided
    identity  uuid NOT NULL,
    digest    uuid NOT NULL,
    stream_ms bigint,
    stream_no bigint,
    value     bigint,
    handled   bigint,                         -- seconds
    happened  bigint,                         -- ms since 1970: a message's own `at`
    until     bigint,                         -- µs: when a signal ends by itself
    source    text,
    id        text,
    team      text,
    kind      text,
    rep       text,
    word      text,                           -- status, outcome or metric
    actor     text,                           -- the Unix user who asked
    reason    text,
    rest      bytea,                          -- canonical: what has no column
    PRIMARY KEY (desk, input)
);
-- identity first: it is looked up by hundreds at once, and no plan may prefer the desk alone.
CREATE UNIQUE INDEX input_identity ON input (identity, desk);

-- A ticket as it stands since an input that changed it after its first deal.
CREATE TABLE ticket_change (
    desk     smallint NOT NULL,
    state    smallint NOT NULL,               -- enum eh_ticket_state
    priority smallint NOT NULL,
    ticket   bigint NOT NULL,                 -- the input that brought it
    input    bigint NOT NULL,                 -- the input that changed it
    value    bigint NOT NULL,
    closed   bigint,                          -- µs since 1970
    team     text NOT NULL,
    outcome  text,
    image    bytea NOT NULL,                  -- all of it, canonical: recalled with later outcomes
    PRIMARY KEY (desk, ticket, input)
);

CREATE TABLE effect (
    desk     smallint NOT NULL,
    type     smallint NOT NULL,               -- enum eh_notice_type
    epoch    integer,                         -- draw epoch
    seq      bigint NOT NULL,
    input    bigint NOT NULL,
    ticket   bigint,                          -- input that brought the ticket
    eligible integer,
    weight   bigint,                          -- sum of shares, ppm
    team     text,
    rep      text,
    was      text,
    why      text,
    draws    bytea,                           -- 8 bytes each, big-endian
    PRIMARY KEY (desk, seq)
);
CREATE INDEX effect_ticket ON effect (desk, ticket);

CREATE TABLE dead (
    desk      smallint NOT NULL,
    input     bigint NOT NULL,
    stream_id text,
    reason    text NOT NULL,
    body      bytea NOT NULL,
    PRIMARY KEY (desk, input)
);

-- Personal text stands apart, so that it can be erased; the log keeps its digest.
CREATE TABLE personal (
    desk     smallint NOT NULL,
    input    bigint NOT NULL,
    customer text,
    subject  text,
    PRIMARY KEY (desk, input)
);

-- One row a batch: the state digest and the hash chain over all rows up to here.
CREATE TABLE chain (
    desk   smallint NOT NULL,
    input  bigint NOT NULL,
    seq    bigint NOT NULL,
    epoch  bigint NOT NULL,
    digest uuid NOT NULL,
    hash   bytea NOT NULL,
    PRIMARY KEY (desk, input)
);

CREATE TABLE snapshot (
    desk   smallint NOT NULL,
    input  bigint NOT NULL,
    part   integer NOT NULL,
    parts  integer NOT NULL,
    body   bytea NOT NULL,
    PRIMARY KEY (desk, input, part)
);
ALTER TABLE snapshot ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'EH003';
END $$;
CREATE TRIGGER input_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON input
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_change_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ticket_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER effect_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON effect
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dead_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dead
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER chain_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON chain
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION instant(us bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT timestamptz '1970-01-01 00:00:00Z' + us * interval '1 microsecond' $$;

-- ---- What people and programs read. Names and columns here are a promise.

CREATE VIEW ticket AS
SELECT t.source, t.id, coalesce(c.team, t.team) AS team, t.kind, coalesce(c.value, t.value) AS value,
       d.currency, p.customer, coalesce(c.priority, t.priority) AS priority,
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

CREATE VIEW assignment AS
SELECT e.seq, e.input, t.source, t.id AS ticket, e.team, e.rep, e.was, e.why,
       instant(i.at) AS at, e.desk
FROM effect e
JOIN input i ON i.desk = e.desk AND i.input = e.input
JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE e.type = 1;

CREATE VIEW outcome AS
SELECT o.input, o.source, o.id AS ticket, o.word AS outcome, o.value, o.csat, o.handled,
       coalesce(instant(o.happened * 1000), instant(o.at)) AS at, o.desk
FROM input o WHERE o.type = 4;

CREATE VIEW rep_signal AS
SELECT s.input, s.rep, s.word AS status, instant(s.at) AS at, instant(s.until) AS until,
       s.actor AS by, s.reason, s.desk
FROM input s WHERE s.type IN (3, 11) AND s.rep IS NOT NULL AND s.word IS NOT NULL;

CREATE VIEW fairness_by_rep AS
SELECT e.team, e.rep, count(*) AS received, sum(t.value)::bigint AS received_value, e.desk
FROM effect e JOIN input t ON t.desk = e.desk AND t.input = e.ticket
WHERE e.type = 1 GROUP BY e.desk, e.team, e.rep;

CREATE VIEW dead_letter AS
SELECT d.input, instant(i.at) AS at, d.reason, d.stream_id, d.body, d.desk
FROM dead d JOIN input i ON i.desk = d.desk AND i.input = d.input;
