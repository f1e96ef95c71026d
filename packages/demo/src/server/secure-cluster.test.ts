import { X509Certificate } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDemoCluster } from "../cluster.ts";
import { makeCertificate } from "./certificates.ts";
import type { DemoCluster } from "../demo-cluster.ts";

let cluster: DemoCluster;

beforeAll(async () => {
  cluster = await startDemoCluster({ preferRealBinary: false, secure: true });
  await ask(cluster.url, "CREATE USER ann WITH PASSWORD 'secret'");
  await ask(cluster.url, "CREATE USER bob");
});

afterAll(async () => {
  await cluster?.stop();
});

async function ask(target: string | pg.ClientConfig, sql: string): Promise<unknown[]> {
  const client = new pg.Client(target);
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const withPassword = (user: string, password: string): string =>
  cluster.urlFor({ user }).replace(`${user}@`, `${user}:${password}@`);

const sslOf = (url: string): { host: string; port: number; ssl: pg.ClientConfig["ssl"] } => {
  const { host, port, ssl } = new pg.Client(url);
  return { host, port, ssl };
};

test("root is known by its certificate, and only root", async () => {
  expect(await ask(cluster.url, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
  const certified = { ...sslOf(cluster.url), database: "defaultdb" };
  await expect(ask({ ...certified, user: "ann" }, "SELECT 1")).rejects.toMatchObject({
    message: "requested user is ann, but certificate is for root",
  });
});

test("others are known by their password", async () => {
  expect(await ask(withPassword("ann", "secret"), "SELECT 1 AS a")).toEqual([{ a: "1" }]);
  for (const [user, password] of [
    ["ann", "wrong"],
    ["bob", "secret"],
    ["nobody", "secret"],
    ["root", "secret"],
  ] as const) {
    const { host, port, ssl } = sslOf(cluster.urlFor({ user: "ann" }));
    const target = { host, port, ssl, user, password, database: "defaultdb" };
    await expect(ask(target, "SELECT 1")).rejects.toMatchObject({
      message: `password authentication failed for user ${user}`,
    });
  }
});

test("a certificate of another authority is none", async () => {
  const forged = makeCertificate({ subject: "root", authority: makeCertificate({ subject: "Cockroach CA" }) });
  const { host, port } = sslOf(cluster.url);
  const ssl = { rejectUnauthorized: false, cert: forged.cert, key: forged.key };
  const target = { host, port, ssl, user: "root", password: "x", database: "defaultdb" };
  await expect(ask(target, "SELECT 1")).rejects.toMatchObject({
    message: "password authentication failed for user root",
  });
});

test("nobody gets in without TLS", async () => {
  const { host, port } = sslOf(cluster.url);
  await expect(ask({ host, port, user: "root", database: "defaultdb" }, "SELECT 1")).rejects.toMatchObject({
    message: "node is running secure mode, SSL connection required",
  });
});

test("large results pass through TLS, and the cluster restarts with the same certificates", async () => {
  const sql = "SELECT repeat('x', 1000) AS v FROM generate_series(1, 5000)";
  expect(await ask(cluster.url, sql)).toHaveLength(5000);
  await cluster.restart();
  expect(await ask(cluster.url, "SELECT 1 AS a")).toEqual([{ a: "1" }]);
});

test("certificates are what X.509 asks for", () => {
  const authority = makeCertificate({ subject: "CA" });
  const node = makeCertificate({ subject: "node", names: ["localhost", "127.0.0.1"], authority });
  const [ca, cert] = [new X509Certificate(authority.cert), new X509Certificate(node.cert)];
  expect(ca.ca).toBe(true);
  expect(cert.ca).toBe(false);
  expect(cert.verify(ca.publicKey) && cert.checkIssued(ca)).toBe(true);
  expect(cert.checkIP("127.0.0.1") && cert.checkHost("localhost")).toBe("localhost");
  expect(new Date(cert.validFrom).getTime()).toBeLessThan(Date.now());
  expect(cert.subject).toBe("CN=node");
});
