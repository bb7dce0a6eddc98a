-- 0017: a state that ended by itself ended at its time, not when the daemon came to notice it. The row
-- of such an end has that time in `happened`; in a log from before that it is the `until` of the row
-- before, where one was said.
SET search_path = evenhand;

CREATE OR REPLACE VIEW rep_signal AS
SELECT s.input, s.rep, CASE WHEN s.type = 7 THEN 'away' ELSE s.word END AS status,
       instant(CASE WHEN s.type <> 11 THEN s.at
                    WHEN s.word = 'available' AND lag(s.until) OVER w <= s.at THEN lag(s.until) OVER w
                    ELSE coalesce(s.happened * 1000, s.at) END) AS at,
       instant(s.until) AS until, s.actor AS by, s.reason, s.desk, instant(s.at) AS noticed_at
FROM input s
WHERE (s.type IN (3, 11) AND s.rep IS NOT NULL AND s.word IS NOT NULL)
   OR (s.type = 7 AND s.word IS NULL)
WINDOW w AS (PARTITION BY s.desk, s.rep ORDER BY s.input);

COMMENT ON COLUMN rep_signal.at IS 'when it was said, or when it ended or began by itself';
COMMENT ON COLUMN rep_signal.noticed_at IS 'when it came into the log';
