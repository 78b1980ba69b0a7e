"""Evidence: the results of studies, each difference with its interval and the run behind it."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="evidence",
    title="Evidence",
    icon="balance",
    content="pages._evidence.page:evidence",
    lead="One run shows what a method does; a study shows whether it does it again. Here are the "
    "differences over many data sets and seeds, and behind each point the experiment it comes "
    "from.",
    terms=("balanced accuracy", "recall", "Bayes rule"),
)

if __name__ == "__main__":
    draw(PAGE)
