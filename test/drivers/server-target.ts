import { inject } from "vitest";
import type { ConnectTarget } from "../../packages/tegmen/src/drivers/driver.ts";
import {
  connectionSettings,
  loadTlsMaterial,
  nodeTlsOptions,
  parseUrl,
  tlsAttempts,
} from "../../packages/tegmen/src/url/index.ts";

/** The server of this run, as drivers are told of it. */
export async function serverTarget(): Promise<ConnectTarget> {
  const settings = connectionSettings(parseUrl(inject("serverUrl")));
  const { host, port } = settings.hosts[0]!;
  const encrypted = tlsAttempts(settings.tls.mode, host)[0] === "tls";
  return {
    host,
    port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    tls: encrypted && nodeTlsOptions(settings.tls, await loadTlsMaterial(settings.tls), host),
    startup: { application_name: "driver-tests" },
    connectTimeout: 30_000,
    preparedStatementCacheSize: 16,
  };
}
