// The test images in one cell of a confusion, at the epoch shown.
import { el } from "../draw/dom.js";
import { count, percent, plain } from "../draw/format.js";
import { pixelPicture } from "../draw/pixel_picture.js";

const SIZE = 64;
const MOST = 60;

export class CellGallery {
  constructor(view) {
    this.view = view;
    this.title = el("h4");
    this.said = el("p", { class: "hv-quiet" });
    this.list = el("ul", { class: "hv-cellimages" });
    const close = el("button", { type: "button", text: "Close the images", class: "hv-choice" });
    close.addEventListener("click", () => this.close());
    const attributes = { class: "hv-cellgallery", role: "region", "aria-live": "polite" };
    this.node = el("div", attributes, this.title, this.said, this.list, close);
    this.close();
  }

  close() {
    this.cell = this.drawn = null;
    this.node.hidden = true;
  }

  open(m, row, column) {
    this.cell = { m, row, column };
    this.drawn = null;
    this.node.hidden = false;
    this.draw(this.view.player.index);
    this.node.scrollIntoView({ block: "nearest" });
  }

  /** The recorded test images of the cell's class that the method takes for its column. */
  inside(index) {
    const { m, row, column } = this.cell;
    const { store } = this.view;
    const predicted = store.raw(index, m, "gallery_predicted");
    const targets = store.static.gallery_targets;
    if (!predicted || !targets) return null;
    return [...targets.keys()].filter((i) => targets[i] === row && predicted[i] === column);
  }

  draw(index) {
    if (!this.cell || (this.drawn === index && !this.view.live)) return;
    this.drawn = index;
    const { store } = this.view;
    const { m, row, column } = this.cell;
    const [own, taken] = [store.classes[row], store.classes[column]];
    const what = row === column ? `${own}, recognised` : `${own}, taken for ${taken}`;
    this.title.textContent = `${what} by ${store.methods[m]}, epoch ${store.frames[index].epoch}`;
    this.node.setAttribute("aria-label", `Test images: ${what} by ${store.methods[m]}`);
    const found = this.inside(index);
    this.said.textContent = this.words(index, found);
    this.list.replaceChildren(...(found ?? []).slice(0, MOST).map((i) => this.tile(i, index)));
  }

  words(index, found) {
    const { store } = this.view;
    if (!found) return "No test images were recorded with this experiment. Train it again.";
    const { m, row, column } = this.cell;
    const at = row * store.classes.length + column;
    const share = store.value(index, m, "confusion", at);
    const all = Math.max(found.length, Math.round(share * store.scene.test_counts[row]));
    if (!all) return "No test image is in this cell at this epoch.";
    const some =
      found.length === all
        ? `${all === 1 ? "The one test image" : `All ${count(all)} test images`} of this cell`
        : `${count(found.length)} of ${count(all)} test images of this cell, those recorded`;
    const cut = found.length > MOST ? `; the first ${MOST} are drawn` : "";
    return (
      `${some}${cut}. p is the probability of the true class, g the gradient norm, w the weight ` +
      "that the loss would give the image if it were trained on."
    );
  }

  tile(i, index) {
    const { store } = this.view;
    const { m } = this.cell;
    const value = (name) => store.value(index, m, name, i);
    const p = `${percent(value("gallery_own"), 0)} %`;
    const [g, w] = [plain(value("gallery_grad")), plain(value("gallery_weight"))];
    const picture = pixelPicture(
      store.static.gallery_pictures,
      store.shapes.gallery_pictures,
      i,
      SIZE,
    );
    const name = `Test image ${store.static.gallery_index[i]}: p ${p}, g ${g}, weight ${w}`;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", name);
    const numbers = el("span", { "aria-hidden": "true" }, `p ${p}`, el("br"), `g ${g} · w ${w}`);
    return el("li", { title: name }, picture, numbers);
  }
}
