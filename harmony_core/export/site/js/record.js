// The record of a student's predictions, on the start page, to print or as CSV.
import { el } from "../../../viewer/js/draw/dom.js";
import { attempts, forget, keeps } from "./kept.js";

const CHECKED = { none: "not answered", true: "right", false: "not right" };
const FILE = "harmony-predictions.csv";
const find = (id) => document.getElementById(id);

/** Fill the start page: steps done, the record, and where to go on. */
export function startPage() {
  find("unkept").hidden = keeps();
  const kept = attempts();
  const steps = [...document.querySelectorAll(".course-steps [data-step]")];
  const rows = steps.map((item) => rowOf(item, kept[item.dataset.step])).filter(Boolean);
  const open = steps.find((item) => kept[item.dataset.step]?.answer === undefined);
  for (const item of steps) {
    if (kept[item.dataset.step]?.answer !== undefined) item.append(" ✓ done");
  }
  if (!rows.length) return;
  const next = open ?? steps[0];
  find("begin").href = next.querySelector("a").href;
  find("begin").textContent = `Continue with step ${next.value}`;
  showRecord(rows, steps.length);
}

/** The cells of one step that was played. */
function rowOf(item, attempt) {
  if (!Array.isArray(attempt?.told)) return null;
  const [prediction, happened, right] = attempt.told;
  const title = item.querySelector("a").textContent;
  const check = CHECKED[attempt.checked ?? "none"];
  return [String(item.value), title, prediction, happened, right ? "yes" : "no", check];
}

function showRecord(rows, steps) {
  const right = rows.filter((row) => row[4] === "yes").length;
  const section = find("record");
  section.hidden = false;
  find("record-summary").textContent =
    `${rows.length} of ${steps} steps played, ${right} predicted right.`;
  const cells = (row) => row.map((text) => el("td", { text }));
  const body = section.querySelector("tbody");
  body.replaceChildren(...rows.map((row) => el("tr", {}, ...cells(row))));
  find("record-print").addEventListener("click", () => print());
  find("record-csv").addEventListener("click", () => {
    const heads = [...section.querySelectorAll("th")].map((head) => head.textContent);
    save([heads, ...rows]);
  });
  find("record-forget").addEventListener("click", () => {
    if (!confirm("Forget all predictions and answers in this browser?")) return;
    forget();
    location.reload();
  });
}

function save(rows) {
  const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;
  const text = rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");
  const address = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" }));
  el("a", { href: address, download: FILE }).click();
  URL.revokeObjectURL(address);
}
