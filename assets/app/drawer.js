// On a phone the sidebar lies over the page: it closes when a page has been chosen in it.
const NARROW = "(max-width: 768px)";
const LINK = "[data-testid=stSidebarNavLink]";
const CLOSE = "[data-testid=stSidebarCollapseButton] button";

if (!window.harmonyDrawer) {
  window.harmonyDrawer = true; // this script runs again with every session of the page
  document.addEventListener("click", ({ target }) => {
    if (target.closest(LINK) && matchMedia(NARROW).matches) document.querySelector(CLOSE)?.click();
  });
}
