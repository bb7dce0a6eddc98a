-- 0004: how far bonus periods have been brought, and what each version of a pool gave to whom.
SET search_path = evenhand;

-- A state has a digest of another form since it holds periods: only like is compared with like.
ALTER TABLE chain ADD COLUMN state smallint;  -- version of the digest's form; before 0004: NULL

-- One row for each step of a period's life, written with the input that took it and never changed:
-- `freeze` (version 0; a period may be frozen again), `close` (version 1, then one more each time),
-- `pay` (of the last version, and so of those before it).
CREATE TABLE period_step (
    desk           smallint NOT NULL,
    input          bigint NOT NULL,
    team           text NOT NULL,
    period         text NOT NULL,
    step           text NOT NULL CHECK (step IN ('freeze', 'close', 'pay')),
    version        integer NOT NULL,
    state          text NOT NULL,             -- of the period after it
    published_late boolean NOT NULL,
    currency       text NOT NULL,
    plan           text NOT NULL,
    plan_sha256    bytea,
    facts_sha256   bytea,
    composite_ppm  bigint,
    funding_ppm    bigint,
    gross          bigint,                    -- minor units, and so are all below
    carry          bigint,
    net            bigint,                    -- paid in total with this version
    difference     bigint,                    -- of the pool to the last version's
    cancelled      bigint,                    -- of a positive one: open carry it took away
    paid           bigint,                    -- by this version
    held           bigint,                    -- of parts in which nobody has a weight
    carry_open     bigint,                    -- of the team after it
    missing        text,                      -- a freeze: why there are no figures yet
    PRIMARY KEY (desk, team, period, input),
    CHECK ((step = 'freeze') = (version = 0) AND version >= 0),
    -- A version that pays nothing more than was paid before is paid as it stands.
    CHECK (CASE step WHEN 'freeze' THEN state = 'provisional' WHEN 'pay' THEN state = 'paid'
           ELSE state IN ('closed', 'paid') END),
    CHECK (step <> 'close' OR num_nonnulls(plan_sha256, facts_sha256, composite_ppm, funding_ppm,
           gross, carry, net, difference, cancelled, paid, held, carry_open) = 12),
    CHECK (step = 'freeze' OR missing IS NULL)
);
CREATE UNIQUE INDEX period_step_version ON period_step (desk, team, period, step, version)
    WHERE step <> 'freeze';

-- Everybody's line of a freeze or of a version.
CREATE TABLE period_line (
    desk       smallint NOT NULL,
    input      bigint NOT NULL,
    team       text NOT NULL,
    period     text NOT NULL,
    rep        text NOT NULL,
    eligible   boolean NOT NULL,
    capped     boolean NOT NULL,
    days       bigint NOT NULL,
    minutes    bigint NOT NULL,
    band       bigint NOT NULL,
    points     bigint NOT NULL,
    equal      bigint NOT NULL,               -- minor units, all versions together ...
    hours      bigint NOT NULL,
    seniority  bigint NOT NULL,
    individual bigint NOT NULL,
    total      bigint NOT NULL,
    paid       bigint NOT NULL,               -- ... and by this version
    PRIMARY KEY (desk, team, period, input, rep)
);

-- Only forwards, and only with an input that is being committed: the head still stands before it.
CREATE FUNCTION check_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settled     integer;
    was_paid    integer;
    was_frozen  boolean;
    wrong       text;
BEGIN
    SELECT coalesce(max(s.version) FILTER (WHERE s.step = 'close'), 0),
           coalesce(max(s.version) FILTER (WHERE s.state = 'paid'), 0), count(*) > 0
    INTO settled, was_paid, was_frozen
    FROM evenhand.period_step s
    WHERE s.desk = NEW.desk AND s.team = NEW.team AND s.period = NEW.period;
    wrong := CASE
        WHEN NOT EXISTS (
            SELECT FROM evenhand.head h JOIN evenhand.input i ON i.desk = h.desk
            WHERE h.desk = NEW.desk AND h.input < NEW.input AND i.input = NEW.input
              AND i.team = NEW.team AND i.type =
                  CASE NEW.step WHEN 'freeze' THEN 14 WHEN 'close' THEN 15 ELSE 16 END)
            THEN 'stands with no input that is being committed'
        WHEN NEW.step = 'freeze' AND settled > 0 THEN 'after it was closed'
        WHEN NEW.step = 'close' AND NOT was_frozen THEN 'before it was frozen'
        WHEN NEW.step = 'close' AND NEW.version <> settled + 1
            THEN format('as version %s, not %s', NEW.version, settled + 1)
        WHEN NEW.step = 'pay' AND settled = 0 THEN 'before it was closed'
        WHEN NEW.step = 'pay' AND NEW.version <> settled
            THEN format('of version %s, when %s is the last', NEW.version, settled)
        WHEN NEW.step = 'pay' AND was_paid = settled THEN 'twice'
    END;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'team %, period %: % %', NEW.team, NEW.period, NEW.step, wrong
            USING ERRCODE = 'EH004';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_step_order BEFORE INSERT ON period_step
    FOR EACH ROW EXECUTE FUNCTION check_step();

-- Lines come with their step, in its transaction, and none later.
CREATE FUNCTION check_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a WHERE NOT EXISTS (
            SELECT FROM evenhand.period_step s JOIN evenhand.head h ON h.desk = s.desk
            WHERE s.desk = a.desk AND s.team = a.team AND s.period = a.period
              AND s.input = a.input AND s.step <> 'pay' AND s.input > h.input)) THEN
        RAISE EXCEPTION 'period_line: a line without a step that is being committed'
            USING ERRCODE = 'EH004';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER period_line_order AFTER INSERT ON period_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_lines();

CREATE TRIGGER period_step_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER period_line_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON period_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Every row of the log refers to it.
CREATE TRIGGER desk_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON desk
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The versions of every closed period, and the last freeze of one that is provisional as version 0.
CREATE VIEW pool AS
SELECT s.team, s.period, s.version,
       CASE WHEN EXISTS (SELECT FROM period_step p
                         WHERE p.desk = s.desk AND p.team = s.team AND p.period = s.period
                           AND p.step = 'pay' AND p.version >= s.version) THEN 'paid'
            ELSE s.state END AS state,
       s.currency, s.gross, s.carry, s.net, s.difference, s.plan,
       encode(s.plan_sha256, 'hex') AS plan_sha256, s.paid, s.cancelled, s.held, s.carry_open,
       s.composite_ppm, s.funding_ppm, s.published_late, s.missing,
       encode(s.facts_sha256, 'hex') AS facts_sha256, instant(i.at) AS at, s.input, s.desk
FROM period_step s
JOIN input i ON i.desk = s.desk AND i.input = s.input
WHERE s.step = 'close' OR (s.step = 'freeze' AND NOT EXISTS (
    SELECT FROM period_step n
    WHERE n.desk = s.desk AND n.team = s.team AND n.period = s.period AND n.input > s.input));

CREATE VIEW pool_share AS
SELECT p.team, p.period, p.version, l.rep, l.equal, l.hours, l.seniority, l.individual, l.total,
       l.paid, l.eligible, l.capped, l.days, l.minutes, l.band, l.points, p.state, p.currency,
       p.input, p.desk
FROM pool p
JOIN period_line l ON l.desk = p.desk AND l.team = p.team AND l.period = p.period
                  AND l.input = p.input;

GRANT ALL ON period_step, period_line, pool, pool_share TO evenhand_owner;
GRANT SELECT ON period_step, period_line, pool, pool_share TO evenhand_app, evenhand_auditor;
GRANT INSERT ON period_step, period_line TO evenhand_app;
