import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [{ find: /^tegmen$/, replacement: source("./packages/tegmen/src/index.ts") }],
  },
  test: {
    include: ["packages/*/src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // TEGMEN_TEST_RESULTS names a file for the totals.
    reporters: process.env["TEGMEN_TEST_RESULTS"] === undefined ? ["default"] : ["default", "json"],
    ...(process.env["TEGMEN_TEST_RESULTS"] !== undefined && {
      outputFile: { json: process.env["TEGMEN_TEST_RESULTS"] },
    }),
  },
});
