-- 0006: of entries that are refused by thousands only the first of each minute keep their bytes; the
-- others are told by size and digest.
SET search_path = evenhand;

ALTER TABLE dead ALTER COLUMN body DROP NOT NULL;
ALTER TABLE dead ADD COLUMN size bigint;      -- of a body that is not kept, in bytes
ALTER TABLE dead ADD COLUMN sha256 bytea;     -- ... and its digest
ALTER TABLE dead ADD CONSTRAINT dead_body CHECK (
    CASE WHEN body IS NULL THEN num_nonnulls(size, sha256) = 2 ELSE num_nulls(size, sha256) = 2 END);

CREATE OR REPLACE VIEW dead_letter AS
SELECT d.input, instant(i.at) AS at, d.reason, d.stream_id, d.body, d.desk,
       coalesce(d.size, length(d.body)) AS size, d.sha256
FROM dead d JOIN input i ON i.desk = d.desk AND i.input = d.input;
