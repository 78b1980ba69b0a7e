// Bundle the view for the browser: `npm run build` writes harmony_core/viewer/built/.
// An argument names another folder of the view: node scripts/bundle.js path/to/viewer
//
// The result is committed, because the app and exported pages must work without Node.js. Each file
// holds the digest of its sources, so that a test can detect a stale bundle.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const viewer = resolve(process.argv[2] ?? "harmony_core/viewer");
const out = join(viewer, "built");

/** SHA-256 of the names and texts of the sources, in the order of their names. */
async function digest() {
  const hash = createHash("sha256");
  for (const folder of ["css", "js"]) {
    const found = await readdir(join(viewer, folder), { recursive: true });
    const names = found
      .filter((name) => /\.(js|css)$/.test(name))
      .map((n) => n.replaceAll("\\", "/"));
    for (const name of names.sort()) {
      hash.update(`${folder}/${name}\n`).update(await readFile(join(viewer, folder, name)));
    }
  }
  return hash.digest("hex");
}

const sources = await digest();
const banner = `/* Made by "npm run build" from sources with SHA-256 ${sources} */`;
const options = {
  bundle: true,
  minify: true,
  charset: "utf8",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  legalComments: "none",
  banner: { js: banner, css: banner },
};

await mkdir(out, { recursive: true });
await build({
  ...options,
  entryPoints: [join(viewer, "js/index.js")],
  format: "iife",
  globalName: "harmonyView",
  outfile: join(out, "view.js"),
});
await build({
  ...options,
  entryPoints: [join(viewer, "css/index.css")],
  outfile: join(out, "view.css"),
});

const PANELS = await import(pathToFileURL(join(viewer, "js/panels/registry.js")).href);
const asked = Object.entries(PANELS).filter(([, panel]) => panel.parts);
const parts = Object.fromEntries(asked.map(([name, panel]) => [name, panel.parts]));
await writeFile(join(out, "panels.json"), JSON.stringify({ sources, parts }, null, 2) + "\n");
