import { startPostgres } from "../../packages/demo/src/backend/postgres.ts";
import type { ConnectTarget } from "../../packages/tegmen/src/drivers/driver.ts";
import {
  connectionSettings,
  loadTlsMaterial,
  nodeTlsOptions,
  parseUrl,
  tlsAttempts,
} from "../../packages/tegmen/src/url/index.ts";

/** A server to test drivers against. */
export interface TestServer {
  readonly target: ConnectTarget;
  stop(): Promise<void>;
}

/** The server that TEGMEN_TEST_URL names, else an embedded PostgreSQL. */
export async function startTestServer(): Promise<TestServer> {
  const url = process.env["TEGMEN_TEST_URL"];
  if (url !== undefined) return { target: await targetOf(url), stop: () => Promise.resolve() };
  const server = await startPostgres({ listen: "loopback" });
  const target: ConnectTarget = {
    ...common,
    host: server.host ?? server.socketDir,
    port: server.port,
    user: server.superuser,
    password: server.password,
    database: "postgres",
    tls: false,
  };
  return { target, stop: () => server.stop() };
}

const common = {
  startup: { application_name: "driver-tests" },
  connectTimeout: 30_000,
  preparedStatementCacheSize: 16,
} as const;

async function targetOf(url: string): Promise<ConnectTarget> {
  const settings = connectionSettings(parseUrl(url));
  const { host, port } = settings.hosts[0]!;
  const encrypted = tlsAttempts(settings.tls.mode, host)[0] === "tls";
  const tls = encrypted && nodeTlsOptions(settings.tls, await loadTlsMaterial(settings.tls), host);
  const { user, password, database } = settings;
  return { ...common, host, port, user, password, database, tls };
}
