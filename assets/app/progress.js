// Progress in the course and what was entered there: kept in the browser's storage, never on a
// server. In a class, a cookie holds the number by which the server knows this browser again. A new
// step begins at the top, with the focus on its title.
const KEY = "harmony-learn";
const PATIENCE = 3000;
const SEAT = "harmony-seat";
const TWELVE_HOURS = 12 * 3600;
let shown = null;

function read() {
  try {
    const { done, attempts } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const whole = (n) => Number.isInteger(n) && n > 0 && n < 100;
    return {
      done: Array.isArray(done) ? done.filter(whole) : [],
      attempts: attempts && typeof attempts === "object" ? attempts : {},
    };
  } catch {
    return { done: [], attempts: {} };
  }
}

/** Keeps the attempts of one owner beside those outside of a class. */
function keep(done, owner, mine, others) {
  try {
    const attempts = { ...(others[""] && { "": others[""] }), [owner]: mine };
    if (done.length || Object.values(attempts).some((one) => Object.keys(one).length))
      localStorage.setItem(KEY, JSON.stringify({ done, attempts }));
    else localStorage.removeItem(KEY);
  } catch {
    // No storage: progress stays in the link.
  }
}

/** Keeps the number of this browser, unless it has one. */
function keepSeat(browser) {
  if (!browser || document.cookie.split("; ").some((one) => one.startsWith(`${SEAT}=`))) return;
  document.cookie = `${SEAT}=${browser}; path=/; max-age=${TWELVE_HOURS}; SameSite=Strict`;
}

/** Scrolls to the top and puts the focus on the title, as soon as it is that of the new step. */
function begin(title, until = performance.now() + PATIENCE) {
  const heading = document.querySelector(".st-key-lesson h1");
  if (heading?.textContent.trim() === title) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  } else if (performance.now() < until) requestAnimationFrame(() => begin(title, until));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".progress-kept");
  if (!root || !data) return;
  keepSeat(data.browser);
  if (shown !== null && shown !== data.step) begin(data.title);
  shown = data.step;
  const { done, owner, attempts } = data;
  if (data.forget > Number(root.dataset.forgot ?? 0)) {
    root.dataset.forgot = data.forget;
    keep(done, owner, {}, {});
    return;
  }
  const before = read();
  const old = before.attempts[owner] ?? {};
  const all = [...new Set([...before.done, ...done])].sort((a, b) => a - b);
  const mine = { ...old, ...attempts };
  keep(all, owner, mine, before.attempts);
  const more = Object.keys(mine).length > Object.keys(attempts).length;
  const sent = JSON.stringify([all, owner, Object.keys(mine)]);
  if ((more || all.length > done.length) && root.dataset.sent !== sent) {
    root.dataset.sent = sent;
    setTriggerValue("stored", { done: all, owner, attempts: old });
  }
}
