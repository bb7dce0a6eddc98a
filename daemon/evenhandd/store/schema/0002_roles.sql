-- 0002: who may do what. The owner migrates, the app inserts and selects, the auditor reads.
-- Roles belong to the whole server: they are made only where they are missing.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['evenhand_owner', 'evenhand_app', 'evenhand_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA evenhand TO evenhand_owner, evenhand_app, evenhand_auditor;
GRANT ALL ON ALL TABLES IN SCHEMA evenhand TO evenhand_owner;
GRANT SELECT ON ALL TABLES IN SCHEMA evenhand TO evenhand_app, evenhand_auditor;
GRANT INSERT ON evenhand.desk, evenhand.lease, evenhand.heartbeat, evenhand.head, evenhand.input,
    evenhand.effect, evenhand.ticket_change, evenhand.dead, evenhand.personal, evenhand.chain,
    evenhand.snapshot TO evenhand_app;
GRANT UPDATE ON evenhand.lease, evenhand.heartbeat, evenhand.head TO evenhand_app;
GRANT DELETE ON evenhand.snapshot TO evenhand_app;
REVOKE SELECT ON evenhand.personal FROM evenhand_auditor;
