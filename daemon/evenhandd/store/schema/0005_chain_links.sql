-- 0005: each row of chain is linked to the one before it, and the head is sealed.
-- Nobody can tell from the log where a batch ended. So a row of chain that is gone, or a column of
-- the head that no input gives (the stream ids), shows only by what is said of it here. Rows from
-- before stay without: a link follows from the row before it, whatever that one has.
SET search_path = evenhand;

-- The first 16 bytes of sha256(link of the row before || input of the row before || input || seq ||
-- epoch || digest || hash || state), numbers in big-endian. See advance_head of the store.
ALTER TABLE chain ADD COLUMN link bytea;
-- The first 16 bytes of sha256(link of the last row of chain || desk || input || seq || at || dead
-- || high_ms || high_no || low_ms || low_no || digest || chain).
ALTER TABLE head ADD COLUMN seal bytea;
