"""Inspect your data: how long the tail is, whether rare means noisy, what is worth trying."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="inspect_data",
    title="Inspect your data",
    icon="troubleshoot",
    content="pages._inspect.page:inspect_data",
    lead="Upload a file. Within seconds you see how long its tail is and whether its rare classes "
    "have more wrong labels. A pilot, a short trial of several methods on your data, then says "
    "which one is worth using, if any.",
)

if __name__ == "__main__":
    draw(PAGE)
