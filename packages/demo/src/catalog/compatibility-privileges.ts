/**
 * Who may do what, where CockroachDB's rules are not PostgreSQL's: the gateway asks these functions as the client's
 * user, and then runs the statement as the superuser. Also the tables of the `system` database about users.
 */
export const PRIVILEGES_SQL: string = `
GRANT pg_read_all_data, pg_write_all_data TO admin;
DO $$ BEGIN
  EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
END $$;

CREATE FUNCTION crdb_internal.is_admin() RETURNS bool LANGUAGE sql STABLE AS $$ SELECT pg_catalog.pg_has_role('admin', 'USAGE') $$;

CREATE FUNCTION crdb_internal.demo_require(allowed bool, message text, code text DEFAULT '42501') RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF NOT COALESCE(allowed, false) THEN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message; END IF;
END $$;

CREATE FUNCTION crdb_internal.demo_may(relation oid, privileges text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT crdb_internal.is_admin() OR pg_catalog.has_table_privilege(relation, privileges)
    OR (SELECT pg_catalog.pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c WHERE c.oid = relation)
$$;

CREATE FUNCTION crdb_internal.demo_owns_schema(name text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname = name AND pg_catalog.pg_has_role(n.nspowner, 'USAGE'))
$$;

CREATE FUNCTION crdb_internal.demo_sees_database(name text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT crdb_internal.is_admin() OR EXISTS (SELECT 1 FROM pg_catalog.pg_database d WHERE d.datname = name AND (pg_catalog.pg_has_role(d.datdba, 'USAGE')
    OR EXISTS (SELECT 1 FROM pg_catalog.aclexplode(d.datacl) AS a WHERE a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE'))))
$$;

CREATE FUNCTION crdb_internal.demo_sees(schema text, name text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT COALESCE((SELECT crdb_internal.demo_may(c.oid, 'SELECT,INSERT,UPDATE,DELETE,REFERENCES,TRUNCATE,TRIGGER')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = schema AND c.relname = name), true)
$$;

-- a user's own options: they are not inherited
CREATE FUNCTION crdb_internal.demo_has_option(name text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT crdb_internal.is_admin() OR EXISTS (SELECT 1 FROM crdb_internal.demo_role_options o WHERE o.username = current_user AND o.option = name)
$$;

CREATE FUNCTION crdb_internal.demo_require_option(name text) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require(crdb_internal.demo_has_option(name), 'user ' || current_user::text || ' does not have ' || name || ' privilege')
$$;

CREATE FUNCTION crdb_internal.demo_require_role(name text) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require(EXISTS (SELECT 1 FROM pg_catalog.pg_roles r WHERE r.rolname = name), 'role/user ' || name || ' does not exist', '42704')
$$;

CREATE FUNCTION crdb_internal.demo_require_grantor(role text) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require(
    (role <> 'admin' AND crdb_internal.is_admin()) OR pg_catalog.pg_has_role(role, 'USAGE WITH ADMIN OPTION'),
    current_user::text || CASE WHEN role = 'admin' THEN ' is not a role admin for role admin' ELSE ' is not a superuser or role admin for role ' || role END)
$$;

CREATE FUNCTION crdb_internal.demo_require_acyclic(role text, member text) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require(role <> member, member || ' cannot be a member of itself', '0LP01');
  SELECT crdb_internal.demo_require(NOT EXISTS (
    WITH RECURSIVE above AS (
      SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member WHERE r.rolname = role
      UNION SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN above a ON a.roleid = m.member
    ) SELECT 1 FROM above a JOIN pg_catalog.pg_roles r ON r.oid = a.roleid WHERE r.rolname = member),
    'making ' || member || ' a member of ' || role || ' would create a cycle', '0LP01')
$$;

CREATE FUNCTION crdb_internal.demo_granted(privilege text) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM crdb_internal.demo_definition d JOIN pg_catalog.pg_roles r ON d.name = privilege || ' ' || r.rolname
    WHERE d.relation = 0 AND d.kind = 'grant' AND pg_catalog.pg_has_role(r.oid, 'USAGE'))
$$;

-- what is granted on the database (object 0) and on types, which PostgreSQL has no such privileges for: one
-- definition for each role and privilege
CREATE FUNCTION crdb_internal.demo_note_grant(object oid, role text, privileges text[], given bool) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require_role(role) WHERE role <> 'public';
  DELETE FROM crdb_internal.demo_definition d WHERE d.relation = object AND d.kind = 'grant'
    AND d.name IN (SELECT p || ' ' || role FROM pg_catalog.unnest(privileges) AS p);
  INSERT INTO crdb_internal.demo_definition SELECT object, 'grant', p || ' ' || role, '' FROM pg_catalog.unnest(privileges) AS p WHERE given
$$;

CREATE FUNCTION crdb_internal.demo_owns_type(type oid) RETURNS bool LANGUAGE sql STABLE AS $$
  SELECT crdb_internal.is_admin() OR EXISTS (SELECT 1 FROM pg_catalog.pg_type t WHERE t.oid = type AND pg_catalog.pg_has_role(t.typowner, 'USAGE'))
    OR EXISTS (SELECT 1 FROM crdb_internal.demo_definition d JOIN pg_catalog.pg_roles r ON d.name = 'GRANT ' || r.rolname
      WHERE d.relation = type AND d.kind = 'grant' AND pg_catalog.pg_has_role(r.oid, 'USAGE'))
$$;

-- an admin can only be dropped by another
CREATE FUNCTION crdb_internal.demo_require_droppable(name text) RETURNS void LANGUAGE sql AS $$
  SELECT crdb_internal.demo_require(crdb_internal.is_admin() OR NOT EXISTS (
    SELECT 1 FROM crdb_internal.demo_role_members m WHERE m.role_name = 'admin' AND m.member = name), 'must be superuser to drop superusers')
$$;
`.trim();

/** Views of users, their options and memberships; they come before the functions that read them. */
export const ROLES_SQL: string = `
CREATE VIEW crdb_internal.demo_role_options AS
  SELECT r.rolname::text AS username, o.option, o.value
  FROM pg_catalog.pg_roles r, LATERAL (
    SELECT 'CREATEDB' AS option, NULL::text AS value WHERE r.rolcreatedb
    UNION ALL SELECT 'CREATEROLE', NULL WHERE r.rolcreaterole
    UNION ALL SELECT 'NOLOGIN', NULL WHERE NOT r.rolcanlogin
    UNION ALL SELECT 'VALID UNTIL', CASE WHEN r.rolvaliduntil <> 'infinity' THEN pg_catalog.to_char(r.rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00:00' END WHERE r.rolvaliduntil IS NOT NULL
    UNION ALL SELECT pg_catalog.upper(pg_catalog.split_part(pg_catalog.substr(c, 11), '=', 1)), NULL
      FROM pg_catalog.pg_db_role_setting s, LATERAL pg_catalog.unnest(s.setconfig) AS c WHERE s.setrole = r.oid AND s.setdatabase = 0 AND c LIKE 'crdb\\_demo.%'
  ) o
  WHERE NOT r.rolsuper AND r.rolname <> 'admin' AND r.rolname NOT LIKE 'pg\\_%';
CREATE VIEW crdb_internal.demo_roles AS
  SELECT r.rolname::text AS username,
    pg_catalog.array_to_string(ARRAY(SELECT CASE WHEN o.option = 'VALID UNTIL' THEN 'VALID UNTIL=' || o.value ELSE o.option END AS shown
      FROM crdb_internal.demo_role_options o WHERE o.username = r.rolname ORDER BY 1), ', ') AS options,
    ARRAY(SELECT g.rolname::text FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid AND g.rolname NOT LIKE 'pg\\_%' ORDER BY 1) AS member_of
  FROM pg_catalog.pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%';
CREATE VIEW crdb_internal.demo_role_members AS
  SELECT g.rolname::text AS role_name, u.rolname::text AS member, pg_catalog.bool_or(m.admin_option) AS is_admin
  FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid JOIN pg_catalog.pg_roles u ON u.oid = m.member
  WHERE g.rolname NOT LIKE 'pg\\_%' GROUP BY 1, 2;
CREATE VIEW crdb_internal.demo_own_roles AS
  WITH RECURSIVE own AS (
    SELECT m.role_name, m.is_admin FROM crdb_internal.demo_role_members m WHERE m.member = current_user
    UNION SELECT m.role_name, m.is_admin FROM crdb_internal.demo_role_members m JOIN own o ON m.member = o.role_name
  ) SELECT role_name, pg_catalog.bool_or(is_admin) AS is_admin FROM own GROUP BY role_name;
CREATE VIEW crdb_internal.demo_users AS
  SELECT r.rolname::text AS username, NULL::bytea AS "hashedPassword", r.rolname = 'admin' OR NOT r.rolcanlogin AS "isRole"
  FROM pg_catalog.pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%';
GRANT SELECT ON crdb_internal.demo_role_options, crdb_internal.demo_roles, crdb_internal.demo_role_members, crdb_internal.demo_own_roles, crdb_internal.demo_users TO PUBLIC;
`.trim();
