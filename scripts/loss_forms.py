"""Write the table of docs/losses.md that says what each loss takes, from the registry.

python scripts/loss_forms.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

DOCUMENT = ROOT / "docs" / "losses.md"
BEGIN, END = "<!-- forms: begin -->", "<!-- forms: end -->"
HEADER = "| Loss | Last layer | Called as | Soft targets, label smoothing | One binary logit |"


def table() -> str:
    """The rows, one for each loss."""
    from harmony_core.losses import LOSSES, build_loss

    lines = [HEADER, "|---|---|---|---|---|"]
    for name, spec in LOSSES.items():
        loss = build_loss(name, [2, 1])
        cosine = loss.head == "cosine"
        call = "`loss(z, y, features)`" if spec.needs_features else "`loss(z, y)`"
        soft = "refused" if loss.refuses_soft else "yes"
        margins = [p.name for p in spec.parameters if p.name == "margin" and not p.default]
        if margins and not loss.refuses_soft:
            soft = "yes, with `margin` 0"
        head = "`CosineClassifier`" if cosine else "any"
        lines.append(f"| {name} | {head} | {call} | {soft} | {'refused' if cosine else 'yes'} |")
    return "\n".join(lines)


def written(text: str) -> str:
    """The document with the table as it is now."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8")), "utf-8")
