// The controls of a prediction: a slider, a choice, or a boundary drawn over the data.
import board from "../../../../assets/app/board.js";
import { onTheme } from "./theme.js";

/** Connect the controls; call `changed` with a prediction, or null until there is one. */
export function predictions(form, step, changed) {
  KINDS[step.predict.kind](form, step, changed);
}

const KINDS = { number: ofNumber, choice: ofChoice, line: ofLine };

/** A slider whose number stands beside it; returns how to read it. */
function slider(input, moved) {
  const output = input.parentElement.querySelector("output");
  const show = () => (output.textContent = input.value);
  input.addEventListener("input", () => {
    show();
    moved();
  });
  return () => Number(input.value);
}

function ofNumber(form, step, changed) {
  const read = slider(form.elements.guess, () => changed(read()));
  changed(read());
}

function ofChoice(form, step, changed) {
  changed(null);
  form.addEventListener("change", () => changed(form.elements.guess.value || null));
}

function ofLine(form, { name }, changed) {
  const ends = form.querySelector("#ends");
  const extent = ends.dataset.extent.split(",").map(Number);
  const [x0, x1] = extent;
  let line = null;
  let shade = "light";
  const draw = () =>
    board({
      data: {
        picture: `pictures/${name}-${shade}.svg`,
        alt: "The training points of class A above and class B below",
        label: "Your boundary. The two sliders move its ends.",
        note: "Draw from left to right with mouse or finger, or move the two sliders.",
        extent,
        line,
      },
      parentElement: form,
      setStateValue: (_, drawn) => changed((line = drawn)),
    });
  const straight = () => {
    line = [
      [x0, left()],
      [x1, right()],
    ];
    draw();
    changed(line);
  };
  const left = slider(form.elements.left, straight);
  const right = slider(form.elements.right, straight);
  straight();
  onTheme((theme) => {
    shade = theme;
    draw();
  });
}
