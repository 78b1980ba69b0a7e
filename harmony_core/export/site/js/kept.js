// What the browser keeps: predictions, answers and the theme. A page on disk may be refused.

const COURSE = "harmony-course";
const THEME = "harmony-theme";

/** What was kept under a name; null if nothing can be read. */
function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Keep a value under a name; return whether the browser allows it. */
function write(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** What was entered at every step, by the step's name: guess, told, answer, checked. */
export function attempts() {
  const found = read(COURSE);
  const steps = found && typeof found === "object" ? found.steps : null;
  return steps && typeof steps === "object" ? steps : {};
}

/** Change what was entered at a step. */
export function note(name, changes) {
  const steps = attempts();
  write(COURSE, { steps: { ...steps, [name]: { ...steps[name], ...changes } } });
}

/** Forget everything that was entered. */
export function forget() {
  write(COURSE, { steps: {} });
}

/** Whether this browser keeps anything. */
export function keeps() {
  return write(COURSE, { steps: attempts() });
}

export const chosenTheme = () => read(THEME);
export const keepTheme = (theme) => write(THEME, theme);
