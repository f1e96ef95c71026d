import type { FaultProxy } from "../support/fault-proxy.ts";
import type { ProxiedConnection } from "../support/proxied-connection.ts";
import type { FaultKind, PlannedFault } from "./fault-plan.ts";

/** Has faults come to pass, and counts those that did. */
export class FaultInjector {
  readonly #proxy: FaultProxy;
  readonly #restart: () => Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  /** Faults that came to pass, by kind. */
  readonly counts = new Map<FaultKind, number>();
  /** A fault of all connections is under way: one at a time. */
  #global = Promise.resolve();

  /** @param restart kills the server and starts it again */
  constructor(proxy: FaultProxy, restart: () => Promise<void>) {
    this.#proxy = proxy;
    this.#restart = restart;
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  /** Begins a fault. It may take a while, and others may come meanwhile. */
  inject(fault: PlannedFault): void {
    const work = this.#inject(fault).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }

  /** Waits for the faults that are under way, and sees to it that none is left. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#proxy.forgetFaults();
  }

  async #inject(fault: PlannedFault): Promise<void> {
    const hit = (): void => void this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    const connection = "pick" in fault ? this.#pick(fault.pick) : undefined;
    switch (fault.kind) {
      case "cut at commit":
      case "cut at statement":
        this.#proxy.cutAt(fault.sql, fault.moment, 1, hit);
        return;
      case "cut of all":
        hit();
        this.#proxy.cutAll();
        return;
      case "server restart":
        return this.#alone(async () => {
          hit();
          await this.#restart();
        });
      case "stall of all":
        return this.#alone(async () => {
          hit();
          this.#proxy.stall();
          await pause(fault.duration);
          this.#proxy.resume();
        });
      case "refuse":
        return this.#alone(async () => {
          hit();
          this.#proxy.refuse();
          for (const each of [...this.#proxy.connections].slice(0, fault.cuts)) each.end();
          await pause(fault.duration);
          this.#proxy.resume();
        });
      case "delay": {
        hit();
        const slowed = [...this.#proxy.connections];
        for (const each of slowed) each.delay(fault.milliseconds);
        await pause(fault.duration);
        for (const each of slowed) each.delay(0);
        return;
      }
      case "fragments":
        hit();
        this.#proxy.fragment(fault.bytes);
        await pause(fault.duration);
        this.#proxy.fragment(0);
        return;
      default:
        if (connection !== undefined) await this.#injectInto(connection, fault, hit);
    }
  }

  async #injectInto(
    connection: ProxiedConnection,
    fault: PlannedFault & { readonly pick: number },
    hit: () => void,
  ): Promise<void> {
    switch (fault.kind) {
      case "cut":
      case "reset":
        hit();
        connection[fault.kind]();
        return;
      case "reset at byte":
        connection.cutAfterBytes(fault.direction, fault.bytes, () => {
          hit();
          connection.reset();
        });
        return;
      case "truncated frame":
        connection.truncate(hit);
        return;
      case "stall":
        hit();
        connection.stall(true);
        await pause(fault.duration);
        connection.stall(false);
        if (fault.ends) connection.cut();
        return;
      case "half-open":
        hit();
        connection.halfOpen(fault.gone);
        await pause(fault.duration);
        connection.reset();
    }
  }

  #pick(at: number): ProxiedConnection | undefined {
    const open = [...this.#proxy.connections];
    return open[Math.floor(at * open.length)];
  }

  #alone(work: () => Promise<void>): Promise<void> {
    this.#global = this.#global.then(work);
    return this.#global;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
