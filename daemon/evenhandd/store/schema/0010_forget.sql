-- 0010: one customer is forgotten with one call, by the daemon too, which may delete nothing else.
SET search_path = evenhand;

-- Who came before there were salts is found as fast as who came later (personal_customer).
CREATE INDEX personal_unsalted ON personal (customer, desk)
    WHERE customer IS NOT NULL AND customer_salt IS NULL;

-- A text as it may stand in an entry: as it is (msgpack too), and as JSON may write it.
CREATE FUNCTION shapes_of(said text) RETURNS bytea[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    json  text := btrim(to_json(said)::text, '"');
    lower text := '';
    upper text := '';
    part  text;
    code  integer;
BEGIN
    FOREACH part IN ARRAY regexp_split_to_array(json, '') LOOP
        code := ascii(part);
        IF code >= 65536 THEN
            part := '\u' || to_hex(55296 + ((code - 65536) >> 10)) || '\u'
                || to_hex(56320 + ((code - 65536) & 1023));
        ELSIF code >= 128 THEN
            part := '\u' || lpad(to_hex(code), 4, '0');
        END IF;
        lower := lower || part;
        upper := upper || CASE WHEN code >= 128 THEN replace(upper(part), '\U', '\u') ELSE part END;
    END LOOP;
    RETURN ARRAY(SELECT DISTINCT convert_to(s, 'UTF8') FROM unnest(ARRAY[said, json, lower, upper]) s
                 WHERE s <> '');
END $$;

-- Inputs that have personal text of a customer: their tickets, and updates of those.
CREATE FUNCTION texts_of(which smallint, who text, OUT input bigint, OUT is_ticket boolean)
RETURNS SETOF record LANGUAGE sql STABLE STRICT AS $$
    WITH t AS (
        SELECT p.input FROM evenhand.personal p
        WHERE p.customer = who AND p.desk = which AND p.customer_salt IS NOT NULL
        UNION ALL
        SELECT p.input FROM evenhand.personal p
        WHERE p.customer = who AND p.desk = which AND p.customer_salt IS NULL)
    SELECT t.input, true FROM t
    UNION ALL
    SELECT DISTINCT p.input, false FROM t
    JOIN evenhand.ticket_change c ON c.desk = which AND c.ticket = t.input AND c.input <> t.input
    JOIN evenhand.personal p ON p.desk = which AND p.input = c.input AND p.customer IS NULL
$$;

-- Erases them, or, unless `really`, counts what would go: tickets, rows of personal, bodies of
-- entries that were refused, and where those stand in evenhand:{...}:dead. The log stays as it is.
CREATE FUNCTION forget_customer(which smallint, who text, really boolean, OUT tickets bigint,
                                OUT texts bigint, OUT bodies bigint, OUT entries text)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found   bigint[];
    refused bigint[];
BEGIN
    SELECT array_agg(f.input), count(*) FILTER (WHERE f.is_ticket), count(*)
    INTO found, tickets, texts FROM evenhand.texts_of(which, who) f;
    SELECT array_agg(b.input ORDER BY b.input), count(*),
           coalesce(string_agg(b.input || '-0', ' ' ORDER BY b.input), '')
    INTO refused, bodies, entries FROM evenhand.dead_body b
    WHERE b.desk = which AND EXISTS (SELECT FROM unnest(evenhand.shapes_of(who)) s
                                     WHERE position(s IN b.body) > 0);
    IF really THEN
        DELETE FROM evenhand.personal p WHERE p.desk = which AND p.input = ANY (found);
        DELETE FROM evenhand.dead_body b WHERE b.desk = which AND b.input = ANY (refused);
    END IF;
END $$;
REVOKE ALL ON FUNCTION forget_customer FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_customer TO evenhand_owner, evenhand_app;
