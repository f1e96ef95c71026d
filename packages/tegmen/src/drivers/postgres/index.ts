export { postgresDriver } from "./lazy-driver.ts";
