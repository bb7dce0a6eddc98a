-- 0021: of a ticket that went from one customer to another, each text is of the one it was told of.
SET search_path = evenhand;

-- Inputs that have personal text of a customer, and the tickets they tell of. A text without a
-- customer is of the one who was named last before it; before the first one, of the first.
DROP FUNCTION texts_of(smallint, text);
CREATE FUNCTION texts_of(which smallint, who text, OUT input bigint, OUT ticket bigint)
RETURNS SETOF record LANGUAGE sql STABLE STRICT AS $$
    WITH named AS (
        SELECT p.input FROM evenhand.personal p
        WHERE p.customer = who AND p.desk = which AND p.customer_salt IS NOT NULL
        UNION ALL
        SELECT p.input FROM evenhand.personal p
        WHERE p.customer = who AND p.desk = which AND p.customer_salt IS NULL),
    t AS (
        SELECT DISTINCT CASE WHEN i.type = 1 THEN n.input ELSE coalesce((
            SELECT c.ticket FROM evenhand.ticket_change c
            WHERE c.desk = which AND c.input = n.input LIMIT 1), n.input) END AS ticket
        FROM named n JOIN evenhand.input i ON i.desk = which AND i.input = n.input),
    texts AS (
        SELECT p.input, t.ticket, p.customer,
               count(p.customer) OVER (PARTITION BY t.ticket ORDER BY p.input) AS turn
        FROM t CROSS JOIN LATERAL (
            SELECT t.ticket AS input
            UNION SELECT c.input FROM evenhand.ticket_change c
            WHERE c.desk = which AND c.ticket = t.ticket) i
        JOIN evenhand.personal p ON p.desk = which AND p.input = i.input)
    SELECT x.input, x.ticket FROM (
        SELECT s.input, s.ticket,
               max(s.customer) OVER (PARTITION BY s.ticket, greatest(s.turn, 1)) AS customer
        FROM texts s) x
    WHERE x.customer = who
$$;

CREATE OR REPLACE FUNCTION forget_customer(which smallint, who text, really boolean, OUT tickets bigint,
                                           OUT texts bigint, OUT bodies bigint, OUT entries text)
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found   bigint[];
    refused bigint[];
BEGIN
    SELECT array_agg(f.input), count(DISTINCT f.ticket), count(*)
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

-- The digest of the customer whom an update names; NULL: it names none.
CREATE FUNCTION customer_named(rest bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    found bigint[] := evenhand.varint(rest, 1);  -- as in said()
    place integer;
    stop  integer;
    field integer;
BEGIN
    found := evenhand.varint(rest, found[2]::integer + 1);
    stop := found[2] + found[1];
    found := evenhand.varint(rest, found[2]::integer);
    place := found[2];
    WHILE place < stop LOOP
        found := evenhand.varint(rest, place);
        field := found[1];
        EXIT WHEN field > 26;
        found := evenhand.varint(rest, found[2]::integer);
        place := found[2];
        IF field = 26 THEN
            RETURN substr(rest, place + 1, found[1]::integer);
        ELSIF field NOT IN (11, 16) THEN
            place := place + found[1];
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- The customer whom a ticket was told to be of last, in a text that is erased; NULL: there is none.
CREATE FUNCTION customer_erased(which smallint, ticket bigint) RETURNS bytea
LANGUAGE sql STABLE STRICT AS $$
    SELECT evenhand.customer_named(u.rest) FROM evenhand.ticket_change c
    JOIN evenhand.input u ON u.desk = c.desk AND u.input = c.input AND u.type = 2
    WHERE c.desk = which AND c.ticket = customer_erased.ticket AND c.input <> c.ticket
      AND evenhand.customer_named(u.rest) IS NOT NULL
      AND NOT EXISTS (SELECT FROM evenhand.personal p
                      WHERE p.desk = which AND p.input = c.input AND p.customer IS NOT NULL)
    ORDER BY c.input DESC LIMIT 1
$$;
