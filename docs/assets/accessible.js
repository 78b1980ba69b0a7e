// What the theme's markup lacks for assistive technology: names, and tables that keys can scroll.
const repair = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const [i, tools] of document.querySelectorAll(".md-code__nav").entries()) {
    tools.setAttribute("aria-label", `Code block ${i + 1}`);
    tools.querySelector("button")?.setAttribute("aria-label", `Copy code block ${i + 1}`);
  }
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wide.toggleAttribute("tabindex", false);
    if (wide.scrollWidth > wide.clientWidth) wide.setAttribute("tabindex", "0");
  }
};

repair();
addEventListener("load", repair);
addEventListener("resize", repair);
new MutationObserver(repair).observe(document.querySelector(".md-content"), {
  childList: true,
  subtree: true,
});
