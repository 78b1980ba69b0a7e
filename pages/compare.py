"""Two experiments side by side: scores, classes, curves on one axis, settings that differ."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="compare",
    title="Two experiments side by side",
    icon="compare_arrows",
    content="pages._compare.page:compare",
    listed=False,
    terms=("balanced accuracy", "recall", "PDC", "AUPRC"),
)

if __name__ == "__main__":
    draw(PAGE)
