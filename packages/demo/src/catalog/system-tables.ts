/** Tables of pg_catalog that are found before a client's tables of the same name. */
export const SYSTEM_TABLES: ReadonlySet<string> = new Set(
  `pg_aggregate pg_am pg_attrdef pg_attribute pg_authid pg_auth_members pg_cast pg_class pg_collation pg_constraint
  pg_conversion pg_database pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension pg_index
  pg_indexes pg_inherits pg_language pg_locks pg_matviews pg_namespace pg_opclass pg_operator pg_policy
  pg_prepared_statements pg_prepared_xacts pg_proc pg_publication pg_range pg_rewrite pg_roles pg_rules pg_seclabel
  pg_sequence pg_sequences pg_settings pg_shadow pg_shdepend pg_shdescription pg_stat_activity pg_statistic
  pg_statistic_ext pg_stats pg_tables pg_tablespace pg_timezone_names pg_trigger pg_ts_config pg_type pg_user
  pg_user_mapping pg_views`.split(/\s+/),
);
