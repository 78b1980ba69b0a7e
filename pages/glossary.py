"""The glossary: every term with a sentence, a picture and a source."""

from __future__ import annotations

from pages._shared.page import Page, draw

PAGE = Page(
    name="glossary",
    title="Glossary",
    icon="menu_book",
    content="pages._learn.glossary:glossary_page",
    lead="The words of long-tailed learning: one sentence, one picture and one source for each.",
)

if __name__ == "__main__":
    draw(PAGE)
