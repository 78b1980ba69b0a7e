"""The rules of the code's layout, checked on the syntax tree of every file.

Imports point down only; nothing a page imports at start imports torch; randomness and files are
handled safely. Each rule is also shown code that breaks it, so that one that is blind is noticed.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = "harmony_core"
BASE = """errors parameters arrays cells config config_format files frames processes csv_cells
    extras quotas top_logits printable quiet_logs scratch command_name"""
# From the bottom up: a package imports itself and lower layers; the lowest, its own layer too.
LAYERS: tuple[tuple[str, ...], ...] = (
    tuple(BASE.split()),
    ("readers", "text_table", "heads"),
    ("losses", "data", "models", "posthoc", "counting"),
    ("experiments",),
    ("explain", "analysis"),
    ("training",),
    ("runs", "plots"),
    ("viewer",),
    ("inspection", "recording"),
    ("lessons", "studies"),
    ("serving",),
    ("export", "bench"),
    ("cli",),
    ("__main__",),
    ("pages._shared",),
    ("pages._server",),
    ("pages._session",),
    ("pages._experiment", "pages._account"),
    ("pages._home", "pages._arena", "pages._embedding", "pages._inspect", "pages._learn"),
    ("pages._evidence", "pages._teach", "pages._compare", "pages._admin"),
    ("pages",),
)
LEVEL = {package: level for level, packages in enumerate(LAYERS) for package in packages}

HEAVY = {"torch", "torchvision", "umap", "sklearn", "numba", "pynndescent"}
LIGHT_NAMES = (
    "errors parameters arrays config frames losses losses.registry data data.registry models "
    "models.registry posthoc posthoc.registry analysis.accuracy analysis.summary analysis.seeds cli"
)
LIGHT = {CORE} | {f"{CORE}.{name}" for name in LIGHT_NAMES.split()}
LIGHT_PACKAGES = "counting experiments explain runs plots viewer export lessons studies serving"
SCRIPTS = (".py", ".js", ".css")
MAX_LINES = 400


def files(*folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[Path]:
    """The files with one of the suffixes under folders of the repository; what is absent is not."""
    found = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in suffixes]
    return sorted(p for p in found if "__pycache__" not in p.parts)


def name_of(path: Path) -> str:
    """The dotted name of a module file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


CORE_FILES = files(CORE)
PAGE_FILES = files("pages") + [p for p in (ROOT / "app.py",) if p.exists()]
OWN = {name_of(path): path for path in CORE_FILES + PAGE_FILES}
PACKAGES = {name.split(".")[1] for name in OWN if name.startswith(f"{CORE}.")}
EVERYWHERE = CORE_FILES + PAGE_FILES + files("tests", "benchmarks", "scripts", "examples")


def label(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def nodes(tree: ast.AST, *, at_import: bool) -> Iterator[ast.AST]:
    """All nodes, or those that run when the module is imported by something that runs."""
    for child in ast.iter_child_nodes(tree):
        if at_import:
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
                for other in child.orelse:
                    yield other
                    yield from nodes(other, at_import=True)
                continue
        yield child
        yield from nodes(child, at_import=at_import)


def imports(
    tree: ast.Module, module: str, *, package: bool = False, at_import: bool = False
) -> set[str]:
    """The dotted names of what is imported; ``from a import b`` gives ``a.b``."""
    found: set[str] = set()
    for node in nodes(tree, at_import=at_import):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                above = module.split(".")
                kept = above[: len(above) - node.level + package]
                origin = ".".join([*kept, origin] if origin else kept)
            found |= {f"{origin}.{alias.name}" for alias in node.names}
    return found


def imports_of(path: Path, *, at_import: bool = False) -> set[str]:
    package = path.name == "__init__.py"
    return imports(parse(path), name_of(path), package=package, at_import=at_import)


MODULE_TEXT = re.compile(rf"((?:{CORE}|pages)(?:\.\w+)+)(?::(\w+))?")
NAMED_FROM_BELOW = {("losses", "explain")}
"""A loss names its explanation, which only `explain` itself ever imports by that name."""


def named_in_text(tree: ast.Module) -> set[str]:
    """The modules that texts name, to be imported when they are used: ``package.module:name``."""
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    found = [MODULE_TEXT.fullmatch(text) for text in texts if isinstance(text, str)]
    return {f"{m[1]}.{m[2]}" if m[2] else m[1] for m in found if m and (m[2] or m[1] in OWN)}


def package_of(module: str) -> str | None:
    """The layered package of a dotted name; ``harmony_core`` itself is in no layer."""
    first, *rest = module.split(".")
    if first in ("pages", "app"):
        return f"pages.{rest[0]}" if rest and rest[0].startswith("_") else "pages"
    return rest[0] if first == CORE and rest and rest[0] in PACKAGES else None


def upward(package: str, imported: set[str]) -> list[str]:
    """The imports that do not point down from ``package``."""
    wrong = []
    for name in sorted(imported):
        target = package_of(name)
        if target is None or target == package:
            continue
        if LEVEL[target] > LEVEL[package] or (LEVEL[target] == LEVEL[package] > 0):
            wrong.append(name)
    return wrong


def test_every_package_has_a_layer() -> None:
    missing = (PACKAGES | {package_of(name_of(path)) for path in PAGE_FILES}) - set(LEVEL)
    assert not missing, f"Give {sorted(missing)} a place in LAYERS."


@pytest.mark.parametrize("path", CORE_FILES + PAGE_FILES, ids=label)
def test_imports_point_down(path: Path) -> None:
    package = package_of(name_of(path))
    if package is not None:
        named = named_in_text(parse(path))
        named = {name for name in named if (package, package_of(name)) not in NAMED_FROM_BELOW}
        assert not upward(package, imports_of(path) | named)


def test_what_a_text_names_is_there() -> None:
    named = {name for path in CORE_FILES + PAGE_FILES for name in named_in_text(parse(path))}
    assert len(named) > 15
    for name in sorted(named - set(OWN)):
        module, _, attribute = name.rpartition(".")
        defined = {getattr(node, "name", "") for node in parse(OWN[module]).body}
        assert attribute in defined, name


def test_shared_parts_of_pages_remember_nothing_about_a_visit() -> None:
    shared = [path for path in PAGE_FILES if path.parent.name == "_shared"]
    keeping = {path.name for path in shared if "session_state" in path.read_text("utf-8")}
    assert keeping == {"widgets.py"}  # which sets a widget and keeps nothing else


@pytest.mark.parametrize("path", CORE_FILES, ids=label)
def test_the_core_knows_no_streamlit(path: Path) -> None:
    assert not [name for name in imports_of(path) if name.split(".")[0] == "streamlit"]


def reached(start: str) -> dict[str, str]:
    """Heavy packages that importing ``start`` imports, each with the module that does it."""
    heavy: dict[str, str] = {}
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        module = waiting.pop()
        parts = module.split(".")
        for known in (".".join(parts[: i + 1]) for i in range(len(parts))):
            if known not in OWN or known in seen:
                continue
            seen.add(known)
            for name in imports_of(OWN[known], at_import=True):
                top = name.split(".")[0]
                if top in HEAVY:
                    heavy[top] = known
                waiting.append(name)
    return heavy


LIGHT_MODULES = [
    name
    for name in OWN
    if name in LIGHT
    or package_of(name) in LIGHT_PACKAGES.split()
    or (package_of(name) or "").startswith("pages")
]


@pytest.mark.parametrize("module", LIGHT_MODULES)
def test_light_modules_import_nothing_heavy(module: str) -> None:
    assert not reached(module)


def test_light_modules_load_nothing_heavy() -> None:
    core = [name for name in LIGHT_MODULES if name.startswith(CORE)]
    code = (
        f"import importlib, sys\nfor name in {core}: importlib.import_module(name)\n"
        f"print(*sorted({HEAVY} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


@pytest.mark.parametrize("path", PAGE_FILES, ids=label)
def test_no_page_hides_a_standard_module(path: Path) -> None:
    assert path.name == "__init__.py" or path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", EVERYWHERE + files("assets", suffixes=SCRIPTS[1:]), ids=label)
def test_files_stay_small_and_named_for_an_idea(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_LINES
    assert path.stem not in ("utils", "util", "helpers", "misc", "common")


def qualified(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Each use of an imported name with the dotted name it stands for, `np.x` as `numpy.x`."""
    alias: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                top = a.name.split(".")[0]
                alias[a.asname or top] = a.name if a.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            alias |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in ast.walk(tree):
        chain: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and isinstance(node, ast.expr) and inner.id in alias:
            yield node, ".".join([alias[inner.id], *chain])


GLOBAL_SEEDS = {
    "torch.manual_seed", "torch.seed", "torch.random.manual_seed", "torch.set_rng_state",
    "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "numpy.random.seed",
    "numpy.random.set_state", "random.seed", "random.setstate",
}  # fmt: skip
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def global_seeds(tree: ast.Module) -> list[str]:
    """Uses of a seed that the whole process shares."""
    return [name for _, name in qualified(tree) if name in GLOBAL_SEEDS]


def unpickling(tree: ast.Module) -> list[str]:
    """Ways to run code out of a file: pickle and its kin, and loaders that fall back to it."""
    found = [name for name in imports(tree, "") if name.split(".")[0] in UNPICKLERS]
    names = {id(node): name for node, name in qualified(tree)}
    for call in calls(tree):
        given = {word.arg: getattr(word.value, "value", None) for word in call.keywords}
        name = names.get(id(call.func), "")
        if given.get("allow_pickle", False) is not False:
            found.append(f"{name}(allow_pickle)")
        if name == "torch.load" and given.get("weights_only") is not True:
            found.append("torch.load without weights_only=True")
        if name in ("pandas.read_pickle", "torch.package.PackageImporter"):
            found.append(name)
    return found


def host_reads(tree: ast.Module) -> list[str]:
    """Calls that wait for the device and copy from it, where a step could reach them.

    What ``__init__`` does, itself or in functions of the file that only it calls, happens once.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    setup = [f for f in functions if f.name == "__init__"]
    called = Counter(map(callee, calls(tree)))
    called_once = Counter(callee(call) for f in setup for call in calls(f))
    setup += [f for f in functions if called_once[f.name] == called[f.name] > 0]
    exempt = {id(call) for f in setup for call in calls(f)}
    reads = ("item", "cpu", "numpy", "tolist", "synchronize")
    steps = [call for call in calls(tree) if id(call) not in exempt]
    return [ast.unparse(call) for call in steps if callee(call) in reads]


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def callee(call: ast.Call) -> str:
    """The last part of the name that is called."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


@pytest.mark.parametrize("path", EVERYWHERE, ids=label)
def test_no_seed_is_global(path: Path) -> None:
    assert not global_seeds(parse(path))


@pytest.mark.parametrize("path", CORE_FILES + PAGE_FILES, ids=label)
def test_nothing_is_unpickled(path: Path) -> None:
    assert not unpickling(parse(path))


@pytest.mark.parametrize("path", files(f"{CORE}/losses"), ids=label)
def test_losses_do_not_wait_for_the_device(path: Path) -> None:
    assert not host_reads(parse(path))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (global_seeds, "import torch\ntorch.manual_seed(0)"),
        (global_seeds, "import torch as t\ndef f():\n    t.cuda.manual_seed_all(0)"),
        (global_seeds, "import numpy as np\nnp.random.seed(0)"),
        (global_seeds, "from numpy import random as r\nr.seed(0)"),
        (global_seeds, "from random import seed\nseed(0)"),
        (unpickling, "import pickle"),
        (unpickling, "def f():\n    from joblib import load"),
        (unpickling, "import numpy as np\nnp.load(p, allow_pickle=True)"),
        (unpickling, "import numpy as np\nnp.load(p, allow_pickle=flag)"),
        (unpickling, "import torch\ntorch.load(p)"),
        (unpickling, "from torch import load as get\nget(p, weights_only=False)"),
        (host_reads, "x.sum().item()"),
        (host_reads, "y = (x + 1).cpu()"),
        (host_reads, "class A:\n    def __init__(s): f()\n    def g(s): f()\ndef f(): x.cpu()"),
    ],
)
def test_a_rule_sees_its_breach(rule: Callable[[ast.Module], list[str]], code: str) -> None:
    assert rule(ast.parse(code))


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (global_seeds, "import torch\ng = torch.Generator()\ng.manual_seed(0)"),
        (global_seeds, "import random\nrandom.Random(0).random()"),
        (unpickling, "import torch\ntorch.load(p, weights_only=True)"),
        (unpickling, "import numpy as np\nnp.load(p, allow_pickle=False)"),
        (host_reads, "x.to(y.device)"),
        (host_reads, "class A:\n    def __init__(s): f()\ndef f(): x.cpu()"),
    ],
)
def test_a_rule_lets_the_right_way_pass(rule: Callable[[ast.Module], list[str]], code: str) -> None:
    assert not rule(ast.parse(code))


def test_the_import_rules_see_a_breach() -> None:
    tree = ast.parse("from ..runs import store\nfrom .. import config\nimport streamlit.web")
    found = imports(tree, f"{CORE}.losses.focal")
    assert found == {f"{CORE}.runs.store", f"{CORE}.config", "streamlit.web"}
    nested = ast.parse("from . import base", "x")
    assert imports(nested, f"{CORE}.losses", package=True) == {f"{CORE}.losses.base"}
    if {"runs", "losses", "data"} <= PACKAGES:
        assert upward("losses", {f"{CORE}.runs.store"})
        assert upward("losses", {f"{CORE}.data.dataset"})
        assert not upward("runs", {f"{CORE}.losses.base", f"{CORE}.runs.jobs"})


def test_a_module_named_in_a_text_counts_as_imported() -> None:
    spec = ast.parse(f'Spec(factory="{CORE}.inspection.analyse:inspect_file", name="a:b")')
    assert named_in_text(spec) == {f"{CORE}.inspection.analyse.inspect_file"}
    assert upward("data", named_in_text(spec))
    command = ast.parse(f'run("-m", "{CORE}.cli", "{CORE}.not_there")')
    assert named_in_text(command) == {f"{CORE}.cli"}


def test_only_imports_that_run_at_import_count_as_heavy() -> None:
    code = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\n"
        "def f():\n    import umap\nclass A:\n    import sklearn\ntry:\n    import numba\n"
        "except ImportError:\n    pass"
    )
    assert imports(ast.parse(code), "x", at_import=True) & HEAVY == {"sklearn", "numba"}
