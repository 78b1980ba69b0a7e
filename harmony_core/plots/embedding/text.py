"""The words around an embedding: a title for each panel and the caveat under the picture.

Every number in them comes from the picture itself.
"""

from __future__ import annotations

import numpy as np

from ...analysis.accuracy import THIRDS
from ...analysis.embedding.motion import changed
from ...analysis.embedding.result import EmbeddingFrame, Landmarks, Panel, Share
from ..plotly_text import plotly_text


def panel_title(panel: Panel, since: tuple[int, Panel] | None = None) -> str:
    """The method in bold, and below it how far its panel can be trusted.

    ``since``: an earlier epoch and its panel, whose predictions are compared with these.
    """
    shown = panel.fidelity
    lines = [f"<b>{plotly_text(panel.label)}</b>"]
    if shown.agreement:
        lines.append(f"map agrees {shown.agreement['all'].percent()}")
        tail, errors = shown.agreement["tail"], shown.agreement["errors"]
        lines.append(f"in the tail {tail.percent()} · where wrong {errors.percent()}")
    elif panel.notes:
        lines.append(plotly_text(panel.notes[0].split(":")[0]))
    figures = []
    if shown.balanced_accuracy is not None:
        figures.append(f"balanced accuracy {100 * shown.balanced_accuracy:.1f} %")
    if shown.trustworthiness is not None:
        figures.append(f"trust {shown.trustworthiness:.2f}")
    lines.append(" · ".join(figures))
    if shown.silhouette:
        parts = [
            f"{name} {shown.silhouette[name]:.2f}" for name in THIRDS if name in shown.silhouette
        ]
        lines.append("silhouette " + ", ".join(parts))
    if since is not None:
        many = int(changed(since[1], panel).sum())
        lines.append(f"× {many:,} of {len(panel.predicted):,} changed since epoch {since[0]}")
    return "<br>".join(line for line in lines if line)


def short_caption(frame: EmbeddingFrame, landmarks: Landmarks) -> str:
    """What a dot and a colour are, and how far to trust them, in two sentences."""
    shares = [p.fidelity.agreement["all"] for p in frame.panels if p.fidelity.agreement]
    trust = f"Map and network agree on {_span(shares)} of the test samples." if shares else ""
    return (
        f"Each dot is a real sample ({len(landmarks.targets):,}), the colour behind it what the "
        f"network answers around there. {trust}"
    ).strip()


def caption(
    frame: EmbeddingFrame, landmarks: Landmarks, since: EmbeddingFrame | None = None
) -> str:
    """What the picture shows and what it does not, with its own numbers.

    ``since`` is the picture that changed predictions are marked against.
    """
    said = [
        _dots(frame, landmarks),
        _colours(frame),
        _trust(frame.panels, landmarks),
        _pale(frame.panels),
        _changes(frame, since),
        _distances(frame),
        _alignment(frame),
    ]
    said += sorted({note for panel in frame.panels for note in panel.notes})
    return " ".join(sentence for sentence in said if sentence)


def _dots(frame: EmbeddingFrame, landmarks: Landmarks) -> str:
    n, test = len(landmarks.targets), int(landmarks.is_test.sum())
    which = f", {test:,} of them for testing" if 0 < test < n else ""
    if frame.settings.layout == "plane":
        return f"Each dot is a real sample ({n:,}{which}), drawn at its place in the input plane."
    part = frame.settings.mixing
    mixing = (
        f" Their place also follows the network's answer (λ = {part:g}), not the true label."
        if part > 0
        else ""
    )
    return (
        f"Each dot is a real sample ({n:,}{which}); dots close together usually look alike to the "
        f"network.{mixing}"
    )


def _colours(frame: EmbeddingFrame) -> str:
    blank = np.mean([(panel.region_purity == 0).mean() for panel in frame.panels])
    return (
        "A region's colour is what the last layer would predict for an average of the samples "
        "around that place. It is not the decision boundary itself, which runs through all the "
        f"dimensions of the features. {100 * blank:.0f} % of the picture has no sample nearby and "
        "is left without a colour."
    )


def _trust(panels: tuple[Panel, ...], landmarks: Landmarks) -> str:
    shares = [p.fidelity.agreement for p in panels if p.fidelity.agreement]
    if not shares:
        return ""
    which = "test samples" if landmarks.is_test.any() else "samples"
    text = (
        f"Leaving out one of {shares[0]['all'].total:,} {which} at a time, map and network agree "
        f"on {_span([s['all'] for s in shares])} of them"
    )
    tail = [s["tail"] for s in shares if s["tail"].total]
    wrong = [s["errors"] for s in shares if s["errors"].total]
    if tail:
        text += f", on {_span(tail)} in the tail classes"
    if wrong:
        text += f", and on {_span(wrong)} where the network is wrong"
    return text + "."


def _pale(panels: tuple[Panel, ...]) -> str:
    groups = [p.fidelity.agreement for p in panels if p.fidelity.agreement]
    pale = _pooled([g["pale"] for g in groups])
    clear = _pooled([g["clear"] for g in groups])
    if not pale.total:
        return ""
    return f"Pale colour is a guess: there they agree on {100 * pale.rate:.0f} %" + (
        f", against {100 * clear.rate:.0f} % where it is strong." if clear.total else "."
    )


def _changes(frame: EmbeddingFrame, since: EmbeddingFrame | None) -> str:
    if since is None:
        return ""
    counts = [
        int(changed(old, new).sum()) for old, new in zip(since.panels, frame.panels, strict=True)
    ]
    parts = [
        f"{many:,} under {panel.label}" if len(counts) > 1 else f"{many:,}"
        for many, panel in zip(counts, frame.panels, strict=True)
    ]
    each = " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    return (
        f"A cross marks a sample whose predicted class differs from that at epoch {since.epoch}: "
        f"{each}."
    )


def _distances(frame: EmbeddingFrame) -> str:
    if frame.settings.layout == "umap":
        return (
            "The size of an island, its distance from the next and the width of the gap mean "
            "nothing."
        )
    if frame.settings.layout == "pca":
        return "Only the two widest directions are shown; what differs in the others is hidden."
    return ""


def _alignment(frame: EmbeddingFrame) -> str:
    if frame.settings.layout == "plane":
        return ""
    text = ""
    if len(frame.panels) > 1:
        text = (
            "The panels were aligned with each other, so a dot in another place under another "
            "method proves little; its colour and the region around it count."
        )
    drift = [p.fidelity.drift for p in frame.panels if p.fidelity.drift is not None]
    if drift:
        text += (
            f" Since the previous picture, dots that kept their neighbours moved "
            f"{100 * float(np.median(drift)):.1f} % of the map's radius: shorter moves are noise."
        )
    return text.strip()


def two_digits(value: float | None) -> str:
    """A number in [−1, 1] as in "0.93"; "–" where there is none."""
    return "–" if value is None else f"{value:.2f}"


def _pooled(shares: list[Share]) -> Share:
    return Share(sum(s.hits for s in shares), sum(s.total for s in shares))


def _span(shares: list[Share]) -> str:
    """As in "93 %" or "87–95 %"."""
    low, high = min(s.rate for s in shares), max(s.rate for s in shares)
    first, last = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return f"{first} %" if first == last else f"{first}–{last} %"
