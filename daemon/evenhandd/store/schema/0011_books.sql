-- 0011: reps, teams, memberships and the metrics of pools, as people read them: texts that the daemon
-- keeps near what the engine knows, as it does the ledger. The log alone is the truth.
SET search_path = evenhand;

CREATE TABLE book (
    desk    smallint NOT NULL,
    what    text NOT NULL,                    -- roster, or pool
    team    text NOT NULL,                    -- of a pool, as the two below; else empty
    period  text NOT NULL,
    version bigint NOT NULL,
    input   bigint NOT NULL,                  -- as of this input
    body    text NOT NULL,                    -- JSON
    PRIMARY KEY (desk, what, team, period, version)
);

CREATE VIEW rep AS
SELECT r.rep, r.name, r."user", r.share_ppm, r.since, r.skills, r.on_desk, b.input, b.desk
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'reps') AS r (
    rep text, name text, "user" text, share_ppm bigint, since date, skills text[], on_desk boolean)
WHERE b.what = 'roster';

CREATE VIEW team AS
SELECT t.team, t.name, t.policy, t.capacity, t.managers, b.input, b.desk
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'teams') AS t (
    team text, name text, policy text, capacity bigint, managers jsonb)
WHERE b.what = 'roster';

CREATE VIEW membership AS
SELECT m.team, m.rep, m."from", m.until, b.input, b.desk
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'memberships') AS m (
    team text, rep text, "from" date, until date)
WHERE b.what = 'roster';

-- Version 0 is a period that is not closed, as far as it is.
CREATE VIEW pool_metric AS
SELECT b.team, b.period, b.version, b.body::jsonb ->> 'plan' AS plan, m.metric, m.value, m.unit,
       m.count, m.missing, m.prior, m.curve_ppm, m.score_ppm, m.weight_ppm, b.input, b.desk
FROM book b
CROSS JOIN jsonb_to_recordset(b.body::jsonb -> 'metrics') AS m (
    metric text, value bigint, unit text, count bigint, missing boolean, prior boolean,
    curve_ppm bigint, score_ppm bigint, weight_ppm bigint)
WHERE b.what = 'pool' AND (b.version > 0 OR NOT EXISTS (
    SELECT FROM book n WHERE n.desk = b.desk AND n.what = 'pool' AND n.team = b.team
                         AND n.period = b.period AND n.version > 0));

GRANT ALL ON book, rep, team, membership, pool_metric TO evenhand_owner;
GRANT SELECT ON book, rep, team, membership, pool_metric TO evenhand_app, evenhand_auditor;
GRANT INSERT, UPDATE ON book TO evenhand_app;

COMMENT ON VIEW rep IS 'Everybody who is on the desk, or was a member of a team.';
COMMENT ON COLUMN rep.rep IS 'id';
COMMENT ON COLUMN rep.name IS 'the name the desk said last';
COMMENT ON COLUMN rep."user" IS 'Unix user';
COMMENT ON COLUMN rep.share_ppm IS 'of a full share, millionths';
COMMENT ON COLUMN rep.since IS 'first day, as the desk file says';
COMMENT ON COLUMN rep.skills IS 'as the desk file says';
COMMENT ON COLUMN rep.on_desk IS 'false: of who is gone only the name is known';
COMMENT ON COLUMN rep.input IS 'as of this input';
COMMENT ON COLUMN rep.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW team IS 'The teams of the desk.';
COMMENT ON COLUMN team.team IS 'id';
COMMENT ON COLUMN team.name IS 'its name';
COMMENT ON COLUMN team.policy IS 'how it deals';
COMMENT ON COLUMN team.capacity IS 'points of open work a full share may have, NULL: no bound';
COMMENT ON COLUMN team.managers IS '[{user} or {group}]';
COMMENT ON COLUMN team.input IS 'as of this input';
COMMENT ON COLUMN team.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW membership IS 'Who was, is and will be in which team, a row for each stay.';
COMMENT ON COLUMN membership.team IS 'the team';
COMMENT ON COLUMN membership.rep IS 'the rep';
COMMENT ON COLUMN membership."from" IS 'first day, NULL: ever since';
COMMENT ON COLUMN membership.until IS 'last day, NULL: open';
COMMENT ON COLUMN membership.input IS 'as of this input';
COMMENT ON COLUMN membership.desk IS 'number of the desk in the table desk';
COMMENT ON VIEW pool_metric IS 'What the metrics of a pool come to, of each version, and of open periods by now.';
COMMENT ON COLUMN pool_metric.team IS 'the team';
COMMENT ON COLUMN pool_metric.period IS 'the period';
COMMENT ON COLUMN pool_metric.version IS 'of the pool, 0: not closed';
COMMENT ON COLUMN pool_metric.plan IS 'id of the plan';
COMMENT ON COLUMN pool_metric.metric IS 'its name';
COMMENT ON COLUMN pool_metric.value IS 'in its unit; NULL: missing';
COMMENT ON COLUMN pool_metric.unit IS 'of the value';
COMMENT ON COLUMN pool_metric.count IS 'of what it was made of';
COMMENT ON COLUMN pool_metric.missing IS 'there is no figure';
COMMENT ON COLUMN pool_metric.prior IS 'the plan''s prior stands in for it';
COMMENT ON COLUMN pool_metric.curve_ppm IS 'what its curve gives, millionths';
COMMENT ON COLUMN pool_metric.score_ppm IS 'after its gate';
COMMENT ON COLUMN pool_metric.weight_ppm IS 'in the composite';
COMMENT ON COLUMN pool_metric.input IS 'as of this input';
COMMENT ON COLUMN pool_metric.desk IS 'number of the desk in the table desk';
