// Bundles a package's modules into a few files: Node takes longer to find, open and compile 200 small files than to
// run them. The build script of a package calls it in the package's folder.
//
//   node ../../scripts/bundle.mjs
//
// Each file of dist/ that `exports` or a program of `bin` names is an entry point, made of the file of src/ with the
// same name. What several of them need, and what is imported by import(), goes into chunks: whatever a program
// imports, it has every class once. Nothing is minified, so that stack traces can be read; a comment names the
// source file of every part.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const programs = Object.values(manifest.bin ?? {}).map((file) => readFileSync(file, "utf8"));
const naming = [JSON.stringify(manifest.exports), ...programs].join("\n");
const entries = new Set([...naming.matchAll(/\bdist\/([\w/.-]+)\.js"/g)].map(([, name]) => name));

const bundle = await rolldown({
  input: Object.fromEntries([...entries].map((name) => [name, `src/${name}.ts`])),
  platform: "node",
  // Other packages are installed, not bundled.
  external: (id) => !id.startsWith(".") && !path.isAbsolute(id),
  tsconfig: "tsconfig.build.json",
  onLog(level, { message }) {
    if (level === "warn") throw new Error(message);
  },
});
const { output } = await bundle.write({
  dir: "dist",
  entryFileNames: "[name].js",
  // Without a hash, so that a build leaves nothing behind of the one before it.
  chunkFileNames: "chunks/[name].js",
  // Of two classes with one name, each in its module, one has another in the bundle; it is not to be seen.
  keepNames: true,
  comments: { annotation: true, jsdoc: false, legal: false },
});
await bundle.close();

const written = new Set(output.map(({ fileName }) => path.normalize(fileName)));
for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
  const source = path.join("src", file.replace(/\.d\.ts$/, ".ts"));
  const stale = file.endsWith(".js") ? !written.has(file) : file.endsWith(".d.ts") && !existsSync(source);
  if (stale) rmSync(path.join("dist", file));
}
