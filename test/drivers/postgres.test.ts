import { postgresDriver } from "../../packages/tegmen/src/drivers/postgres/index.ts";
import { describeDriver } from "./describe-driver.ts";

describeDriver("postgres.js", postgresDriver, {
  singleSyncBatches: false,
  maxParameters: 65_533,
  replacesPrepared: false,
  closesPortals: false,
});
