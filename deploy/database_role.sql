-- Two roles: `chain_owner` owns the tables (migrations, `manage.py forget`), `chain_site` is what web, worker and
-- beat connect as. The site reads and writes rows; it makes, changes and drops nothing, and it cannot rewrite the logs.
--
--   CREATE ROLE chain_owner LOGIN PASSWORD '...'; CREATE DATABASE chain OWNER chain_owner;
--   CREATE ROLE chain_site LOGIN PASSWORD '...';
--   manage.py migrate, createcachetable          with DATABASE_URL of chain_owner
--   psql -v ON_ERROR_STOP=1 -f deploy/database_role.sql    as chain_owner, in the database, after EVERY migrate
--
-- Other names of the roles: psql -v owner=... -v site=... It can be run again at any time.
\if :{?owner} \else \set owner chain_owner \endif
\if :{?site} \else \set site chain_site \endif

BEGIN;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"site";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"site";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"site";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"site";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"site";
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"site";

-- The log of what concerns many firms: added to, never changed.
REVOKE UPDATE, DELETE ON clusters_auditevent FROM :"site";

-- The log of each diagnosis: added to, never changed. It goes with its diagnosis: the site may delete drafts nobody
-- handed in (and their log with them); of what was handed in only the owner of the tables can, on request.
REVOKE UPDATE ON diagnosis_event FROM :"site";
ALTER TABLE diagnosis_event ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS site_reads ON diagnosis_event;
DROP POLICY IF EXISTS site_adds ON diagnosis_event;
DROP POLICY IF EXISTS site_removes_drafts ON diagnosis_event;
CREATE POLICY site_reads ON diagnosis_event FOR SELECT TO :"site" USING (true);
CREATE POLICY site_adds ON diagnosis_event FOR INSERT TO :"site" WITH CHECK (true);
CREATE POLICY site_removes_drafts ON diagnosis_event FOR DELETE TO :"site" USING (
    EXISTS (SELECT FROM diagnosis_submission s WHERE s.id = submission_id AND s.state = 'draft')
);

-- Published figures are never changed (but their standing ends) and never deleted: the small-group rule compares
-- every new figure with all that were published.
REVOKE UPDATE, DELETE ON diagnosis_groupstatistics, diagnosis_clusterfigures FROM :"site";
GRANT UPDATE (standing) ON diagnosis_groupstatistics, diagnosis_clusterfigures TO :"site";

COMMIT;
