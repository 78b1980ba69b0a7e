// Bundle what runs in the browser: `npm run build` writes built/ of the view and of the site.
// Arguments name other folders of the two: node scripts/bundle.js path/to/viewer path/to/site
//
// The result is committed, because the app and exported pages must work without Node.js. Each file
// holds the digest of its sources, so that a test can detect a stale bundle.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const viewer = resolve(process.argv[2] ?? "harmony_core/viewer");
const site = resolve(process.argv[3] ?? "harmony_core/export/site");

/** SHA-256 of the names and texts of the sources in a folder, in the order of their names. */
async function digest(top) {
  const hash = createHash("sha256");
  for (const folder of ["css", "js"]) {
    const found = await readdir(join(top, folder), { recursive: true });
    const names = found
      .filter((name) => /\.(js|css)$/.test(name))
      .map((n) => n.replaceAll("\\", "/"));
    for (const name of names.sort()) {
      hash.update(`${folder}/${name}\n`).update(await readFile(join(top, folder, name)));
    }
  }
  return hash.digest("hex");
}

/** Write a script, which defines `globalName`, and a stylesheet; return their digest. */
async function bundle(top, name, globalName) {
  const sources = await digest(top);
  const banner = `/* Made by "npm run build" from sources with SHA-256 ${sources} */`;
  const options = {
    bundle: true,
    minify: true,
    charset: "utf8",
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    legalComments: "none",
    banner: { js: banner, css: banner },
  };
  const out = join(top, "built");
  await mkdir(out, { recursive: true });
  await build({
    ...options,
    entryPoints: [join(top, "js/index.js")],
    format: "iife",
    globalName,
    outfile: join(out, `${name}.js`),
  });
  await build({
    ...options,
    entryPoints: [join(top, "css/index.css")],
    outfile: join(out, `${name}.css`),
  });
  return sources;
}

const sources = await bundle(viewer, "view", "harmonyView");
if (!process.argv[2] || process.argv[3]) await bundle(site, "site", "harmonySite");

const PANELS = await import(pathToFileURL(join(viewer, "js/panels/registry.js")).href);
const asked = Object.entries(PANELS).filter(([, panel]) => panel.parts);
const parts = Object.fromEntries(asked.map(([name, panel]) => [name, panel.parts]));
const text = `${JSON.stringify({ sources, parts }, null, 2)}\n`;
await writeFile(join(viewer, "built/panels.json"), text);
