"""A folder that is written beside its place and then moved there as a whole.

`MARK` lists the files that were written, so that a later site replaces them and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from ...errors import RunError

MARK = "harmony-site.json"
MADE_BY = "harmony export --site"
CHOOSE = "Name an empty or a new folder, or one that this command has written."


def check_folder(folder: Path) -> tuple[str, ...]:
    """The files that an earlier site has in ``folder``; `RunError` if it is something else."""
    if not folder.exists():
        return ()
    if not folder.is_dir():
        raise RunError(f"Expected a folder for the site, but got the file {folder}. {CHOOSE}")
    if not any(folder.iterdir()):
        return ()
    try:
        mark = json.loads((folder / MARK).read_text("utf-8"))
        files = mark["files"]
        if mark["made_by"] != MADE_BY or not all(isinstance(name, str) for name in files):
            raise ValueError(MARK)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"Expected an empty folder or an earlier site, but {folder} holds other files. {CHOOSE}"
        ) from error
    return tuple(files)


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write ``contents``, by their relative names, as ``folder``.

    Files of an earlier site that are not among them disappear, any others are kept. After an error
    ``folder`` is as it was.
    """
    folder = folder.resolve()
    earlier = check_folder(folder)
    temporary = folder.parent / f".{folder.name}.{uuid4().hex[:8]}.tmp"
    old = temporary.with_suffix(".old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        mark = {"made_by": MADE_BY, "files": [*sorted(contents), MARK]}
        (temporary / MARK).write_text(json.dumps(mark, indent=1) + "\n", "utf-8")
        if folder.exists():
            _keep_others(folder, temporary, {*earlier, MARK})
            os.replace(folder, old)
        os.replace(temporary, folder)
    except OSError as error:
        raise RunError(
            f"Expected to write the site into {folder}, but got: {error.strerror or error}. "
            "Free some space or choose another folder."
        ) from error
    finally:
        if old.exists() and not folder.exists():
            os.replace(old, folder)
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _keep_others(folder: Path, new: Path, earlier: set[str]) -> None:
    """Copy what is not of the earlier site into the new one, which has no file of that name."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        target = new / name
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                target.mkdir(parents=True, exist_ok=True)
            continue
        if name in earlier:
            continue
        if target.exists():
            raise RunError(
                f"Expected {path} to be a file of the site, but it was added by hand. Move it away."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
