// The panels of the view: one file per panel in this folder, and one line here.
//
// A panel imports from draw/, data/ and controls/, never from another panel. The name by which it
// is exported here is the name a page asks for; `harmony_core/viewer/panels.py` reads its `parts`
// from the build. Its file exports by default
//
//   title      what the panel shows, one line
//   caption    how to read it, a list of sentences; may be left out if the panel writes its own
//   parts      what a payload has to hold for it, names of PARTS in viewer/panels.py; a panel
//              without `parts` cannot be asked for by name, the view itself adds it; `parts: []`
//              is right for one that draws only recall, mean weight and mean g of the classes
//   needs      arrays of a frame without which it is left out, by their names in viewer/payload.py
//   suits      (store) => whether it can draw this data; if not, the panel `instead` is shown
//   beside     the panel that shares its row, if it follows directly
//   main       true for the view's main picture: the card of the selected sample is below it, and
//              hovered samples are drawn over it
//   legend     true if the legend of the classes may be above it
//   scoped     true if it draws single classes: of many, those of `view.scope`
//   twin       false if it needs no table of its numbers
//   create     (view) => the panel
//
// A panel is given the view and reads
//
//   view.store      the frames: `raw`, `value`, `scalar`, `field`, `scene`, `static`, `methods`
//   view.theme      colours and shapes of classes and methods in the current palette
//   view.player     the playhead: `index` of the frame, `epoch`, `playing`; `seek(index)` moves it
//   view.scope      the classes to draw: `shown` by size or as the reader sorts them, `many` if
//                   they are only a part
//   view.selected, view.hovered, view.focus, view.marks, view.live, view.tiles
//
// and changes it by `select(sample)`, `hover(sample, event)`, `setFocus(class)`, `redraw()` and
// `rest()`, when the reader lets go of a playhead that the panel moved. It has
//
//   node            its element, made in the constructor and kept
//   build()         make the content of `node`: at first, and after another run or theme
//   draw(index)     show frame `index`; called up to 60 times a second, so it should change
//                   what is there and create as little as possible
//   extend()        frames were added (optional, and so are all below)
//   rescope()       other classes are to be drawn, see `view.scope`
//   size()          the view has another width
//   rest()          the playhead was let go
//   drawOver()      another sample is hovered; for a `main` panel
//   destroy()       the view ends: stop timers
//   prepare()       draw what is out of sight too, for a file
//   data(index)     {columns, rows} behind the drawing, for CSV and the table
//   twinData(index) the same for the table alone, if that shows something else
//   raster          true if it draws on canvases, which a saved SVG holds as pictures
//
// and the view gives it `kind` (its name), `heading`, `caption` (elements, to rewrite in `build`)
// and `twin`. It may keep what the reader chose in it, and caches that `build` clears. It touches
// no element outside `node`, and nothing of it outlives the view. Its styles, if it has any, are a
// file in css/ with an `@import` in css/index.css.

export { default as plane } from "./plane.js";
export { default as confusion } from "./confusion.js";
export { default as mistakes } from "./mistakes.js";
export { default as curves } from "./curves.js";
export { default as bars } from "./bars.js";
export { default as table } from "./table.js";
export { default as density } from "./density.js";
export { default as heat } from "./heat.js";
export { default as weights } from "./weights.js";
export { default as spread } from "./spread.js";
export { default as effective } from "./effective.js";
export { default as trajectories } from "./trajectories.js";
export { default as gallery } from "./gallery.js";
export { default as paint } from "./paint.js";
