"""The pages about an experiment that `app.py` lists, as their files declare them."""

from __future__ import annotations

import ast
from pathlib import Path

from pages._experiment.experiment_page import ExperimentPage
from pages._shared.page import load

APP = Path(__file__).parents[2] / "app.py"


def experiment_pages() -> tuple[ExperimentPage, ...]:
    """Every `ExperimentPage` of the app, in the order of its navigation."""
    declared = [load(f"pages.{name}:PAGE") for name in listed_pages()]
    return tuple(page for page in declared if isinstance(page, ExperimentPage))


def listed_pages() -> tuple[str, ...]:
    """``PAGES`` of `app.py`, read without running the app."""
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(APP.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
    return tuple(names)
