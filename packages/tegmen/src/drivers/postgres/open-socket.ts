import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectTarget } from "../driver.ts";

const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Opens a connection to the server's port or unix socket, encrypted if the target says so.
 *
 * @param signal ends the attempt, with its reason
 * @throws why there is none
 */
export async function openSocket(
  target: Pick<ConnectTarget, "host" | "port" | "tls">,
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port, tls } = target;
  const isPath = host.startsWith("/");
  const socket = isPath ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.setNoDelay(true);
  const stop = (): void => void socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await arrival(socket, "connect");
    if (tls === false) return socket;
    socket.write(sslRequest);
    const [answer] = await arrival(socket, "data");
    // More than one byte would be something that somebody slipped in before the encryption.
    if (String(answer) !== "S") throw new Error("The server does not support SSL connections");
    const secure = connectTls({ ...(!isPath && isIP(host) === 0 && { servername: host }), ...tls, socket });
    await arrival(secure, "secureConnect");
    return secure;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits for an event of a socket, or for its end. */
export function arrival(socket: Socket, event: string): Promise<readonly unknown[]> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off(event, arrived).off("error", failed).off("close", closed);
      // A socket that was given up may still report why.
      socket.on("error", () => {});
    };
    const arrived = (...values: unknown[]): void => {
      settle();
      resolve(values);
    };
    const failed = (error: Error): void => {
      settle();
      reject(error);
    };
    const closed = (): void => failed(new Error("the server closed the connection"));
    socket.once(event, arrived).once("error", failed).once("close", closed);
  });
}

/** Delivers a CancelRequest for the session with this key, by a connection of its own. */
export async function sendCancelRequest(target: ConnectTarget, key: Buffer): Promise<void> {
  const limit = target.connectTimeout > 0 ? target.connectTimeout : 10_000;
  const controller = new AbortController();
  const late = setTimeout(() => {
    controller.abort(new Error(`no answer to the cancel request within ${limit} ms`));
  }, limit);
  try {
    const socket = await openSocket(target, controller.signal);
    controller.signal.addEventListener("abort", () => socket.destroy(controller.signal.reason as Error));
    const head = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46]);
    socket.resume().write(Buffer.concat([head, key]));
    await arrival(socket, "end").finally(() => socket.destroy());
  } finally {
    clearTimeout(late);
  }
}
