// A picture in words, for those who do not see it.

/**
 * Say what `picture` shows: `words()` of the epoch at rest; while it plays, whose picture it is, as
 * more would be out of date before it is read.
 */
export function describe(picture, player, name, words) {
  const text = player.playing ? `${name}, playing` : words();
  if (picture.getAttribute("aria-label") !== text) picture.setAttribute("aria-label", text);
}
