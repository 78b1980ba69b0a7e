"""The pictures of the glossary: small line drawings, drawn by code so that they follow the theme.

Every drawing is an SVG of 160 × 90 in three inks: ``q`` quiet, ``a`` and ``b`` the two that matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

INKS = {
    "light": {"q": "#8a94a6", "a": "#3985d4", "b": "#ec7016"},
    "dark": {"q": "#7d8797", "a": "#6bc1f6", "b": "#db751f"},
}
WIDE, HIGH = 160, 90
BASE = 80


def picture(name: str, inks: Mapping[str, str]) -> str:
    """A drawing of `PICTURES` as an SVG without a title; the page describes it in words.

    ``inks`` are those of a theme, or CSS variables in a page that holds the SVG itself.
    """
    body = PICTURES[name]()
    for letter, ink in inks.items():
        body = body.replace(f"@{letter}", ink)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" fill="none" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )


def bar(x: float, y: float, w: float, h: float, ink: str = "@q", full: float = 1.0) -> str:
    """A bar standing at ``y``; ``full``: the share of it that is filled."""
    fill = (
        f'<rect x="{x:g}" y="{y - h * full:g}" width="{w:g}" height="{h * full:g}" fill="{ink}"/>'
    )
    if full == 1:
        return fill
    return fill + f'<rect x="{x:g}" y="{y - h:g}" width="{w:g}" height="{h:g}" stroke="{ink}"/>'


def line(points: Sequence[tuple[float, float]], ink: str = "@q", dash: str = "") -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{path}" stroke="{ink}"{extra}/>'


def dot(x: float, y: float, r: float = 3, ink: str = "@a", *, hollow: bool = False) -> str:
    look = f'stroke="{ink}"' if hollow else f'fill="{ink}"'
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {look}/>'


def square(x: float, y: float, r: float = 3, ink: str = "@b") -> str:
    return f'<rect x="{x - r:g}" y="{y - r:g}" width="{2 * r:g}" height="{2 * r:g}" fill="{ink}"/>'


def curve(f: Callable[[float], float], ink: str = "@a", dash: str = "") -> str:
    """A function of [0, 1] into [0, 1], 1 at the top."""
    steps = [i / 40 for i in range(41)]
    return line([(12 + 136 * x, BASE - 68 * f(x)) for x in steps], ink, dash)


def axes() -> str:
    return line([(12, 10), (12, BASE), (150, BASE)])


def bell(x: float, centre: float, width: float = 0.13) -> float:
    return math.exp(-0.5 * ((x - centre) / width) ** 2)


def long_tail() -> str:
    return "".join(
        bar(8 + 12 * i, BASE, 9, 66 * 0.74**i + 2, "@a" if i < 3 else "@b") for i in range(12)
    )


def factor() -> str:
    return (
        bar(30, BASE, 24, 66, "@a") + bar(106, BASE, 24, 8, "@b")
        + line([(80, 14), (80, 72)]) + line([(76, 20), (80, 14), (84, 20)])
        + line([(76, 66), (80, 72), (84, 66)])
    )  # fmt: skip


def skewed_bars() -> str:
    thin = "".join(bar(104 + 12 * i, BASE, 7, 60, "@b", 0.5) for i in range(4))
    return bar(12, BASE, 84, 60, "@a", 0.96) + thin


def equal_bars() -> str:
    shares = (0.95, 0.9, 0.8, 0.6, 0.4)
    bars = "".join(bar(14 + 28 * i, BASE, 18, 60, "@a", s) for i, s in enumerate(shares))
    mean = BASE - 60 * sum(shares) / len(shares)
    return bars + line([(8, mean), (152, mean)], "@b", "4 3")


def recall() -> str:
    seen = "".join(
        dot(28 + 26 * (i % 5), 30 + 30 * (i // 5), 8, "@a", hollow=True) for i in range(10)
    )
    ticks = "".join(
        line([(x - 4, y), (x - 1, y + 4), (x + 5, y - 4)], "@b")
        for x, y in ((28 + 26 * (i % 5), 30 + 30 * (i // 5)) for i in range(7))
    )
    return seen + ticks


def ablation() -> str:
    body = ""
    for i, (a, b) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        x = 10 + 37 * i
        body += f'<rect x="{x}" y="20" width="29" height="50" stroke="@q"/>'
        body += dot(x + 14.5, 34, 6, "@a", hollow=not a) + dot(x + 14.5, 56, 6, "@b", hollow=not b)
    return body


def two_clouds() -> str:
    return (
        axes() + curve(lambda x: bell(x, 0.35), "@a") + curve(lambda x: bell(x, 0.65), "@b")
        + line([(80, 14), (80, BASE)], "@q", "4 3")
    )  # fmt: skip


def moved_boundary() -> str:
    return (
        two_clouds() + line([(106, 22), (106, BASE)], "@b")
        + line([(102, 30), (84, 30)]) + line([(89, 26), (84, 30), (89, 34)])
    )  # fmt: skip


def checklist() -> str:
    return "".join(
        line([(24, y), (29, y + 5), (37, y - 5)], "@a") + line([(48, y), (134, y)])
        for y in (18, 36, 54, 72)
    )


def intervals() -> str:
    body = line([(8, 45), (152, 45)], "@q", "4 3")
    for i, (middle, half) in enumerate(((40, 16), (52, 20), (47, 12), (24, 13), (50, 18))):
        ink = "@b" if abs(middle - 45) > half else "@a"
        x = 24 + 28 * i
        body += line([(x, middle - half), (x, middle + half)], ink) + dot(x, middle, 4, ink)
    return body


def log_curve() -> str:
    return axes() + curve(lambda x: min(1, -math.log(max(x, 0.02)) / 4))


def focal_curves() -> str:
    def loss(x: float) -> float:
        return min(1, -math.log(max(x, 0.02)) / 4)

    return axes() + curve(loss, "@q", "4 3") + curve(lambda x: (1 - x) ** 2 * loss(x))


def boundary() -> str:
    above = "".join(dot(x, y) for x, y in ((22, 22), (46, 30), (74, 18), (100, 30), (132, 20)))
    below = "".join(square(x, y) for x, y in ((30, 70), (58, 74), (90, 66), (118, 74), (142, 62)))
    bend = [(x, 48 + 7 * math.sin(x / 22)) for x in range(8, 153, 6)]
    return above + below + line(bend)


def two_stages() -> str:
    layers = "".join(bar(18 + 22 * i, 76, 15, 62, "@a") for i in range(4))
    return layers + line([(108, 45), (124, 45)]) + bar(130, 66, 12, 42, "@b")


def late_switch() -> str:
    return axes() + line([(12, 66), (122, 66), (122, 28), (150, 28)], "@b")


def uneven_weights() -> str:
    small = "".join(dot(16 + 14 * (i % 5), 26 + 14 * (i // 5), 3, "@q") for i in range(15))
    return small + dot(118, 44, 26, "@b")


def picked_peak() -> str:
    def height(x: float) -> float:
        return 0.75 * (1 - math.exp(-5 * x)) + 0.1 * math.sin(19 * x)

    top = max((height(i / 40), i / 40) for i in range(41))
    return (
        axes() + curve(height, "@q") + dot(148, BASE - 68 * height(1), 5, "@a")
        + dot(12 + 136 * top[1], BASE - 68 * top[0], 5, "@b")
    )  # fmt: skip


SHARES = (1.0, 0.42, 0.2, 0.12, 0.09, 0.08, 0.12, 0.2)


def density() -> str:
    return axes() + "".join(bar(15 + 17 * i, BASE, 13, 62 * s, "@a") for i, s in enumerate(SHARES))


def density_weight() -> str:
    rises = (0.12, 0.22, 0.4, 0.58, 0.7, 0.74, 0.74, 0.74)
    points = [(21 + 17 * i, BASE - 68 * w) for i, w in enumerate(rises)]
    bars = "".join(bar(15 + 17 * i, BASE, 13, 62 * s, "@q") for i, s in enumerate(SHARES))
    return axes() + bars + line(points, "@b") + "".join(dot(x, y, 3, "@b") for x, y in points)


def precision_curve() -> str:
    return axes() + curve(lambda x: 0.92 - 0.7 * x**4, "@a")


def predicted_shares() -> str:
    bars = "".join(bar(14 + 28 * i, BASE, 18, 64 * 0.66**i, "@a") for i in range(5))
    return bars + line([(8, BASE - 30), (152, BASE - 30)], "@b", "4 3")


def norm_line() -> str:
    return axes() + curve(lambda x: 1 - x)


def two_balances() -> str:
    def scale(x: float, ink: str, left: float, right: float) -> str:
        return (
            line([(x, 26), (x, 74)]) + line([(x - 28, 32), (x + 28, 32)])
            + line([(x - 12, 74), (x + 12, 74)])
            + dot(x - 28, 44, left, ink) + dot(x + 28, 44, right, ink)
        )  # fmt: skip

    return scale(42, "@a", 9, 9) + scale(118, "@b", 6, 6)


def inter() -> str:
    before = "".join(bar(12 + 18 * i, BASE, 13, h, "@q") for i, h in enumerate((62, 30, 10)))
    after = "".join(bar(98 + 18 * i, BASE, 13, 38, "@a") for i in range(3))
    return before + line([(70, 50), (88, 50)]) + line([(83, 45), (88, 50), (83, 55)]) + after


def wrong_label() -> str:
    places = ((40, 30), (58, 22), (76, 36), (96, 24), (112, 40), (50, 54), (84, 60), (108, 64))
    cloud = "".join(dot(x, y, 4) for x, y in places)
    wrong = ((68, 50), (94, 46))
    rings = "".join(square(x, y, 4) + dot(x, y, 9, "@q", hollow=True) for x, y in wrong)
    return cloud + rings


def margin() -> str:
    return (
        '<rect x="70" y="10" width="10" height="70" fill="@a" fill-opacity=".25"/>'
        '<rect x="80" y="10" width="30" height="70" fill="@b" fill-opacity=".25"/>'
        + line([(80, 10), (80, 80)])
        + "".join(dot(x, y) for x, y in ((20, 24), (36, 40), (54, 26), (28, 62), (58, 60)))
        + "".join(square(x, y) for x, y in ((122, 34), (138, 58)))
    )


def gap_curves() -> str:
    return (
        axes() + curve(lambda x: 1 - math.exp(-6 * x), "@q", "4 3")
        + curve(lambda x: 0.68 * (1 - math.exp(-7 * x)) - 0.06 * x, "@b")
    )  # fmt: skip


def copies() -> str:
    top = "".join(dot(18 + 18 * i, 26 + 5 * math.sin(2.4 * i), 4) for i in range(8))
    return top + "".join(square(18 + 18 * i, 64, 4) for i in range(8)) + line([(8, 45), (152, 45)])


def regions() -> str:
    fine = "".join(bar(8 + 8.5 * i, BASE, 7, 60 * 0.75**i + 4, "@a") for i in range(8))
    wide = "".join(bar(88 + 17 * i, BASE, 15, h, "@b") for i, h in enumerate((20, 10, 14, 26)))
    return fine + wide


PICTURES: dict[str, Callable[[], str]] = {
    drawing.__name__: drawing
    for drawing in (
        ablation, boundary, checklist, copies, density, density_weight, equal_bars, factor,
        focal_curves, gap_curves, inter, intervals, late_switch, log_curve, long_tail, margin,
        moved_boundary, norm_line, picked_peak, precision_curve, predicted_shares, recall, regions,
        skewed_bars, two_balances, two_clouds, two_stages, uneven_weights, wrong_label,
    )
}  # fmt: skip
