// A demo cluster in a process of its own, so that it can be restarted, and shares no event loop with its clients.
import { startDemoCluster } from "@tegmen/demo";
import type { FromServer, ToServer } from "./supervisor.ts";

const say = (message: FromServer): void => void process.send?.(message);

const cluster = await startDemoCluster({ preferRealBinary: false });
process.on("message", (message: ToServer) => void obey(message));
process.on("disconnect", () => void cluster.stop());
say({ url: cluster.url });

async function obey(message: ToServer): Promise<void> {
  try {
    if (message === "restart") await cluster.restart();
    else await cluster.stop();
    say({ done: message });
    if (message === "stop") process.disconnect();
  } catch (error) {
    if (process.connected) say({ failed: String(error) });
  }
}
