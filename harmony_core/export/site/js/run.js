// The recorded run in the app's view, loaded when it is needed.
import { el } from "../../../viewer/js/draw/dom.js";
import { given, load } from "./given.js";
import { onTheme } from "./theme.js";

/** Show a run in `root`; `options` are the view's. */
export async function showRun(root, name, options = {}) {
  root.replaceChildren(el("p", { class: "quiet", role: "status", text: "Loading the run …" }));
  try {
    await Promise.all([load("assets/view.js"), load(`runs/${name}.js`)]);
    const { mount, unpackWire } = window.harmonyView;
    const payload = unpackWire(await unpacked(given("run", name)));
    Object.assign(payload.meta.options, options);
    const view = mount(root, payload);
    root.view = view;
    onTheme(() => view.onTheme());
    return view;
  } catch (error) {
    const text = `The run cannot be shown: ${error.message}. Its numbers are in the tables.`;
    root.replaceChildren(el("p", { class: "note", role: "status", text }));
    return null;
  }
}

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
