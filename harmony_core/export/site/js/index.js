// The pages of the course without a server. Files of data call `give`.
import { given } from "./given.js";
import { attempts } from "./kept.js";
import { startPage } from "./record.js";
import { showRun } from "./run.js";
import { stepPage } from "./step.js";
import { beginTheme, themeButton } from "./theme.js";

export { answer } from "./feedback.js";
export { evaluate, written } from "./expression.js";
export { give, given } from "./given.js";

const PAGES = {
  index: startPage,
  step: () => {
    const { step } = document.body.dataset;
    for (const link of document.querySelectorAll(".steps [data-step]")) {
      if (attempts()[link.dataset.step]?.answer !== undefined) link.classList.add("done");
    }
    if (given("step", step)) stepPage(step);
  },
  run: () => {
    const root = document.getElementById("run");
    showRun(root, root.dataset.run);
  },
};

beginTheme();
document.addEventListener("DOMContentLoaded", () => {
  themeButton(document.querySelector(".theme"));
  PAGES[document.body.dataset.page]?.();
});
