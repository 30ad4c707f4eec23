"""The picture of the architecture: the layers of the import contract, and the way of a page through them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from tests.docs.modules import PACKAGE, imports, layers, modules, subfolders, summary

WIDTH = 1240
_MARGIN = 28
_LEFT = 84
"""Where the boxes of the layers start: arrows that skip a layer pass on their left."""
_RIGHT = 800
"""Where the boxes of the layers end."""
_FLOW = 852
"""Where the steps of the flow start."""
_TOP = 128
_GAP = 30
"""Between two layers, for the arrows."""
_LINE = 17
"""Height of a line of text."""
_CHARACTER = 6.9
"""Width of a character of text in pixels, for the widest of the common fonts."""

_BASE = "html"
"""The last layer that is drawn with arrows; those below it are used by all others."""

_COLORS = {
    "spiders": "#64748b",
    "cli": "#4f46e5",
    "scheduler": "#4f46e5",
    "api": "#4f46e5",
    "crawl": "#ea580c",
    "storage": "#15803d",
    "onboarding": "#a16207",
    "monitoring": "#be185d",
    "processing": "#0e7490",
    "discovery": "#7c3aed",
    "extraction": "#2563eb",
    "html": "#0f766e",
    "dates": "#0f766e",
}
_GREY = "#475569"


@dataclass(frozen=True)
class Step:
    """A step of the flow: where its code is, what it does, and what it hands on."""

    module: str
    title: str
    text: str
    output: str = ""


FLOW = (
    Step("sites", "Load the definition", "Sources, URL patterns and selectors, as data.", "Site"),
    Step(
        "crawl/frontier",
        "Discover",
        "Request feeds, sitemaps, listings and APIs; discovery/ parses them.",
        "Candidate",
    ),
    Step(
        "storage/ledger",
        "Select",
        "Keep the URLs that are new or due again; send their ETag and Last-Modified.",
        "Request",
    ),
    Step(
        "crawl/http",
        "Download",
        "Obey robots.txt and delays; public addresses only. Or replay a recording.",
        "FetchedPage",
    ),
    Step(
        "processing/workers",
        "Hand to a worker",
        "A process with a time and a memory limit. Saved pages start here.",
        "",
    ),
    Step(
        "extraction/extract",
        "Extract",
        "Parse once, then headline, byline, times, body, media, comments.",
        "Extraction",
    ),
    Step("processing/build", "Build", "A record, or a rejection with its reason.", "Article"),
    Step(
        "processing/changes",
        "Compare",
        "With the last version: new, changed fields, or unchanged.",
        "Decision",
    ),
    Step("storage/segments", "Write", "The line into a segment, then fsync.", "length"),
    Step("storage/ledger", "Commit", "The transaction of the ledger, always last.", "counts"),
    Step("monitoring", "Summarize", "Counts, field coverage, findings, exit code."),
)
"""The way of a page, from the definition of its site to the summary of the run."""


@dataclass(frozen=True)
class Box:
    """A module or folder in the picture."""

    name: str
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return self.x + self.width / 2


def draw() -> str:
    """Return the picture as SVG."""
    rows = layers()
    base = next(index for index, row in enumerate(rows) if _BASE in row) + 1
    parts: list[str] = []
    boxes: dict[str, tuple[int, Box]] = {}
    y = _spiders(parts)
    for index, row in enumerate(rows[:base]):
        for box in _row_boxes(row, y):
            boxes[box.name] = (index, box)
        y = max(box.y + box.height for row_index, box in boxes.values() if row_index == index)
        y += _GAP
    parts.extend(_arrows(boxes))
    parts.extend(_box(box) for _, box in boxes.values())
    y = _foundation(rows[base:], y, parts)
    height = max(y, _flow(parts)) + _MARGIN
    return "\n".join([*_head(height), *parts, "</svg>", ""])


def _head(height: float) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="title">'
    )
    yield '<title id="title">Layers of ingest, and the way of a page through them</title>'
    yield "<style>"
    yield "text { font-family: system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #1e293b }"
    yield ".mono { font-family: ui-monospace, 'DejaVu Sans Mono', monospace }"
    yield ".name { font-size: 15px; font-weight: 700 } .body { font-size: 12.5px; fill: #334155 }"
    yield ".small { font-size: 11px; fill: #64748b } .chip { font-size: 11.5px }"
    yield ".head { font-size: 17px; font-weight: 700 } .step { font-size: 14px; font-weight: 700 }"
    yield "</style>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
    yield 'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#94a3b8"/></marker></defs>'
    yield f'<rect width="{WIDTH}" height="{height:g}" rx="14" fill="#ffffff"/>'
    yield _text(_LEFT, 44, "Layers", "head")
    yield _text(_LEFT, 66, "Imports point downwards only; CI checks it.", "body")
    yield _text(_LEFT, 84, "An arrow that follows from other arrows is left out.", "body")
    yield _text(_FLOW, 44, "The way of a page", "head")
    yield _text(_FLOW, 66, "Colours name the layer that does the work.", "body")
    yield _text(_FLOW, 84, "Beside each arrow: what is handed on.", "body")


def _spiders(parts: list[str]) -> float:
    """Draw the package above `ingest`; return where the next row starts."""
    box = Box("spiders", _LEFT, _TOP - 20, _RIGHT - _LEFT, 52)
    parts.append(_frame(box, _COLORS["spiders"]))
    parts.append(_text(box.x + 18, box.y + 22, "spiders/", "name mono"))
    text = "Scrapy spiders, and the definitions of sites and platforms as TOML. Uses ingest.crawl."
    parts.append(_text(box.x + 18, box.y + 41, text, "body"))
    return box.y + box.height + _GAP - 6


def _row_boxes(row: list[str], y: float) -> list[Box]:
    """Return the boxes of a layer, side by side and of one height."""
    gap = 24
    width = (_RIGHT - _LEFT - gap * (len(row) - 1)) / len(row)
    height = max(_height(name, width) for name in row)
    return [
        Box(name, _LEFT + number * (width + gap), y, width, height)
        for number, name in enumerate(row)
    ]


def _height(name: str, width: float) -> float:
    chips = _chip_rows(name, width)
    return 41 + _LINE * len(_wrapped(summary(name), width - 36)) + 27 * len(chips)


def _wrapped(text: str, width: float) -> list[str]:
    return textwrap.wrap(text.replace("`", ""), int(width / _CHARACTER))


def _box(box: Box) -> str:
    """Draw a layer's module or folder: name, size, docstring, folders in it."""
    color = _COLORS.get(box.name, _GREY)
    is_folder = (PACKAGE / box.name).is_dir()
    parts = [_frame(box, color)]
    title = f"{box.name}/" if is_folder else f"{box.name}.py"
    parts.append(_text(box.x + 18, box.y + 24, title, "name mono"))
    if is_folder:
        names = [box.name, *(f"{box.name}/{folder}" for folder in subfolders(box.name))]
        number = sum(len(modules(name)) for name in names)
        parts.append(_text(box.x + box.width - 14, box.y + 23, f"{number} modules", "small", "end"))
    y = box.y + 45
    for line in _wrapped(summary(box.name), box.width - 36):
        parts.append(_text(box.x + 18, y, line, "body"))
        y += _LINE
    for chips in _chip_rows(box.name, box.width):
        parts.extend(_chips(chips, box.x + 18, y - 8, color))
        y += 27
    return "\n".join(parts)


def _chip_rows(name: str, width: float) -> list[list[str]]:
    """Return the folders in a folder, in as many rows as they need."""
    rows: list[list[str]] = []
    space = 0.0
    for folder in subfolders(name):
        if space < _chip_width(folder):
            rows.append([])
            space = width - 30
        rows[-1].append(folder)
        space -= _chip_width(folder) + 8
    return rows


def _chip_width(folder: str) -> float:
    return 7.2 * (len(folder) + 1) + 14


def _chips(folders: list[str], x: float, y: float, color: str) -> Iterator[str]:
    for folder in folders:
        width = _chip_width(folder)
        yield (
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="21" rx="10.5" fill="#ffffff" '
            f'stroke="{color}" stroke-opacity="0.55"/>'
        )
        yield _text(x + width / 2, y + 14.5, f"{folder}/", "chip mono", "middle")
        x += width + 8


def _frame(box: Box, color: str) -> str:
    place = f'x="{box.x:g}" y="{box.y:g}" height="{box.height:g}"'
    wide = f'{place} width="{box.width:g}" rx="8"'
    tint = f'fill="{color}" fill-opacity="0.08" stroke="{color}" stroke-opacity="0.5"'
    bar = f'{place} width="6" rx="3" fill="{color}"'
    return f'<rect {wide} fill="#ffffff"/>\n<rect {wide} {tint}/>\n<rect {bar}/>'


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    anchored = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" class="{style}"{anchored}>{escape(text)}</text>'


def _arrows(boxes: dict[str, tuple[int, Box]]) -> Iterator[str]:
    """Draw the imports between the boxes that do not follow from others."""
    lane = 0
    for name, (row, box) in boxes.items():
        direct = imports().get(name, frozenset())
        for target in sorted(direct & boxes.keys()):
            if any(target in _reachable(other) for other in direct - {target}):
                continue
            target_row, target_box = boxes[target]
            if target_row == row + 1:
                yield _arrow(_straight(box, target_box))
            else:
                yield _arrow(_around(box, target_box, lane))
                lane += 1


def _reachable(name: str) -> frozenset[str]:
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        for target in imports().get(waiting.pop(), frozenset()):
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)


def _arrow(path: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="#94a3b8" stroke-width="1.6" marker-end="url(#tip)"/>'
    )


def _straight(box: Box, target: Box) -> str:
    """Return a curve from the bottom of a box to the top of one in the next row."""
    start, end = box.middle, target.middle
    if box.width != target.width:
        start = end = min(box, target, key=lambda one: one.width).middle
    elif start < end:
        start, end = box.x + box.width - 30, target.x + 60
    elif start > end:
        start, end = box.x + 30, target.x + target.width - 60
    top, bottom = box.y + box.height, target.y - 2
    half = (top + bottom) / 2
    return f"M{start:g} {top:g}C{start:g} {half:g} {end:g} {half:g} {end:g} {bottom:g}"


def _around(box: Box, target: Box, lane: int) -> str:
    """Return a line that leaves a box on its left and enters the target there, or in the gap above it."""
    x = _LEFT - 16 - 13 * lane
    start = box.y + box.height / 2 + 5 * lane
    leave = f"M{box.x:g} {start:g}H{x + 8:g}Q{x:g} {start:g} {x:g} {start + 8:g}"
    if target.x == _LEFT:
        end = target.y + target.height / 2 - 6
        return f"{leave}V{end - 8:g}Q{x:g} {end:g} {x + 8:g} {end:g}H{target.x - 2:g}"
    end = target.y - _GAP / 2 + 5
    into = target.x + 60
    return (
        f"{leave}V{end - 8:g}Q{x:g} {end:g} {x + 8:g} {end:g}H{into - 8:g}"
        f"Q{into:g} {end:g} {into:g} {target.y - 2:g}"
    )


def _foundation(rows: list[list[str]], y: float, parts: list[str]) -> float:
    """Draw the layers that all others use, without arrows; return where they end."""
    start = y
    y += 38
    inner: list[str] = []
    for row in rows:
        boxes = _row_boxes(row, y)
        for box in boxes:
            smaller = Box(box.name, box.x, box.y, box.width, box.height - 2)
            inner.append(_box(smaller))
        y += boxes[0].height + 6
    parts.append(
        f'<rect x="{_LEFT - 14:g}" y="{start:g}" width="{_RIGHT - _LEFT + 28:g}" '
        f'height="{y - start + 6:g}" rx="10" fill="#f1f5f9"/>'
    )
    parts.append(_text(_LEFT, start + 25, "Used by all layers above", "step"))
    parts.extend(inner)
    return y + 6


def _flow(parts: list[str]) -> float:
    """Draw the steps of the flow; return where they end."""
    y = float(_TOP - 20)
    width = WIDTH - _MARGIN - _FLOW
    for number, step in enumerate(FLOW, 1):
        lines = _wrapped(step.text, width - 62)
        box = Box(step.module, _FLOW, y, width, 52 + _LINE * len(lines))
        color = _COLORS.get(step.module.partition("/")[0], _GREY)
        parts.append(_frame(box, color))
        parts.append(f'<circle cx="{box.x + 28:g}" cy="{y + 24:g}" r="12" fill="{color}"/>')
        label = _text(box.x + 28, y + 28.5, str(number), "step", "middle")
        parts.append(label.replace("<text ", '<text style="fill:#ffffff" '))
        parts.append(_text(box.x + 50, y + 21, step.title, "step"))
        parts.append(_text(box.x + 50, y + 37, f"ingest/{step.module}", "small mono"))
        for index, line in enumerate(lines):
            parts.append(_text(box.x + 50, y + 57 + _LINE * index, line, "body"))
        y += box.height
        if number < len(FLOW):
            parts.append(_arrow(f"M{box.x + 28:g} {y:g}V{y + 26:g}"))
            parts.append(_text(box.x + 50, y + 18, step.output, "small mono"))
            y += 28
    return y
