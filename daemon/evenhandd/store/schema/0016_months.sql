-- 0016: what lies before a period is read from a snapshot, however long the log is.
SET search_path = evenhand;

-- Snapshots say what they are of: then the last one of each month can be kept, and one that another
-- version wrote need not be read to be passed over. Those there are do not say it: the next start
-- decides the log again from its beginning, and writes one for each month as it goes.
DELETE FROM snapshot;
ALTER TABLE snapshot
    ADD COLUMN day   integer NOT NULL,        -- the latest local date up to there, days since 1970
    ADD COLUMN state smallint NOT NULL;       -- its form (EH_STATE_VERSION)

-- Inputs that are rare, and looked for where they may be long ago: figures (5), desks (9), who is
-- set aside for a period or included again (17, 22), and rules (19).
CREATE INDEX input_named ON input (desk, type, input) WHERE type IN (5, 9, 17, 19, 22);

-- Rows come in the order of their inputs: the pages of a few inputs are found by ranges, at next to
-- no cost for who writes them.
CREATE INDEX ticket_change_input ON ticket_change USING brin (input)
    WITH (pages_per_range = 32, autosummarize = on);
