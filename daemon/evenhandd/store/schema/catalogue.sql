-- What the catalogue of PostgreSQL says of the schema evenhand: one row an object, and its
-- definition. evenhand verify compares it with catalogue.txt, which catalogue.py makes with this
-- same query from the migrations alone.
--
-- Texts of views and functions stand as md5: they only have to be the same. Left out is what an
-- installation may have as it likes: the owner's name, the rights of the owner and of
-- evenhand_owner, who else may read, and how rows are laid out on the disk. session_replication_role, set for a role or a database,
-- would switch the triggers off.
WITH s AS (
    SELECT n.oid, n.nspowner AS owner, n.nspacl AS acl FROM pg_namespace n
    WHERE n.nspname = 'evenhand'
), r AS (
    SELECT c.*, s.owner FROM pg_class c JOIN s ON c.relnamespace = s.oid
), held AS (
    SELECT 'schema evenhand' AS what, s.owner AS owner, coalesce(s.acl, acldefault('n', s.owner)) AS acl
    FROM s
    UNION ALL
    SELECT CASE r.relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || r.relname, r.relowner,
           coalesce(r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner))
    FROM r WHERE r.relkind IN ('r', 'v', 'p', 'm', 'f')
    UNION ALL
    SELECT 'column ' || r.relname || '.' || a.attname, r.relowner, a.attacl
    FROM r JOIN pg_attribute a ON a.attrelid = r.oid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text, p.proowner,
           coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p JOIN s ON p.pronamespace = s.oid
), granted AS (
    SELECT h.what, coalesce(g.rolname, 'PUBLIC') AS grantee, a.privilege_type AS privilege,
           a.is_grantable
    FROM held h CROSS JOIN LATERAL aclexplode(h.acl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
    WHERE a.grantee <> h.owner
)
SELECT x.object, regexp_replace(x.definition, '\s+', ' ', 'g') AS definition FROM (
    SELECT CASE r.relkind WHEN 'v' THEN 'view ' WHEN 'S' THEN 'sequence ' WHEN 'c' THEN 'type '
           ELSE 'table ' END || r.relname AS object,
           concat_ws(' ', r.relkind, r.relpersistence,
                     CASE WHEN r.relkind = 'v' THEN array_to_string(r.reloptions, ',') END,
                     CASE WHEN r.relrowsecurity THEN 'row security' END,
                     CASE WHEN r.relforcerowsecurity THEN 'forced' END,
                     CASE WHEN r.relowner <> r.owner THEN 'owner ' || r.relowner::regrole::text END,
                     CASE WHEN r.relkind = 'v' THEN md5(pg_get_viewdef(r.oid)) END) AS definition
    FROM r WHERE r.relkind <> 'i' AND r.relkind <> 't'
    UNION ALL
    SELECT 'column ' || r.relname || '.' || a.attname,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attnotnull THEN 'not null' END,
                     'default ' || pg_get_expr(d.adbin, d.adrelid),
                     nullif(a.attgenerated::text, ''), nullif(a.attidentity::text, ''),
                     CASE WHEN a.attcollation <> t.typcollation
                          THEN 'collate ' || a.attcollation::regcollation::text END)
    FROM r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint ' || r.relname || '.' || c.conname,
           concat_ws(' ', pg_get_constraintdef(c.oid),
                     CASE WHEN NOT c.convalidated THEN 'not valid' END,
                     (SELECT 'enabled ' || string_agg(g.tgenabled::text, '' ORDER BY g.tgtype, g.tgenabled)
                      FROM pg_trigger g WHERE g.tgconstraint = c.oid))
    FROM r JOIN pg_constraint c ON c.conrelid = r.oid
    UNION ALL
    SELECT 'index ' || r.relname,
           concat_ws(' ', pg_get_indexdef(r.oid),
                     CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'not valid' END)
    FROM r JOIN pg_index i ON i.indexrelid = r.oid
    UNION ALL
    SELECT 'trigger ' || r.relname || '.' || g.tgname,
           concat_ws(' ', pg_get_triggerdef(g.oid), 'enabled ' || g.tgenabled::text)
    FROM r JOIN pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'rule ' || r.relname || '.' || w.rulename,
           concat_ws(' ', md5(pg_get_ruledef(w.oid)), 'enabled ' || w.ev_enabled::text)
    FROM r JOIN pg_rewrite w ON w.ev_class = r.oid
    UNION ALL
    SELECT 'policy ' || r.relname || '.' || p.polname, 'a policy'
    FROM r JOIN pg_policy p ON p.polrelid = r.oid
    UNION ALL
    SELECT 'heir ' || i.inhrelid::regclass::text, 'of ' || r.relname
    FROM r JOIN pg_inherits i ON i.inhparent = r.oid WHERE r.relkind = 'r'
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text,
           concat_ws(' ', CASE WHEN p.prokind IN ('f', 'p') THEN md5(pg_get_functiondef(p.oid)) END,
                     CASE WHEN p.proowner <> s.owner THEN 'owner ' || p.proowner::regrole::text END)
    FROM pg_proc p JOIN s ON p.pronamespace = s.oid
    UNION ALL
    SELECT 'grant ' || g.what || ' to ' || g.grantee,
           string_agg(g.privilege || CASE WHEN g.is_grantable THEN '*' ELSE '' END, ', '
                      ORDER BY g.privilege)
    FROM granted g
    WHERE g.grantee IN ('PUBLIC', 'evenhand_app', 'evenhand_auditor')
       OR (g.grantee <> 'evenhand_owner' AND g.privilege NOT IN ('SELECT', 'USAGE', 'EXECUTE'))
    GROUP BY g.what, g.grantee
    UNION ALL
    SELECT 'setting ' || coalesce(r.rolname, '') || '@' || coalesce(d.datname, ''), c
    FROM pg_db_role_setting t CROSS JOIN unnest(t.setconfig) c
    LEFT JOIN pg_roles r ON r.oid = t.setrole LEFT JOIN pg_database d ON d.oid = t.setdatabase
    WHERE c ~* '^session_replication_role=' AND (t.setdatabase = 0 OR d.datname = current_database())
) x ORDER BY x.object COLLATE "C", x.definition COLLATE "C"
