"""Charts as SVG: plain shapes and real text, the same bytes for the same figures.

Every chart is 400 points wide, so that its text can be read on a telephone and in print alike. A label stands above
its own row, a figure beside it; nobody has to look anything up in a legend by colour alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path
from textwrap import wrap
from typing import Any

from matplotlib import get_data_path, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.typing import RcKeyType

from panel.reports.language import t
from panel.reports.wording import of_hundred

WIDTH = 400.0
TRACK = 312.0
LINE = 17.0
INK, MUTED, RULE = "#1c1b19", "#55514b", "#dedad2"
JUDGEMENTS = (("#d87f2c", "#8f3b00"), ("#5b8fd1", "#1b3f7d"))
Style = Mapping[str, tuple[str, str]]  # colour and marker per key
GREYS = ("#8f8f8f", "#c9c6c0", "#dedad2")
NOT_SHOWN = "#f3f1ec"
LIGHT = {"#d87f2c", "#5b8fd1", NOT_SHOWN, *GREYS}
SETTINGS: dict[RcKeyType, Any] = {"svg.fonttype": "none", "svg.hashsalt": "samenspraak"}
FONTS = Path(get_data_path()) / "fonts" / "ttf"
NOISE = tuple(
    (re.compile(pattern, re.DOTALL), kept)
    for pattern, kept in (
        (r"<metadata>.*?</metadata>|<defs>.*?</defs>", ""),
        (r' clip-path="[^"]*"| transform="rotate\(-0 [^"]*"', ""),
        (r"font-family: [^;]*;", "font-family: 'DejaVu Sans', sans-serif;"),
        (r'<g id="[^"]*"', "<g"),
        (r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1"),
        (r"\s*\n\s*", "\n"),
    )
)
VOTES = (("#0072B2", "o"), ("#5a4a00", "D"), ("#D55E00", "s"))
BLANK = ("#767676", "u")


@dataclass(frozen=True)
class Dot:
    """A share with its interval, or `hidden`: the words that stand in its place."""

    label: str
    share: float | None
    low: float | None
    high: float | None
    value: str
    margin: str
    hidden: str = ""
    colour: str = "#0072B2"
    marker: str = "o"


@dataclass(frozen=True)
class Group:
    """Some dots under one heading."""

    label: str
    dots: tuple[Dot, ...]
    hidden: str = ""


@dataclass(frozen=True)
class Part:
    """A stretch of a bar. `value`: its figure in words."""

    label: str
    colour: str
    share: float
    value: str


@dataclass(frozen=True)
class Bar:
    """Judgements of one thing: parts left and right of the middle, read outwards, and parts that stand apart."""

    label: str
    left: tuple[Part, ...]
    right: tuple[Part, ...]
    apart: tuple[Part, ...]
    hidden: str = ""


@dataclass(frozen=True)
class Column:
    label: str
    share: float | None
    value: str


def dots(rows: Sequence[Dot], half: bool = False) -> str:
    """Shares with their intervals, one a row. `half`: with a line, named, at half of all."""
    labels = [_lines(row.label, 40) for row in rows]
    height = sum(LINE * len(label) + 30 for label in labels) + 24
    figure, axes = _canvas(height)
    top = 2.0
    for row, label in zip(rows, labels, strict=True):
        _write(axes, 0, top, "\n".join(label))
        top += LINE * len(label)
        _rules(axes, top + 1, top + 18)
        if half and row.share is not None:
            axes.plot([_place(0.5)] * 2, [top, top + 22], color=INK, linewidth=2, zorder=0)
        _dot(axes, row, top + 9, wide=True)
        top += 30
    _scale(axes, height - 22, half=half)
    return _svg(figure)


def groups(parts: Sequence[Group], legend: Sequence[tuple[str, str, str]]) -> str:
    """The same shares for several groups. `legend`: label, colour, marker."""
    heights = [26.0 + (20.0 * len(part.dots) if not part.hidden else 20.0) for part in parts]
    figure, axes = _canvas(sum(heights) + LINE * len(legend) + 34)
    top = 2.0
    for label, colour, marker in legend:
        _marker(axes, 8, top + 7, 4.5, colour=colour, marker=marker)
        _write(axes, 22, top, _fit(label, 46))
        top += LINE
    top += 10
    for part, height in zip(parts, heights, strict=True):
        _write(axes, 0, top + 2, _fit(part.label, 48), weight="bold")
        if not part.hidden:
            _rules(axes, top + 22, top + 22 + 20 * len(part.dots))
        for number, dot in enumerate(part.dots if not part.hidden else ()):
            _dot(axes, dot, top + 32 + 20 * number, wide=False)
        if part.hidden:
            _write(axes, 0, top + 22, part.hidden, colour=MUTED)
        top += height
    _scale(axes, top)
    return _svg(figure)


def diverging(bars: Sequence[Bar], legend: Sequence[Part]) -> str:
    """Judgements left and right of the middle; what is neutral, or no opinion, apart at the right.

    A single bar has its figures in the legend, several have them in the bars.
    """
    alone = len(bars) == 1
    labels = [[] if alone else _lines(bar.label, 46) for bar in bars]
    figure, axes = _canvas(sum(LINE * len(label) + 44 for label in labels) + LINE * len(legend) + 12)
    top = 2.0
    for part in legend:
        axes.add_patch(Rectangle((1, top + 1), 12, 12, facecolor=part.colour, edgecolor=MUTED, linewidth=0.5))
        _write(axes, 22, top, _fit(part.label, 44))
        if alone:
            _write(axes, WIDTH, top, part.value, weight="bold" if part.share else "normal", align="right")
        top += LINE
    top += 10
    left = max((_sum(bar.left) for bar in bars), default=0.0)
    right = max((_sum(bar.right) for bar in bars), default=0.0)
    apart = max((_sum(bar.apart) for bar in bars), default=0.0)
    unit = min((WIDTH - 28) / max(left + right + apart, 0.01), 900.0)
    middle = left * unit
    for bar, label in zip(bars, labels, strict=True):
        _write(axes, 0, top, "\n".join(label))
        top += LINE * len(label) + 2
        if bar.hidden:
            _write(axes, 0, top + 6, bar.hidden, colour=MUTED)
        else:
            _stack(axes, bar.left, middle, top, -unit)
            _stack(axes, bar.right, middle, top, unit)
            _stack(axes, bar.apart, (left + right) * unit + 28, top, unit)
            axes.plot([middle, middle], [top - 3, top + 31], color=INK, linewidth=1.5)
        top += 42
    return _svg(figure)


def columns(bars: Sequence[Column], mean: Dot | None, first: int, last: int, note: str) -> str:
    """How a mark is spread, and under it the mean with its interval. `first` and `last` bound the scale.

    `note` explains the dash of what is hidden.
    """
    figure, axes = _canvas(186.0 + (44 if mean else 0) + (20 if note else 0))
    if note:
        _write(axes, 0, 186 + (40 if mean else 0), note, size=11.5, colour=MUTED)
    step = WIDTH / max(len(bars), 1)
    highest = max((bar.share or 0.0 for bar in bars), default=0.0) or 1.0
    for number, bar in enumerate(bars):
        middle = step * (number + 0.5)
        size = 132 * (bar.share or 0.0) / highest
        axes.add_patch(Rectangle((middle - step * 0.38, 156 - size), step * 0.76, size, facecolor="#1b3f7d", lw=0))
        _write(axes, middle, 140 - size, bar.value, size=11.5, align="center")
        _write(axes, middle, 162, bar.label, align="center", weight="bold")
    axes.plot([0, WIDTH], [156, 156], color=INK, linewidth=1)
    if mean and mean.share is not None and mean.low is not None and mean.high is not None:

        def place(mark: float) -> float:
            return step * (0.5 + (mark - first) / max(last - first, 1) * (len(bars) - 1))

        axes.plot([place(mean.low), place(mean.high)], [192, 192], color="#D55E00", linewidth=7, alpha=0.45)
        _marker(axes, place(mean.share), 192, 5, colour="#D55E00", marker="D")
        centre = min(max(place(mean.share), 90.0), WIDTH - 90)
        _write(axes, centre, 206, f"{mean.label} {mean.value} ({mean.margin})", align="center")
    return _svg(figure)


def crowd(answered: int, invited: int) -> str:
    """Everyone who was asked as a dot, and who answered filled; a dot stands for more people in a large panel."""
    each = max(1, -(-invited // 900))
    total, filled = -(-invited // each), round(answered / each)
    across = 45
    rows = max(1, -(-total // across))
    shapes = []
    for number in range(total):
        x, y = 10 + 20 * (number % across), 10 + 20 * (number // across)
        shapes.append(f'<circle cx="{x}" cy="{y}" r="6.5" fill="{"#173f77" if number < filled else "#d5dce6"}"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {20 * across} {20 * rows}">{"".join(shapes)}</svg>'


def vote_style(keys: Sequence[str], apart: Sequence[str]) -> Style:
    """Colour and marker per choice of the vote."""
    plain = [key for key in keys if key not in apart]
    styles = {key: VOTES[number % len(VOTES)] for number, key in enumerate(plain)}
    return styles | dict.fromkeys(apart, BLANK)


def judgement_colours(number: int, side: int) -> tuple[str, ...]:
    """Colours of `number` judgements on one side (0 left, 1 right), from the middle outwards."""
    palette = JUDGEMENTS[side]
    return palette[1:] if number == 1 else tuple(palette[min(place, 1)] for place in range(number))


@cache
def _glyphs() -> frozenset[int]:
    """Characters that the font can show, bold too."""
    faces = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    return frozenset.intersection(*(frozenset(FT2Font(FONTS / face).get_charmap()) for face in faces))


def printable(text: str) -> str:
    """The text with □ for what the embedded font cannot show; joined signs (as in an emoji) become one □."""
    known = _glyphs()
    shown = "".join(c if c == "\n" or ord(c) in known else "\ue000" for c in text)
    return re.sub("\ue000[\ue000\u200d\ufe0e\ufe0f]*", "□", shown)


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH / 72, height / 72), frameon=False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


def _write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 13,
    colour: str = INK,
    weight: str = "normal",
    align: str = "left",
) -> None:
    for number, line in enumerate(printable(text).split("\n")):
        axes.text(
            x,
            y + 12 + LINE * number,
            line,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=align,
            va="baseline",
            fontfamily="DejaVu Sans",
            parse_math=False,
        )


def _fit(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _place(share: float) -> float:
    return 6 + (TRACK - 12) * share


def _rules(axes: Axes, top: float, bottom: float) -> None:
    for share in (0, 0.25, 0.5, 0.75, 1):
        axes.plot([_place(share)] * 2, [top, bottom], color=RULE, linewidth=1, zorder=0)


def _scale(axes: Axes, top: float, *, half: bool = False) -> None:
    for share in (0, 0.25, 0.5, 0.75, 1):
        named = half and share == 0.5
        value = t("de helft") if named else of_hundred(round(share * 100))
        weight, colour = ("bold", INK) if named else ("normal", MUTED)
        align = "center" if share else "left"
        _write(axes, _place(share), top + 3, value, size=11.5, colour=colour, weight=weight, align=align)


def _lines(label: str, width: int) -> list[str]:
    return wrap(label, width, max_lines=3, placeholder=" …") or [""]


def _dot(axes: Axes, dot: Dot, y: float, *, wide: bool) -> None:
    if dot.share is None:
        axes.add_patch(Rectangle((0, y - 9), TRACK, 19, facecolor="white", linewidth=0))
        told = dot.hidden if wide else f"{_fit(dot.label, 24)}: {dot.hidden}"
        _write(axes, 6, y - 8, told, size=12, colour=MUTED)
        return
    if dot.low is not None and dot.high is not None:
        axes.plot(
            [_place(dot.low), _place(dot.high)],
            [y, y],
            color=dot.colour,
            linewidth=7 if wide else 4,
            alpha=0.4,
            solid_capstyle="butt",
        )
    _marker(axes, _place(dot.share), y, 5.5 if wide else 4.5, colour=dot.colour, marker=dot.marker)
    _write(axes, WIDTH, y - 26 if wide else y - 7, dot.value, weight="bold", align="right")
    if wide:
        _write(axes, WIDTH, y - 7, dot.margin, size=11.5, colour=MUTED, align="right")


def _marker(axes: Axes, x: float, y: float, size: float, *, colour: str, marker: str) -> None:
    """A circle (o), diamond (D), square (s) or open circle (u), so that a choice is known without its colour."""
    match marker:
        case "D":
            corners = [(x - 1.25 * size, y), (x, y - 1.25 * size), (x + 1.25 * size, y), (x, y + 1.25 * size)]
            axes.add_patch(Polygon(corners, facecolor=colour, linewidth=0, zorder=3))
        case "s":
            axes.add_patch(
                Rectangle((x - size, y - size), 2 * size, 2 * size, facecolor=colour, linewidth=0, zorder=3)
            )
        case "u":
            axes.add_patch(Circle((x, y), size, facecolor="white", edgecolor=colour, linewidth=2, zorder=3))
        case _:
            axes.add_patch(Circle((x, y), size, facecolor=colour, linewidth=0, zorder=3))


def _sum(parts: Sequence[Part]) -> float:
    return sum(part.share for part in parts)


def _stack(axes: Axes, parts: Sequence[Part], start: float, top: float, unit: float) -> None:
    x = start
    for part in parts:
        size = part.share * unit
        axes.add_patch(Rectangle((x, top), size, 28, facecolor=part.colour, edgecolor="white", linewidth=1.5))
        if part.colour == NOT_SHOWN:
            axes.add_patch(
                Rectangle((x + 1, top + 1), size - 2, 26, fill=False, edgecolor=MUTED, linewidth=0.8, linestyle=":")
            )
        if abs(size) >= 34:
            colour = INK if part.colour in LIGHT else "white"
            _write(axes, x + size / 2, top + 6, part.value, size=12, colour=colour, align="center", weight="bold")
        x += size


def _svg(figure: Figure) -> str:
    """The drawing without what differs per run or clashes with a second drawing on the same page."""
    stream = StringIO()
    with rc_context(SETTINGS):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    for noise, kept in NOISE:
        text = noise.sub(kept, text)
    return text.strip()
