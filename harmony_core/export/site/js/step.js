// A step: its question, and what its recorded run answers.
import { drawAxis } from "./draw_axis.js";
import { answer } from "./feedback.js";
import { given } from "./given.js";
import { attempts, note } from "./kept.js";
import { microscope } from "./microscope.js";
import { predictions } from "./predict.js";
import { prose } from "./prose.js";
import { showRun } from "./run.js";

const VERDICTS = { true: "You predicted it", false: "It came out differently" };
const CHECKED = { true: "Right.", false: "Not quite." };
const find = (id) => document.getElementById(id);

/** Connect the page of a step with its data. */
export function stepPage(name) {
  const step = given("step", name);
  let guess = null;
  const form = find("predict");
  const button = form.querySelector("button[type=submit]");
  predictions(form, step, (value) => {
    guess = value;
    button.disabled = value === null;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = guess === null ? null : show(step, guess);
    if (!told) return;
    const { prediction, happened, right } = told;
    note(name, { guess, told: [prediction, happened, right] });
    find("verdict").focus();
  });
  find("again").addEventListener("click", () => {
    note(name, { guess: undefined, told: undefined, answer: undefined, checked: undefined });
    location.reload();
  });
  checkQuestion(step);
  if (find("microscope")) microscope(find("microscope"));
  const kept = attempts()[name]?.guess;
  form.hidden = kept !== undefined && show(step, kept) !== null;
}

/** Show what the run says to a prediction; null if it is none. */
function show(step, guess) {
  const told = answer(step, guess);
  if (!told) return null;
  find("predict").hidden = true;
  find("result").hidden = false;
  const verdict = find("verdict");
  verdict.className = `verdict ${told.right ? "right" : "other"}`;
  verdict.dataset.right = String(told.right);
  find("verdict-name").textContent = VERDICTS[told.right];
  find("prediction").textContent = told.prediction;
  find("happened").textContent = told.happened;
  find("said").replaceChildren(...prose(told.text));
  find("axes").replaceChildren(...told.axes.map(drawAxis));
  find("after").replaceChildren(...prose(told.after));
  for (const gap of document.querySelectorAll("[data-slot]")) {
    gap.textContent = told.slots[Number(gap.dataset.slot)];
  }
  for (const place of document.querySelectorAll("[data-note]")) {
    place.textContent = told.notes[Number(place.dataset.note)];
  }
  const line = step.predict.kind === "line" ? { line: guess } : {};
  showRun(find("run"), step.name, { panels: step.panels, ...line });
  return told;
}

function checkQuestion({ name, answers }) {
  const form = find("check");
  const tell = (chosen) => {
    const said = answers[chosen];
    if (!said) return;
    find("why").textContent = `${CHECKED[said.right]} ${said.why}`;
    find("why").className = said.right ? "right" : "other";
    find("next").hidden = false;
  };
  form.addEventListener("change", () => {
    const chosen = Number(form.elements.answer.value);
    tell(chosen);
    note(name, { answer: chosen, checked: answers[chosen]?.right });
  });
  const kept = attempts()[name]?.answer;
  if (!Number.isInteger(kept) || !answers[kept]) return;
  form.elements.answer.value = String(kept);
  tell(kept);
}
