// Streamlit calls this on every run of the script; the view lives on with its element.
import { unpackWire } from "./data/store.js";
import { mount } from "./view.js";

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".hv");
  if (!root || !data) return undefined;
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const payload = unpackWire(bytes);
  const of = (value) => ({ run: root.view?.store.run ?? payload.meta.run, value });
  const callbacks = {
    need: (run, since) => setTriggerValue("need", { run, since, at: Date.now() }),
    // With their run: the page may show another one by the time it hears of them.
    epoch: (epoch) => setStateValue("epoch", of(epoch)),
    selected: (sample) => setStateValue("selected", of(sample)),
    draft: (points) => setStateValue("draft", points),
    train: () => setTriggerValue("train", Date.now()),
    painted: (points) => setTriggerValue("painted", points),
  };
  if (root.view) {
    root.view.callbacks = callbacks;
    if (root.wire !== data) root.view.update(payload);
    root.view.onTheme();
  } else {
    const header = document.querySelector('[data-testid="stHeader"]');
    root.style.setProperty("--hv-top", `${header?.offsetHeight ?? 0}px`);
    root.view = mount(root, payload, callbacks);
  }
  root.wire = data;
  // Also called when a newer run of the script overtakes this one: end only with the element.
  return () =>
    setTimeout(() => {
      if (root.isConnected || !root.view) return;
      root.view.destroy();
      root.view = null;
    });
}
