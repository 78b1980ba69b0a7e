"""The extras of the package: what each installs, and an error that names the missing one.

``pip install harmony`` brings what the losses need. Everything else is imported where it is used;
`explain_missing_packages`, called when `harmony_core` is imported, makes such an import say which
extra to install. Only imports by this package are explained; for other code that looks for a
missing package nothing changes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path
from types import FrameType, ModuleType

from .errors import MissingExtraError

PACKAGE = __name__.partition(".")[0]
ANALYSIS = ("torchvision", "scipy", "sklearn", "plotly", "PIL", "filelock", "yaml")
STUDY = (*ANALYSIS, "tqdm")
INSPECT = (
    *ANALYSIS, "pyarrow", "openpyxl", "clevercsv", "charset_normalizer", "cleanlab", "defusedxml",
)  # fmt: skip
EMBEDDING = (*ANALYSIS, "umap")
APP = ("streamlit", "segno", "prometheus_client", "latex2mathml")
EXTRAS = {
    "study": STUDY,
    "inspect": INSPECT,
    "embedding": EMBEDDING,
    "app": tuple(dict.fromkeys([*STUDY, *INSPECT, *EMBEDDING, *APP])),
    "cluster": ("distributed",),
    "heic": ("pi_heif",),
    "login": ("authlib", "httpx"),
    "resample": ("imblearn",),
}
"""Each extra but ``all`` and ``dev``, and the packages that it brings, by their import names."""
SUGGESTED = {
    "inspection": "inspect",
    "readers": "inspect",
    "analysis.embedding": "embedding",
    "plots.embedding": "embedding",
    "runs.embedding": "embedding",
    "lessons": "app",
}
"""The extra that a part of this package names if several bring a missing package."""
IN_CHECKOUT = (Path(__file__).parents[1] / "pyproject.toml").is_file()
IMPORTING = (__name__, "importlib", "importlib._bootstrap", "_frozen_importlib")
"""On the stack between an import statement and `_Explaining`; a mere `find_spec` has others."""


def require(extra: str) -> None:
    """Raise `MissingExtraError` unless every package of the extra is there; imports none."""
    for name in EXTRAS[extra]:
        if find_spec(name) is None:
            raise missing(name, extra)


def extra_of(package: str, *modules: str) -> str | None:
    """The extra to install for a missing package; None if none brings it.

    ``modules`` are those of `harmony_core` on the stack, the importing one first. If several extras
    bring the package, they decide which is named.
    """
    bringing = [extra for extra, packages in EXTRAS.items() if package in packages]
    for module in modules:
        for part, extra in SUGGESTED.items():
            if extra in bringing and f"{module}.".startswith(f"{PACKAGE}.{part}."):
                return extra
    return bringing[0] if bringing else None


def missing(package: str, extra: str) -> MissingExtraError:
    """The error that says what to install."""
    return MissingExtraError(
        f"Expected the package {package}, but it is not installed. "
        f"Install it {how_to_install(extra)}",
        name=package,
    )


def how_to_install(extra: str) -> str:
    """The end of a sentence: the command that installs an extra.

    An installed package is named. A checkout is not: an index has another project of that name.
    """
    if IN_CHECKOUT:
        return f'in the folder of Harmony with: pip install ".[{extra}]"'
    return f'with: pip install "harmony[{extra}]"'


class _Explaining(MetaPathFinder):
    """The last finder, asked for modules that no other has found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        """Raise `MissingExtraError` if this package imports what an extra brings."""
        if path is None:
            modules = [name for name in _callers() if name not in IMPORTING]
            if _is_own(modules[0]):
                extra = extra_of(fullname, *filter(_is_own, modules))
                if extra is not None:
                    raise missing(fullname, extra)


def _callers() -> Iterator[str]:
    """The modules whose code runs now, the innermost first."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == PACKAGE


def explain_missing_packages() -> None:
    """Let an import of a missing package by `harmony_core` name the extra; once is enough."""
    if not any(isinstance(finder, _Explaining) for finder in sys.meta_path):
        sys.meta_path.append(_Explaining())
