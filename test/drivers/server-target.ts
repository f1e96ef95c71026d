import type { ConnectTarget } from "../../packages/tegmen/src/drivers/driver.ts";
import { connectionSettings, nodeTlsOptions, parseUrl, tlsAttempts } from "../../packages/tegmen/src/url/index.ts";
import { loadTlsMaterial } from "../../packages/tegmen/src/url/tls-material.ts";

/** What a connection URL tells a driver. */
export async function targetOf(url: string): Promise<ConnectTarget> {
  const settings = connectionSettings(parseUrl(url));
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
