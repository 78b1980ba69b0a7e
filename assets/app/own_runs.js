// The experiments started in this browser: their ids are kept in its storage, so that a list still
// knows them after a reload.
const KEY = "harmony-runs";
const MOST = 200;
const isId = (id) => typeof id === "string" && /^[0-9a-z-]{1,40}$/.test(id);

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isId) : [];
  } catch {
    return [];
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".own-runs");
  if (!root || !data) return;
  const before = read();
  const all = [...new Set([...before, ...data.started])].slice(-MOST);
  try {
    if (all.length > before.length || all.at(-1) !== before.at(-1))
      localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // No storage: they are known until the page is reloaded.
  }
  const unknown = before.some((id) => !data.started.includes(id));
  if (unknown && !root.dataset.sent) {
    root.dataset.sent = "yes";
    setStateValue("kept", before);
  }
}
