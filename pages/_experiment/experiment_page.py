"""What a page that shows one experiment declares beyond its title."""

from __future__ import annotations

from dataclasses import dataclass

from .._shared.page import Page


@dataclass(frozen=True, kw_only=True)
class ExperimentPage(Page):
    """A page on one experiment; one that declares panels and no more is a page already."""

    content: str = "pages._experiment.page:experiment"
    view: str = "pages._experiment.live:show"
    """``module:function`` that draws everything under the heading, given the record and this."""
    panels: tuple[str, ...] = ()
    """Panels of the lockstep view, from top to bottom."""
    below: tuple[str, ...] = ("sections", "downloads")
    """What follows the view, by its name in `below_the_view.PARTS`."""
    sets_up: bool = False
    """Experiments are set up here: the link holds their settings, and points can be painted."""
