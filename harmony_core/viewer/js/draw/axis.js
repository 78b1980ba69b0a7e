// Round numbers for an axis, and their texts.

/** About `wanted` round numbers from low to high. */
export function ticks(low, high, wanted = 5) {
  const raw = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((s) => s * power >= raw) * power;
  const out = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step)
    out.push(Number(v.toPrecision(12)));
  return out;
}

/** The texts of marks on an axis, with as many digits as distinguish neighbours. */
export function tickTexts(marks) {
  const gap = Math.min(...marks.slice(1).map((v, i) => Math.abs(v - marks[i])));
  const digits =
    Number.isFinite(gap) && gap > 0
      ? Math.max(0, Math.min(8, Math.ceil(-Math.log10(gap) - 1e-9)))
      : 3;
  const even = marks.length > 2 && Math.abs(marks[2] - 2 * marks[1] + marks[0]) < gap * 1e-6;
  return marks.map((v) =>
    even
      ? v.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })
      : v.toLocaleString("en-US", {
          maximumSignificantDigits: Math.max(
            3,
            digits + 1 + Math.floor(Math.log10(Math.abs(v) || 1)),
          ),
        }),
  );
}

/** Short numbers for an axis. */
export function axisText(v) {
  if (v >= 10_000) return `${Math.round(v / 1000)}k`;
  return Number(v.toPrecision(3)).toString();
}

/** The next of the numbers 1, 1.5, 2, 3, 4, 5, 6, 8, 10, … at or above a value. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value * (1 - 1e-9)) * power;
}

/** Marks of a logarithmic axis from 10^low to 10^high. */
export function powerTicks(low, high) {
  const out = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power++) {
    for (const step of high - low > 2 ? [1] : [1, 2, 5]) {
      const v = step * 10 ** power;
      if (Math.log10(v) >= low && Math.log10(v) <= high) out.push(Number(v.toPrecision(6)));
    }
  }
  return out.length > 1 ? out : ticks(10 ** low, 10 ** high, 4);
}
