// The recorded run in the app's view, loaded when it is needed.
import { el } from "../../../viewer/js/draw/dom.js";
import { given, load } from "./given.js";
import { onTheme } from "./theme.js";

/** Show a run in `root`; `options` are the view's. */
export async function showRun(root, name, options = {}) {
  root.replaceChildren(el("p", { class: "quiet", role: "status", text: "Loading the run …" }));
  try {
    await Promise.all([load("assets/view.js"), load(`runs/${name}.js`)]);
    const { mount, unpackPage } = window.harmonyView;
    const payload = await unpackPage(given("run", name));
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
