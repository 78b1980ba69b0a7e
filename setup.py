"""Puts the app into the wheel, inside the package, where `harmony app` finds it."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
APP = ("app.py", "pages", "assets", ".streamlit/config.toml")
INSIDE = Path("harmony_core", "_app")
"""The folder of the app in a wheel; a checkout has it at its root."""


class BuildWithApp(build_py):
    """Builds the package, then copies the files of the app into it."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:  # which uses the checkout
            for source in self._app_files():
                target = Path(self.build_lib, INSIDE, source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        app = [] if self.editable_mode else self._app_files()
        return [
            *super().get_outputs(include_bytecode),
            *(str(Path(self.build_lib, INSIDE, source)) for source in app),
        ]

    def _app_files(self) -> list[Path]:
        found = [path for name in APP for path in [ROOT / name, *(ROOT / name).rglob("*")]]
        return [
            path.relative_to(ROOT)
            for path in sorted(found)
            if path.is_file() and "__pycache__" not in path.parts
        ]


setup(cmdclass={"build_py": BuildWithApp})
