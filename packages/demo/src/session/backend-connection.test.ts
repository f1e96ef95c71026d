import { expect, test } from "vitest";
import { startPostgres } from "../backend/postgres.ts";
import { BackendConnection } from "./backend-connection.ts";
import { BackendLostError, BackendQueryError } from "./backend-errors.ts";

test("opens a session over TCP with a password, runs SQL and reports errors", async () => {
  const postgres = await startPostgres({ superuser: "root", listen: "loopback" });
  try {
    const { host, port, password } = postgres;
    const target = { user: "root", database: "postgres" };
    const connection = await BackendConnection.open({ ...target, address: { host, port, password } });
    expect(await connection.run("SELECT 1, NULL, 'x' UNION ALL SELECT 2, 'y', 'z' ORDER BY 1")).toEqual([
      ["1", null, "x"],
      ["2", "y", "z"],
    ]);
    await expect(connection.run("SELECT nope")).rejects.toThrow(BackendQueryError);
    expect(connection.status).toBe("I");
    connection.close();
    await expect(connection.run("SELECT 1")).rejects.toThrow(BackendLostError);
    const wrong = BackendConnection.open({ ...target, address: { host, port, password: "wrong" } });
    await expect(wrong).rejects.toMatchObject({ fields: { code: "28P01" } });
    const gone = BackendConnection.open({ ...target, address: { socketPath: "/nonexistent" } });
    await expect(gone).rejects.toThrow(BackendLostError);
  } finally {
    await postgres.stop();
  }
});
