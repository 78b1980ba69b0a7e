// A prediction against the recorded run, as lessons/course/feedback.py and axes.py compare them.
import { drawnAxes } from "./axes.js";
import { evaluate, fill, numeric, written } from "./expression.js";
import { asLine, lineNumbers } from "./line.js";

/** What a step says about a prediction; null if it is none. `step` is the data of a step. */
export function answer(step, guess) {
  const facts = { ...step.facts };
  const verdict = KINDS[step.predict.kind](step, facts, guess);
  if (!verdict) return null;
  const { right, words, prediction, happened } = verdict;
  return {
    right,
    text: fill(words, facts),
    prediction,
    happened,
    result: numeric(step.result, facts),
    axes: drawnAxes(step, guess, facts),
    after: fill(step.after, facts),
    slots: step.slots.map((slot) => fill([slot], facts)),
    notes: step.notes.map((note) => fill(note, facts)),
  };
}

const KINDS = { number: ofNumber, choice: ofChoice, line: ofLine };

function ofNumber({ predict, texts }, facts, guess) {
  if (typeof guess !== "number" || !Number.isFinite(guess)) return null;
  const truth = numeric(predict.truth, facts);
  Object.assign(facts, { guess, truth, off: Math.abs(guess - truth) });
  const right = Math.abs(guess - truth) <= predict.near;
  const words = right ? texts.right : guess > truth ? texts.high : texts.low;
  const unit = predict.unit ? ` ${predict.unit}` : "";
  const prediction = written(guess, predict.step >= 1 ? 0 : 1) + unit;
  return { right, words, prediction, happened: written(truth, 1) + unit };
}

function ofChoice({ predict, texts }, facts, guess) {
  const { options } = predict;
  const chosen = options.find(({ key }) => key === guess);
  if (!chosen) return null;
  const came = options.find(({ when }) => when !== null && evaluate(when, facts));
  const truth = came ?? options.at(-1);
  const right = chosen.key === truth.key;
  const said = chosen.said.length ? chosen.said : texts.wrong;
  return {
    right,
    words: right ? texts.right : said,
    prediction: chosen.text,
    happened: truth.text,
  };
}

function ofLine({ predict, texts, plane }, facts, guess) {
  const line = asLine(guess);
  if (!line) return null;
  Object.assign(facts, lineNumbers(plane, line));
  const right = facts.drawn <= predict.near;
  const [mine, network] = [facts.drawn, facts.differs_A].map((x) => written(x, 0));
  return {
    right,
    words: right ? texts.right : texts.wrong,
    prediction: `a line ${mine} % of the plane away from the network’s`,
    happened: `a boundary ${network} % of the plane away from the best`,
  };
}
