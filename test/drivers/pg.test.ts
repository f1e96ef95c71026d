import { pgDriver } from "../../packages/tegmen/src/drivers/pg/lazy-driver.ts";
import { describeDriver } from "./describe-driver.ts";

describeDriver("pg", pgDriver, {
  singleSyncBatches: true,
  maxParameters: 65_535,
  replacesPrepared: true,
  closesPortals: true,
});
