import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { ScramClient } from "../session/scram.ts";
import { ScramServer } from "./scram-server.ts";

function verifier(password: string): string {
  const salt = Buffer.from("0123456789abcdef");
  const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
  const key = (name: string): Buffer => createHmac("sha256", salted).update(name).digest();
  const stored = createHash("sha256").update(key("Client Key")).digest("base64");
  return `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${key("Server Key").toString("base64")}`;
}

function outcome(kept: string | undefined, password: string): string | undefined {
  const [server, client] = [new ScramServer(kept), new ScramClient(password)];
  return server.final(client.final(server.first(client.first()) ?? ""));
}

test("the right password is known, and the server proves itself", () => {
  expect(outcome(verifier("secret"), "secret")).toMatch(/^v=[\w+/]{43}=$/);
});

test("a wrong password, no password and a user who is not there fail alike", () => {
  expect(outcome(verifier("secret"), "Secret")).toBeUndefined();
  expect(outcome(undefined, "secret")).toBeUndefined();
  expect(outcome("md5abc", "secret")).toBeUndefined();
});

test.each(["", "p=tls-unique,,n=,r=abc", "n,,n=,r=", "n,,m=x,n=,r=abc"])("%j is no first message", (message) => {
  expect(new ScramServer(undefined).first(message)).toBeUndefined();
});

test("a proof for another exchange is refused", () => {
  const server = new ScramServer(verifier("secret"));
  server.first("n,,n=,r=abc");
  expect(server.final(`c=biws,r=abc,p=${Buffer.alloc(32).toString("base64")}`)).toBeUndefined();
});
