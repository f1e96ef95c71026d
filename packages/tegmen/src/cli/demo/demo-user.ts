import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import type { DemoCluster } from "@tegmen/demo";
import { parseUrl } from "../../url/index.ts";
import { SqlSession } from "../sql/session.ts";

/** How else than as root to connect to a secure cluster. */
export interface SecureAccess {
  /** The connection string of a user with a password. */
  readonly userUrl: string;
  /** The folder with the certificates. */
  readonly certificates: string;
}

const user = "demo";

/**
 * Gives a secure cluster a user with a password, who may do everything. (`cockroach demo` has one of the same name.)
 */
export async function addDemoUser(cluster: DemoCluster): Promise<SecureAccess> {
  const password = randomBytes(12).toString("base64url");
  const session = await SqlSession.open({ url: parseUrl(cluster.url), allowPostgres: false, onNotice: () => {} });
  try {
    for (const statement of [
      `CREATE USER IF NOT EXISTS ${user}`,
      `ALTER USER ${user} WITH PASSWORD '${password}'`,
      `GRANT admin TO ${user}`,
    ]) {
      await session.execute(statement, { fields: () => {}, row: () => {} });
    }
  } finally {
    await session.close();
  }
  return {
    userUrl: cluster.urlFor({ user }).replace("@", `:${password}@`),
    certificates: dirname(new URL(cluster.url).searchParams.get("sslrootcert") ?? ""),
  };
}
