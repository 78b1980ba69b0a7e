// What is drawn of a prediction: guess and result on one axis, and the numbers behind the result.
import { fill, numeric, plain, written } from "./expression.js";

const GUESS = "guess";
const RESULT = "result";
const NUMBER = "number";

/** The axis of the bet, if the step has one, and those of the numbers behind it. */
export function drawnAxes(step, guess, facts) {
  const found = [];
  const beside = [];
  const numberBet = step.predict.kind === "number";
  for (const axis of step.axes) {
    const marks = axis.rows.map((row) => mark(row, axis, step, guess, facts));
    if (axis.bet && numberBet) {
      beside.push(...marks);
      continue;
    }
    const bet = axis.bet && range(step, axis, guess);
    found.push(wide(axis, bet ? [bet, ...marks] : marks));
  }
  if (numberBet) found.unshift(ofNumber(step.predict, guess, facts, beside));
  return found;
}

/** The axis of the slider, with guess, result and what the step puts beside them. */
function ofNumber(predict, guess, facts, others) {
  const truth = numeric(predict.truth, facts);
  const marks = [
    single("Your prediction", GUESS, guess),
    single("This run", RESULT, truth),
    ...others,
  ];
  const near = [truth - predict.near, truth + predict.near];
  return { ...wide({ ...predict, name: predict.axis || predict.ask }, marks), near };
}

function single(label, kind, value) {
  const bare = { dots: [], method: null, yours: false };
  return said({ label, kind, low: value, high: value, value, ...bare });
}

/** An axis that is wide enough for all of its marks. */
function wide({ name, unit, low, high }, marks) {
  const values = marks.flatMap((one) => [one.low, one.high, ...one.dots]);
  const ends = { low: Math.min(low, ...values), high: Math.max(high, ...values) };
  return { title: name, unit, ...ends, marks, near: null };
}

function mark(row, axis, { predict }, guess, facts) {
  const value = row.seeds ? row.seeds.mean : numeric(row.of, facts);
  const [low, high] = row.seeds ? row.seeds.interval : [value, value];
  const yours = row.yours === guess || (row.yours !== "" && predict.kind === "line");
  const bet = axis.bet && row.method === null && predict.kind === "choice";
  const kind = yours && predict.kind === "line" ? GUESS : bet ? RESULT : NUMBER;
  const { method } = row;
  const dots = row.seeds?.values ?? [];
  return said({ label: fill(row.name, facts), kind, low, high, value, dots, method, yours });
}

/** The part of the axis that the chosen option stands for. */
function range({ predict }, axis, guess) {
  const option = predict.options.find(({ key }) => key === guess);
  if (!option?.range.length) return null;
  const [low, high] = option.range.map((v) => Math.max(axis.low, Math.min(axis.high, v)));
  let value = null;
  let words = "";
  if (low === high) [value, words] = [low, `contains ${plain(low)}`];
  else if (high === axis.high) words = `above ${plain(low)}`;
  else if (low === axis.low) words = `below ${plain(high)}`;
  const fixed = { label: "Your prediction", kind: GUESS, dots: [], method: null, yours: false };
  return said({ ...fixed, low, high, value }, words);
}

/** The mark with what is said instead of a drawing. */
function said(one, words = "") {
  const { low, high, value } = one;
  if (words) return { ...one, said: words };
  if (value === null) return { ...one, said: `${plain(low)} to ${plain(high)}` };
  if (!(high > low)) return { ...one, said: plain(value) };
  const digits = high - low >= 1 ? 1 : 2;
  const [middle, from, to] = [value, low, high].map((v) => written(v, digits));
  return { ...one, said: `${middle} [${from}, ${to}]` };
}
