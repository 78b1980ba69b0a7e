// What the bundle offers: the view, Streamlit's component around it, and functions without state.
export { default as component } from "./adapter.js";
export { toCsv } from "./controls/save_buttons.js";
export { rebin } from "./data/regions.js";
export { unpackPage, unpackWire } from "./data/store.js";
export { tickTexts } from "./draw/axis.js";
export { drawSvg } from "./draw/figure.js";
export { mount } from "./view.js";
