import { createRequire } from "node:module";

/** The version of this package. */
export function packageVersion(): string {
  // By its name: where this file stands depends on the bundler.
  const manifest: unknown = createRequire(import.meta.url)("tegmen/package.json");
  return (manifest as { readonly version: string }).version;
}
