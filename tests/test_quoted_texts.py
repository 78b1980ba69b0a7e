"""Pages quote texts of users before these become Markdown or HTML.

What the rule sees: arguments of Streamlit's calls that are read as Markdown or HTML, and in them
names, attributes and calls that are known to hold texts of users, in f-strings and sums too. A
variable is what its function assigned to it. What it does not see: what another function returns,
texts under other names, and attributes of HTML. `tests/app/test_injections.py` looks at the pages.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]
MARKDOWN = set(
    """markdown caption info warning error success toast title header subheader write button
    checkbox toggle radio selectbox multiselect slider select_slider number_input text_input
    text_area file_uploader popover expander tabs metric progress status spinner page_link
    link_button download_button segmented_control pills form_submit_button image""".split()  # noqa: SIM905
)
"""Methods of Streamlit whose first argument, or one of `ALSO`, is Markdown."""
ALSO = {"help", "label", "body", "text", "caption", "captions"}
MARKED_OPTIONS = {"segmented_control", "pills", "radio", "select_slider"}
"""Their options are Markdown too; those of select boxes are plain text."""
QUOTES = {"markdown": {"literal", "spoken", "code"}, "html": {"escape"}}
TEXTS = re.compile(
    r"(class_)?names?|labels?|run_title|short_title|method_labels?|columns?|splits|reason|announcement"
    r"|note|error|message|problem|problems|warning"
)
HOLDERS = re.compile(
    r"(record|scene|landmarks|panel|theirs|ours|method|curve|contents|flagged|file|labels|path|study"
    r"|maps|summary|status)\.(title|label|labels|name|names|class_names|reason|form|error|note"
    r"|message|baseline|splits)"
)
"""The last two parts of an attribute that holds such a text."""
CARRIERS = set(
    """str join strip lstrip rstrip lower upper replace sorted list tuple zip enumerate run_title
    short_title method_labels method_label announcement listing listed quoted literal spoken
    code escape""".split()  # noqa: SIM905
)
"""Calls whose result holds what they are given; of others nothing is known."""
EXEMPT = {
    "pages/_arena/controls.py": {"label"},  # of a parameter
    "pages/_evidence/chosen.py": {"label"},
    "pages/_experiment/downloads.py": {"label"},
    "pages/_experiment/microscope.py": {"name"},  # of a term
    "pages/_home/page.py": {"label"},
    "pages/_inspect/downloads.py": {"label"},
    "pages/_learn/predict.py": {"name"},  # of an end of a line
    "pages/_teach/page.py": {"name"},  # of a part of the notes
    "pages/_teach/printing.py": {"label"},
}
"""Texts of the app itself under such a name."""


def held(node: ast.AST, quotes: set[str], known: dict[str, bool]) -> Iterator[str]:
    """Texts of users that an expression holds unquoted."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in quotes or called not in CARRIERS:
            return
        if TEXTS.fullmatch(called):
            yield f"{called}()"
            return
        parts = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
    elif isinstance(node, ast.Name):
        if known.get(node.id, bool(TEXTS.fullmatch(node.id))):
            yield node.id
        return
    elif isinstance(node, ast.Attribute):
        if HOLDERS.fullmatch(".".join(ast.unparse(node).split(".")[-2:])):
            yield ast.unparse(node)
        return
    elif isinstance(node, ast.FormattedValue):
        number = node.format_spec is not None and re.search(
            r"[,.dgfe%]", ast.unparse(node.format_spec)
        )
        parts = [] if number else [node.value]
    elif isinstance(node, ast.Subscript):
        parts = [node.value]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Lambda):
        parts = [node.body]
    elif isinstance(node, ast.ListComp | ast.GeneratorExp):
        parts = [node.elt]
    elif isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.BoolOp | ast.Starred):
        parts = list(ast.iter_child_nodes(node))
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    else:
        parts = []
    for part in parts:
        yield from held(part, quotes, known)


def assigned(function: ast.AST, quotes: set[str]) -> dict[str, bool]:
    """Whether the variables of a function hold unquoted texts, by what is assigned to them."""
    known: dict[str, bool] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AugAssign) and not isinstance(
            node.value, ast.Constant
        ):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (t.id for t in targets if isinstance(t, ast.Name)):
                others = {k: v for k, v in known.items() if k != name}
                found = any(held(node.value, quotes, others))
                known[name] = known.get(name, False) or found
    return known


def unquoted(tree: ast.AST) -> list[str]:
    """Texts of users in what Streamlit reads as Markdown or HTML."""
    found: dict[tuple[int, int, str], str] = {}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {node for function in functions for node in ast.walk(function)}
    for function in [tree, *functions]:
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or (function is tree and node in inside):
                continue
            method = getattr(node.func, "attr", "")
            if method != "html" and method not in MARKDOWN:
                continue
            quotes = QUOTES["html" if method == "html" else "markdown"]
            known = assigned(function, quotes)
            shown = [] if method == "image" else node.args[:1]
            shown += [k.value for k in node.keywords if k.arg in ALSO]
            if method in MARKED_OPTIONS:
                formats = [k.value for k in node.keywords if k.arg == "format_func"]
                shown += formats or node.args[1:2]
            for text in (text for part in shown for text in held(part, quotes, known)):
                found[node.lineno, node.col_offset, text] = f"{method}: {text}"
    return list(found.values())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages_quote_texts_of_users(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    found = unquoted(ast.parse(path.read_text("utf-8")))
    assert {text.partition(": ")[2] for text in found} == EXEMPT.get(name, set()), found


@pytest.mark.parametrize(
    "code",
    [
        "st.caption(label)",
        "st.markdown(f'**{run_title(record)}**')",
        "st.title(record.title)",
        "st.info('Classes: ' + ', '.join(scene.class_names))",
        "row.button(f'Delete {name}')",
        "st.button('x', help=str(error))",
        "st.tabs([name for name in names])",
        "st.image(pictures, caption=[landmarks.names[i] for i in some])",
        "st.pills('Methods', every, format_func=lambda m: labels[m])",
        "def f(record):\n  said = f'{record.title} is done'\n  st.caption(said)",
        "st.html(f'<b>{literal(name)}</b>')",
    ],
)
def test_the_rule_sees_a_breach(code: str) -> None:
    assert unquoted(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "st.caption(literal(label))",
        "st.markdown(f'**{literal(run_title(record))}**')",
        "st.error(spoken(str(error)))",
        "st.caption(f'{len(names):,} classes')",
        "st.selectbox('Class', names)",
        "st.text_input('Title', value=title)",
        "def f(record):\n  title = literal(record.title)\n  st.caption(f'{title}, done')",
        "st.html(f'<b>{html.escape(name)}</b>')",
    ],
)
def test_the_rule_lets_the_right_way_pass(code: str) -> None:
    assert not unquoted(ast.parse(code))
