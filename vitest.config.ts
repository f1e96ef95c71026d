import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// TEGMEN_TEST_RESULTS names a file for the totals.
const results = process.env["TEGMEN_TEST_RESULTS"];

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Of every entry point, so that no class exists twice, from src and from dist.
    alias: [
      { find: /^tegmen$/, replacement: source("./packages/tegmen/src/index.ts") },
      { find: /^tegmen\/(?!package\.json$)(.+)$/, replacement: source("./packages/tegmen/src/$1/index.ts") },
    ],
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    ...(results !== undefined && { reporters: ["default", "json"], outputFile: { json: results } }),
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
        },
      },
      {
        // Needs a server, and pays for one once.
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          globalSetup: ["test/support/global-setup.ts"],
          // Tests of memory measure the heap after a collection.
          execArgv: ["--expose-gc"],
        },
      },
    ],
  },
});
