"""Where the file of a setting's data is: a study names it, the command line says where it lies.

--source abalone=tables/abalone.csv     one source
--sources tables                        any: tables/NAME, or tables/NAME with an ending
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..data import DATASETS
from ..errors import ConfigError
from .plan import Setting, Study


def source_parameter(data: str) -> str | None:
    """The parameter of a data set that names a file, or None."""
    for parameter in DATASETS[data].parameters:
        if parameter.default == "" and not (parameter.choices or parameter.pattern):
            return parameter.name
    return None


def find_sources(
    study: Study, pairs: Sequence[str], folder: str | None, known: Mapping[str, str]
) -> dict[str, str]:
    """The absolute path of each source that is given now, or was before (``known``).

    ``pairs`` are texts NAME=PATH, ``folder`` holds files of the sources' names. An unknown name and
    a path that does not exist raise `ConfigError`.
    """
    names = sorted({setting.source for setting in study.settings if setting.source})
    found = {name: path for name, path in known.items() if name in names and Path(path).exists()}
    if folder is not None:
        if not Path(folder).is_dir():
            raise ConfigError(f"Expected --sources to be a folder, but got {folder!r}.")
        for name in names:
            if (path := _in_folder(Path(folder), name)) is not None:
                found[name] = str(path.resolve())
    for pair in pairs:
        name, _, text = pair.partition("=")
        if name not in names or not text:
            raise ConfigError(
                f"Expected --source NAME=PATH with a name that the study has "
                f"({', '.join(names) or 'none'}), but got {pair!r}."
            )
        if not Path(text).exists():
            raise ConfigError(f"Expected a file or folder for source {name!r}, but got {text!r}.")
        found[name] = str(Path(text).resolve())
    return found


def check_sources(settings: Sequence[Setting], sources: Mapping[str, str], get: str) -> None:
    """Raise `ConfigError` if the data of a setting can come only from a file and none is given."""
    lacking = sorted(
        {
            setting.source or setting.name
            for setting in settings
            if source_parameter(setting.config.data.name) == "source"
            and not setting.config.data.params.get("source")
            and setting.source not in sources
        }
    )
    if lacking:
        raise ConfigError(
            f"Expected a file for {', '.join(lacking)}, but got none. "
            f"{f'{get} Then add' if get else 'Add'} --sources FOLDER, or --source NAME=PATH for "
            "each."
        )


def _in_folder(folder: Path, name: str) -> Path | None:
    """The entry of that name, with or without an ending; the first of several."""
    matches = [p for p in sorted(folder.iterdir()) if p.name == name or p.stem == name]
    return matches[0] if matches else None
