// A board to draw a boundary on, from left to right, over a picture of the data.
const NS = "http://www.w3.org/2000/svg";
const FINEST = 2;
const MOST = 80;

/** Page coordinates → the board's 0 to 100. */
function place(board, event) {
  const box = board.getBoundingClientRect();
  const clip = (v) => Math.max(0, Math.min(100, v));
  return [
    clip((100 * (event.clientX - box.left)) / box.width),
    clip((100 * (event.clientY - box.top)) / box.height),
  ];
}

function path(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Extends the stroke horizontally to both edges. */
function whole(points) {
  return [[0, points[0][1]], ...points, [100, points.at(-1)[1]]];
}

function build(root) {
  root.classList.add("board-on");
  root.picture = document.createElement("img");
  root.board = document.createElementNS(NS, "svg");
  root.board.setAttribute("viewBox", "0 0 100 100");
  root.board.setAttribute("role", "img");
  root.line = document.createElementNS(NS, "path");
  root.board.append(root.line);
  root.note = document.createElement("p");
  root.replaceChildren(root.picture, root.board, root.note);
  let stroke = null;
  root.board.addEventListener("pointerdown", (event) => {
    root.board.setPointerCapture(event.pointerId);
    stroke = [place(root.board, event)];
  });
  root.board.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const at = place(root.board, event);
    if (Math.abs(at[0] - stroke.at(-1)[0]) < FINEST || stroke.length >= MOST) return;
    stroke.push(at);
    root.show([...stroke].sort((a, b) => a[0] - b[0]));
  });
  const end = () => {
    if (stroke && stroke.length > 2) root.drawn([...stroke].sort((a, b) => a[0] - b[0]));
    else if (stroke) root.show(root.shown);
    stroke = null;
  };
  root.board.addEventListener("pointerup", end);
  root.board.addEventListener("pointercancel", end);
  root.drawing = () => stroke !== null;
  root.show = (points) => root.line.setAttribute("d", path(whole(points)));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".board");
  if (!root || !data) return;
  if (!root.board) build(root);
  const [x0, x1, y0, y1] = data.extent;
  const out = ([x, y]) => [x0 + ((x1 - x0) * x) / 100, y1 - ((y1 - y0) * y) / 100];
  const into = ([x, y]) => [(100 * (x - x0)) / (x1 - x0), (100 * (y1 - y)) / (y1 - y0)];
  root.picture.src = data.picture;
  root.picture.alt = data.alt;
  root.board.setAttribute("aria-label", data.label);
  root.note.textContent = data.note;
  root.drawn = (points) => {
    root.shown = points;
    root.show(points);
    setStateValue("line", points.map(out));
  };
  const line = JSON.stringify(data.line);
  if (root.line.dataset.of !== line && !root.drawing()) {
    root.line.dataset.of = line;
    root.shown = data.line.map(into);
    root.show(root.shown);
  }
}
