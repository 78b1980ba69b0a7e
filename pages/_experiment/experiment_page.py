"""What a view of one experiment declares beyond its title."""

from __future__ import annotations

from dataclasses import dataclass

from .._shared.page import Page


@dataclass(frozen=True, kw_only=True)
class ExperimentPage(Page):
    """A view of one experiment, with a tab."""

    stays: bool = True
    view: str = "pages._experiment.live:show"
    """``module:function`` that draws everything under the heading, called as `live.show` is."""
    example: str = ""
    """``module:function`` that shows a recorded experiment where no panel does: called with this
    declaration and the settings, it returns whether it has one of their data."""
    panels: tuple[str, ...] = ()
    """Panels of the lockstep view, from top to bottom."""
    below: tuple[str, ...] = ()
    """What follows the view, by its name in `below_the_view.PARTS`."""
    sets_up: bool = False
    """The link holds the settings too, and points can be painted."""
