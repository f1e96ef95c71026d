import type { Workload } from "../workload.ts";
import { autocommit } from "./autocommit.ts";
import { bankBulk, bankDefer, bankLanguage, bankOnce, bankPlain, bankPostgresJs, bankText } from "./core.ts";
import { bankOrm } from "./orm.ts";
import { poolChurn } from "./pool-churn.ts";
import { register } from "./register.ts";

/** All workloads. */
export function allWorkloads(): Workload[] {
  return [
    bankText,
    bankPlain,
    bankPostgresJs,
    bankDefer,
    bankLanguage,
    bankOnce,
    bankBulk,
    bankOrm,
    register,
    autocommit,
    poolChurn(),
  ];
}
