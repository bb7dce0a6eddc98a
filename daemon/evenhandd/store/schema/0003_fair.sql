-- 0003: what makes the deal checkable: details of decisions, draw epochs, the ledger as people read
-- it.
SET search_path = evenhand;

ALTER TABLE effect ADD COLUMN detail bytea;   -- canonical: what else the policy compared

-- A draw epoch stands in the log like everything else: an effect of type 7 commits its seed, one of
-- type 8 reveals it, both as 64 hexadecimal digits in `why`. They are few among many.
CREATE INDEX effect_epoch ON effect (desk, epoch) WHERE type IN (7, 8);

-- An epoch opens with the input that commits the one after it.
CREATE VIEW draw AS
SELECT c.epoch, c.why AS commitment, s.why AS seed, instant(o.at) AS opened_at,
       instant(r.at) AS revealed_at, c.desk
FROM effect c
LEFT JOIN effect s ON s.desk = c.desk AND s.epoch = c.epoch AND s.type = 8
LEFT JOIN effect n ON n.desk = c.desk AND n.epoch = c.epoch + 1 AND n.type = 7
LEFT JOIN input o ON o.desk = n.desk AND o.input = n.input
LEFT JOIN input r ON r.desk = s.desk AND r.input = s.input
WHERE c.type = 7;

-- What each rep was entitled to, written down now and then; the log alone is the truth.
CREATE TABLE ledger (
    desk           smallint NOT NULL,
    team           text NOT NULL,
    rep            text NOT NULL,
    input          bigint NOT NULL,           -- as of this input
    entitled       bigint NOT NULL,           -- 10⁻⁹ tickets
    entitled_value bigint NOT NULL,           -- minor units
    received       bigint NOT NULL,
    received_value bigint NOT NULL,
    PRIMARY KEY (desk, team, rep)
) WITH (fillfactor = 50);

-- Who holds or held each ticket last has received it: a release or a move takes the receipt along.
DROP VIEW fairness_by_rep;
CREATE VIEW fairness_by_rep AS
WITH last AS (
    SELECT DISTINCT ON (e.desk, e.ticket) e.desk, e.ticket, e.team, e.rep
    FROM effect e WHERE e.type IN (1, 2, 3, 4, 5) AND e.ticket IS NOT NULL
    ORDER BY e.desk, e.ticket, e.seq DESC
), received AS (
    SELECT l.desk, l.team, l.rep, count(*) AS received, sum(t.value)::bigint AS received_value
    FROM last l JOIN input t ON t.desk = l.desk AND t.input = l.ticket
    WHERE l.rep IS NOT NULL GROUP BY l.desk, l.team, l.rep
)
SELECT coalesce(g.team, r.team) AS team, coalesce(g.rep, r.rep) AS rep,
       round(coalesce(g.entitled, 0) / 1000000000.0, 9) AS entitled,
       coalesce(r.received, 0) AS received, coalesce(g.entitled_value, 0) AS entitled_value,
       coalesce(r.received_value, 0) AS received_value, coalesce(g.desk, r.desk) AS desk,
       g.input AS entitled_as_of
FROM ledger g FULL JOIN received r ON r.desk = g.desk AND r.team = g.team AND r.rep = g.rep;

GRANT ALL ON ledger, draw, fairness_by_rep TO evenhand_owner;
GRANT SELECT ON ledger, draw, fairness_by_rep TO evenhand_app, evenhand_auditor;
GRANT INSERT, UPDATE ON ledger TO evenhand_app;
