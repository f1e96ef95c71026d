// Modules of tegmen that its packages do not show, for what is measured without a server.

import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = path.dirname(import.meta.dirname);

/**
 * Bundles modules as the package's build does, and imports them.
 *
 * @param names their paths in packages/tegmen/src, without extension
 * @returns the modules, in the same order
 */
export async function loadSources(names) {
  const bundle = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, path.join(root, `packages/tegmen/src/${name}.ts`)])),
    platform: "node",
    external: (id) => !id.startsWith(".") && !path.isAbsolute(id),
  });
  // Where its dependencies are found.
  const place = mkdtempSync(path.join(root, "node_modules/.tegmen-"));
  try {
    await bundle.write({ dir: place, entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" });
    return await Promise.all(names.map((name) => import(pathToFileURL(path.join(place, `${name}.mjs`)).href)));
  } finally {
    await bundle.close();
    rmSync(place, { recursive: true, force: true });
  }
}
