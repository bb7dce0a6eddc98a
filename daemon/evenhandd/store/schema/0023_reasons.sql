-- 0023: why somebody is absent can be erased. From rules 43 on the log has the digest of it alone.
SET search_path = evenhand;

ALTER TABLE personal ADD COLUMN reason text;
ALTER TABLE personal ADD COLUMN reason_salt bytea;
CREATE INDEX personal_reason ON personal (desk, input) WHERE reason IS NOT NULL;
-- Those of before are part of the chain, and stay.
CREATE INDEX input_open_reason ON input (rep, desk) WHERE type IN (26, -26) AND reason IS NOT NULL;

CREATE OR REPLACE FUNCTION forget_salt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.customer IS NULL THEN
        NEW.customer_salt := NULL;
    END IF;
    IF NEW.subject IS NULL THEN
        NEW.subject_salt := NULL;
    END IF;
    IF NEW.reason IS NULL THEN
        NEW.reason_salt := NULL;
    END IF;
    RETURN NEW;
END $$;

-- When the absence begins that an input tells of, or when the input came: one that cancels has none.
CREATE FUNCTION absent_from(rest bytea, at bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(evenhand.told(rest, 47)::bigint * 1000, at)
$$;

-- Erases why a rep was absent, of absences that began before a time, or, unless `really`, counts
-- what would go: reasons, reasons of before that stay, bodies of entries that were refused, and
-- where those stand in evenhand:{...}:dead. The log stays as it is.
CREATE FUNCTION forget_reasons(which smallint, who text, before bigint, really boolean,
                               OUT reasons bigint, OUT stay bigint, OUT bodies bigint, OUT entries text)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found   bigint[];
    refused bigint[];
BEGIN
    SELECT array_agg(p.input), count(*) INTO found, reasons
    FROM evenhand.personal p JOIN evenhand.input i ON i.desk = p.desk AND i.input = p.input
    WHERE p.desk = which AND p.reason IS NOT NULL AND i.rep = who
      AND evenhand.absent_from(i.rest, i.at) < before;
    SELECT count(*) INTO stay FROM evenhand.input i
    WHERE i.desk = which AND i.rep = who AND i.type IN (26, -26) AND i.reason IS NOT NULL
      AND evenhand.absent_from(i.rest, i.at) < before;
    SELECT array_agg(b.input ORDER BY b.input), count(*),
           coalesce(string_agg(b.input || '-0', ' ' ORDER BY b.input), '')
    INTO refused, bodies, entries
    FROM evenhand.dead_body b JOIN evenhand.input i ON i.desk = b.desk AND i.input = b.input
    WHERE b.desk = which AND i.at < before AND CASE i.type
        WHEN -26 THEN i.rep = who
        WHEN -12 THEN position('absence'::bytea IN b.body) > 0
                      AND EXISTS (SELECT FROM unnest(evenhand.shapes_of(who)) s
                                  WHERE position(s IN b.body) > 0) END;
    IF really THEN
        DELETE FROM evenhand.personal p WHERE p.desk = which AND p.input = ANY (found);
        DELETE FROM evenhand.dead_body b WHERE b.desk = which AND b.input = ANY (refused);
    END IF;
END $$;
REVOKE ALL ON FUNCTION forget_reasons FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_reasons TO evenhand_owner, evenhand_app;
