// Saving what a panel shows, in the browser: SVG, PNG, CSV.
import { el } from "../draw/dom.js";
import { drawSvg } from "../draw/figure.js";

/** Rows as CSV by RFC 4180; cells without a number are empty. */
export function toCsv({ columns, rows }) {
  const cell = (value) => {
    if (value == null || Number.isNaN(value)) return "";
    const text = String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** A file name that says run, panel and epoch. */
export function fileName(view, panel, ending) {
  const safe = (text) =>
    String(text)
      .replace(/[^0-9A-Za-z.-]+/g, "-")
      .replace(/^[-.]+|[-.]+$/g, "");
  const epoch = `epoch-${view.player.epoch}`;
  return `${safe(view.store.run) || "run"}_${safe(panel.kind)}_${epoch}.${ending}`;
}

/** Offer a file to the reader. */
export function saveFile(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The SVG text of a section, with everything in it drawn. */
function pictureOf(view, panel) {
  const section = panel.node.closest(".hv-section");
  section.classList.add("hv-saving");
  panel.prepare?.();
  try {
    return drawSvg(section, view.theme, `${view.store.run} · epoch ${view.player.epoch}`);
  } finally {
    section.classList.remove("hv-saving");
    panel.size?.();
    panel.draw(view.player.index);
  }
}

/** SVG text → PNG at twice the size. */
function toPng({ text, width, height }) {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas", { width: 2 * width, height: 2 * height });
      canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
      URL.revokeObjectURL(url);
      canvas.toBlob(
        (blob) =>
          blob ? resolve(blob) : reject(new Error("The picture is too large for this browser.")),
        "image/png",
      );
    };
    image.onerror = () => reject(new Error("The picture could not be drawn."));
    image.src = url;
  });
}

/** Buttons that save a panel; canvases are pictures inside the SVG. */
export function saveButtons(view, panel) {
  const note = el("span", { class: "hv-savenote", role: "status" });
  const act = async (ending) => {
    note.textContent = "";
    try {
      if (ending === "csv")
        saveFile(
          fileName(view, panel, ending),
          "text/csv;charset=utf-8",
          toCsv(panel.data(view.player.index)),
        );
      else {
        const picture = pictureOf(view, panel);
        const content = ending === "svg" ? picture.text : await toPng(picture);
        saveFile(
          fileName(view, panel, ending),
          ending === "svg" ? "image/svg+xml" : "image/png",
          content,
        );
      }
      note.textContent = "saved";
    } catch (error) {
      note.textContent = error.message;
    }
    setTimeout(() => (note.textContent = ""), 4000);
  };
  const canvas = panel.raster ? "; what is drawn as pixels is embedded as a picture" : "";
  const kinds = [
    ["svg", "SVG", `Save this figure as SVG${canvas}`],
    ["png", "PNG", "Save this figure as PNG, at twice the size"],
    ["csv", "CSV", "Save the numbers behind it at this epoch as CSV"],
  ];
  const wanted = panel.drawable === false ? kinds.slice(2) : kinds;
  return el(
    "div",
    { class: "hv-save", role: "group", "aria-label": "Save", "data-skip": "" },
    note,
    ...wanted.map(([ending, text, title]) =>
      el("button", {
        type: "button",
        text,
        title,
        "aria-label": `${title}: ${panel.about.title}`,
        onclick: () => act(ending),
      }),
    ),
  );
}
