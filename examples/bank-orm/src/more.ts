/**
 * More of the ORM: many rows in chunks, each in a transaction of its own; and a relation that the database knows no
 * foreign key for.
 *
 *     node dist/more.js [--points 10000] [--chunk 1000] [URL]
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { createEngine, func, runTransaction, select } from "tegmen";
import { selectinload, sessionmaker, type SessionMaker } from "tegmen/orm";
import { Customer, metadata, Order, Point } from "./models.ts";

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { points: { type: "string", default: "10000" }, chunk: { type: "string", default: "1000" } },
    allowPositionals: true,
  });
  const url = positionals[0] ?? process.env["DATABASE_URL"];
  if (url === undefined) throw new Error("give a connection URL as the argument, or in DATABASE_URL");

  await using engine = createEngine(url, { applicationName: "bank-orm-more" });
  await metadata.createAll(engine);
  const Session = sessionmaker(engine);
  await insertPoints(Session, Number(values.points), Number(values.chunk));
  await joinByEmail(Session);
}

/** A transaction that is too large conflicts more, and costs more to repeat: many rows are written in chunks. */
async function insertPoints(Session: SessionMaker, count: number, chunk: number): Promise<void> {
  for (let from = 0; from < count; from += chunk) {
    const size = Math.min(chunk, count - from);
    await runTransaction(Session, (session) => {
      session.addAll(Array.from({ length: size }, () => new Point({ x: randomInt(1000), y: randomInt(1000) })));
    });
  }
  await using session = Session();
  const total = await session.scalar(select(func.count(Point.id).as("total")));
  const farthest = await session
    .query(Point)
    .orderBy(Point.x.times(Point.x).plus(Point.y.times(Point.y)).desc())
    .first();
  console.log(`${String(total)} points, in chunks of ${chunk}; the farthest is ${farthest?.distance.toFixed(1)} away`);
}

async function joinByEmail(Session: SessionMaker): Promise<void> {
  const email = `ada-${randomInt(1_000_000)}@example.com`;
  await runTransaction(Session, (session) => {
    session.addAll([new Order({ email, total: 30 }), new Order({ email, total: 12 })]);
    session.add(new Customer({ email, name: "Ada" }));
  });

  await using session = Session();
  const ada = await session.scalars(
    select(Customer).where(Customer.email.eq(email)).options(selectinload(Customer.orders)),
  );
  const { name, orders } = ada.one();
  console.log(`${name} has ${orders.length} orders, over ${orders.reduce((sum, order) => sum + order.total, 0)}`);
  console.log(`and each knows its customer: ${String(orders.every((order) => order.customer?.name === name))}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
