// The expressions of the lessons, parsed by lessons/course/expression.py into plain lists.

const MOST_POWER = 64;
/** Decimals that show whether a number lies exactly half way between two shorter ones. */
const EXACT = 30;

const BINARY = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** Math.max(-MOST_POWER, Math.min(MOST_POWER, b)),
};
const COMPARE = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
const FUNCTIONS = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  round: (x, decimals = 0) => Number(fixed(x, decimals)),
  log: (x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)),
  sqrt: Math.sqrt,
};

/** The value of a tree: a number or, if it is a name of something, a text. */
export function evaluate(tree, facts) {
  if (typeof tree === "number") return tree;
  const [kind, ...parts] = tree;
  if (kind === "name") return lookUp(parts[0], facts);
  if (kind === "and") return Number(parts.every((part) => evaluate(part, facts)));
  if (kind === "or") return Number(parts.some((part) => evaluate(part, facts)));
  if (kind === "not") return Number(!evaluate(parts[0], facts));
  if (kind === "compare") return compared(parts, facts);
  const named = kind === "call";
  const values = (named ? parts.slice(1) : parts).map((part) => numeric(part, facts));
  if (kind === "neg") return -values[0];
  return known((named ? FUNCTIONS[parts[0]] : BINARY[kind])(...values), tree);
}

/** The value of a tree that has to be a number. */
export function numeric(tree, facts) {
  return known(evaluate(tree, facts), tree);
}

function known(value, tree) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new Error(`Expected ${JSON.stringify(tree)} to be a number, but got ${value}.`);
}

function lookUp(name, facts) {
  if (Object.hasOwn(facts, name)) return facts[name];
  throw new Error(`Expected a number of the run, but got ${name}.`);
}

function compared([signs, parts], facts) {
  const terms = parts.map((part) => evaluate(part, facts));
  return Number(signs.every((sign, i) => COMPARE[sign](terms[i], terms[i + 1])));
}

/** The text of a template: plain parts, and trees with how many decimals to write. */
export function fill(template, facts) {
  return template.map((part) => (typeof part === "string" ? part : shown(part, facts))).join("");
}

function shown([tree, decimals], facts) {
  const value = evaluate(tree, facts);
  return typeof value === "string" ? value : written(known(value, tree), decimals);
}

/** A number with commas and a true minus, never a minus zero. */
export function written(x, decimals = 1) {
  const text = fixed(Math.abs(x), decimals);
  const [whole, rest] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = x < 0 && Number(text) !== 0 ? "−" : "";
  return sign + (rest === undefined ? grouped : `${grouped}.${rest}`);
}

/** A whole number without decimals, any other with one. */
export function plain(x) {
  return written(x, Number.isInteger(x) ? 0 : 1);
}

/** As Python writes it: a number exactly half way goes to the even digit, not up as in toFixed. */
function fixed(x, decimals) {
  if (x < 0) return `-${fixed(-x, decimals)}`;
  if (x >= 1e21) return BigInt(x).toString() + (decimals ? `.${"0".repeat(decimals)}` : "");
  const up = x.toFixed(decimals);
  const exact = x.toFixed(decimals + EXACT);
  const cut = exact.slice(0, exact.length - EXACT).replace(/\.$/, "");
  const half = /^50*$/.test(exact.slice(-EXACT));
  return half && Number(cut.at(-1)) % 2 === 0 ? cut : up;
}
