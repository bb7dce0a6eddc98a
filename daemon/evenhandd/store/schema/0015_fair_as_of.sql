-- 0015: one truth about who was entitled to what and who received it. fairness_by_rep has the ledger's
-- own rows, all four figures as of one input: no value beside another that was counted otherwise (the
-- ledger counts a ticket with at most 10 M, the log has its plain value) or at another moment.
SET search_path = evenhand;

CREATE OR REPLACE VIEW fairness_by_rep AS
SELECT g.team, g.rep, round(g.entitled / 1000000000.0, 9) AS entitled, g.received,
       g.entitled_value, g.received_value, g.desk, g.input AS entitled_as_of, g.input AS as_of
FROM ledger g;

COMMENT ON VIEW fairness_by_rep IS 'The entitlement ledger: who was entitled to what, and who received it.';
COMMENT ON COLUMN fairness_by_rep.received IS 'tickets they hold, or held last';
COMMENT ON COLUMN fairness_by_rep.entitled_value IS 'minor units; a ticket counts with at most ten times the team''s mean value';
COMMENT ON COLUMN fairness_by_rep.received_value IS 'minor units; a ticket counts with at most ten times the team''s mean value';
COMMENT ON COLUMN fairness_by_rep.entitled_as_of IS 'the same as as_of';
COMMENT ON COLUMN fairness_by_rep.as_of IS 'all of the row is exact as of this input, and is the same until a later one is written';
