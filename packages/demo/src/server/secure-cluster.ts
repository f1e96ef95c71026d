import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificate } from "./certificates.ts";
import type { Databases } from "../session/databases.ts";
import type { GatewaySecurity } from "./authentication.ts";

/** A cluster's certificates, and how clients are known by them. */
export interface SecureCluster {
  readonly security: GatewaySecurity;
  /** The part of a user's connection string that names the certificates; root has one of its own. */
  parameters(user: string): string;
}

/**
 * Makes the certificates of a cluster and keeps those its clients need in the folder `certs` in `folder`, under
 * the names `cockroach cert` gives them.
 */
export async function secure(folder: string, databases: Databases): Promise<SecureCluster> {
  const authority = makeCertificate({ subject: "Cockroach CA" });
  const node = makeCertificate({ subject: "node", names: ["localhost", "127.0.0.1"], authority });
  const root = makeCertificate({ subject: "root", authority });
  const certs = join(folder, "certs");
  await mkdir(certs, { mode: 0o700, recursive: true });
  const keep = async (name: string, content: string): Promise<string> => {
    const file = join(certs, name);
    await writeFile(file, content, { mode: 0o600 });
    // Slashes may stand in a query as they are, and a path is easier to read with them.
    return encodeURIComponent(file).replaceAll("%2F", "/");
  };
  const files = {
    ca: await keep("ca.crt", authority.cert),
    cert: await keep("client.root.crt", root.cert),
    key: await keep("client.root.key", root.key),
  };
  return {
    security: {
      tls: { cert: node.cert, key: node.key, ca: authority.cert },
      verifier: async (user) => {
        const name = `'${user.replaceAll("'", "''")}'`;
        const valid = "(rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())";
        const [[verifier] = []] = await databases.admin(
          `SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = ${name} AND rolcanlogin AND ${valid}`,
        );
        return verifier ?? undefined;
      },
    },
    parameters: (user) =>
      `sslmode=verify-full&sslrootcert=${files.ca}` +
      (user === "root" ? `&sslcert=${files.cert}&sslkey=${files.key}` : ""),
  };
}
