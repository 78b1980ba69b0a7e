// Light or dark: as the system has it, or as the button says.
import { chosenTheme, keepTheme } from "./kept.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const NAMES = { light: "Light", dark: "Dark" };
const followers = [];
let chosen = chosenTheme();

function current() {
  return chosen in NAMES ? chosen : dark.matches ? "dark" : "light";
}

function other() {
  return current() === "dark" ? "light" : "dark";
}

function apply() {
  const theme = current();
  document.documentElement.dataset.theme = theme;
  for (const follow of followers) follow(theme);
}

/** Call `follow` with the theme, now and whenever it changes. */
export function onTheme(follow) {
  followers.push(follow);
  follow(current());
}

/** Before anything is drawn, so that no page flashes in the other theme. */
export function beginTheme() {
  apply();
  dark.addEventListener("change", apply);
}

/** The button that switches to the other theme, for all pages. */
export function themeButton(button) {
  button.hidden = false;
  onTheme(() => {
    button.textContent = NAMES[other()];
    button.setAttribute("aria-label", `${NAMES[other()]} colours`);
  });
  button.addEventListener("click", () => {
    chosen = other();
    keepTheme(chosen);
    apply();
  });
}
