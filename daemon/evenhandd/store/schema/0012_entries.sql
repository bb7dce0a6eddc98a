-- 0012: what became of an entry of the stream is found by its id. Ids rise with the inputs, so a summary
-- of blocks is enough: it costs next to nothing at each insert.
SET search_path = evenhand;

CREATE INDEX input_entry ON input USING brin (stream_ms) WITH (pages_per_range = 16, autosummarize = on);
