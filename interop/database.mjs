import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import pg from "pg";

/** A database of a test file's own; it is dropped when the file's tests are over. */
export async function openDatabase() {
  const server = process.env["INTEROP_URL"];
  if (!server) throw new Error("started by `npm run interop`, which says where the server is");
  const name = `interop_${randomBytes(4).toString("hex")}`;
  const admin = new pg.Client(server);
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  after(async () => {
    await admin.query(`DROP DATABASE ${name} CASCADE`);
    await admin.end();
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs a transaction until it has not met another one's: `code` is found where each library puts the driver's error. */
export async function retried(transaction, attempts = 20) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(attempt);
    } catch (error) {
      const code = error.code ?? error.cause?.code ?? error.driverError?.code;
      if (code !== "40001" || attempt === attempts) throw error;
    }
  }
}

/** A test; a file's tests run one after the other, on what those before have left. */
export function flow(name, run) {
  void test(name, run);
}
