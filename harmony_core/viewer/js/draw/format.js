// Numbers as text.

export const percent = (share, digits = 1) =>
  share == null || Number.isNaN(share) ? "–" : (100 * share).toFixed(digits);
export const plain = (value, digits = 2) =>
  value == null || Number.isNaN(value) ? "–" : value.toFixed(digits);
export const count = (value) => value.toLocaleString("en-US");

/** A number as text of about three digits; text as it is. */
export function cellText(value) {
  if (value == null || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 100 ? value.toFixed(1) : Number(value.toPrecision(3)).toString();
}
