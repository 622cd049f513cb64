"""Promises on a time axis: as text of the terminal's width, and as a standalone SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.deprecation.schedule import ScheduleState
from schemareg.text import escape
from schemareg.text.colour import painter
from schemareg.text.columns import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.deprecation.timeline import Bar, Timeline

_STYLES = {
    ScheduleState.ACTIVE: "faint",
    ScheduleState.SUNSET: "error",
    ScheduleState.DEPRECATED: "warning",
    ScheduleState.OPEN: "notice",
}
_NARROWEST = 20
"""Minimum columns of the axis; below it only the days are shown."""


def text(line: Timeline, *, colour: bool = False, width: int = 100) -> str:
    """One line for each promise: its name, the time from announcement to end, and the day."""
    if not line.bars:
        return "nothing is deprecated\n"
    paint = painter(colour)
    names = [_shortened(escape.visible(each.name), max(width // 3, 12)) for each in line.bars]
    room = max(map(columns, names))
    axis = width - room - 14
    lines = []
    if axis >= _NARROWEST:
        lines.append(paint("faint", f"{'':{room}}  {_scale(line, axis)}"))
    for name, bar in zip(names, line.bars, strict=True):
        day = _day(bar)
        drawn = (
            f"{paint(_STYLES[bar.state], _drawn(line, bar, axis))}  " if axis >= _NARROWEST else ""
        )
        lines.append(f"{name}{' ' * (room - columns(name))}  {drawn}{day}")
    legend = "━ promised still  ─ over  ┄ no day set  │ today"
    if any(bar.state is ScheduleState.ACTIVE for bar in line.bars):
        legend = f"═ promised without an end  {legend}"
    lines.append(paint("faint", legend))
    return escape.inert("\n".join(lines) + "\n")


def _day(bar: Bar) -> str:
    if bar.end is not None:
        return bar.end.isoformat()
    return "no end" if bar.state is ScheduleState.ACTIVE else "no day"


def _shortened(name: str, room: int) -> str:
    while columns(name) > room:
        name = f"{name[:-2]}…"
    return name


def _scale(line: Timeline, axis: int) -> str:
    first, last = line.first.isoformat(), line.last.isoformat()
    return f"{first}{' ' * (axis - len(first) - len(last))}{last}"


def _drawn(line: Timeline, bar: Bar, axis: int) -> str:
    begin = round(line.share(bar.begin) * (axis - 1))
    end = axis - 1 if bar.end is None else round(line.share(bar.end) * (axis - 1))
    today = round(line.share(line.today) * (axis - 1))
    cells = [" "] * axis
    for at in range(begin, end + 1):
        cells[at] = _stroke(bar, at >= today)
    cells[today] = "│"
    cells[begin] = "├" if begin != today else "┼"
    if bar.end is not None:
        cells[end] = "┤" if end != today else "┼"
    return "".join(cells)


def _stroke(bar: Bar, ahead: bool) -> str:
    if bar.end is None:
        return "═" if bar.state is ScheduleState.ACTIVE else "┄"
    return "━" if ahead or bar.state is not ScheduleState.SUNSET else "─"


# --- a picture

_ROW, _LEFT, _AXIS, _RIGHT, _TOP = 26, 320, 640, 110, 46
_COLOURS = {
    ScheduleState.ACTIVE: "#1a7f37",
    ScheduleState.SUNSET: "#8b949e",
    ScheduleState.DEPRECATED: "#bf8700",
    ScheduleState.OPEN: "#0969da",
}


def svg(line: Timeline) -> str:
    """The same as SVG: no script, no font, no link; user text is escaped."""
    height = _TOP + _ROW * len(line.bars) + 24
    width = _LEFT + _AXIS + _RIGHT
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="Sunsets"'
        ' font-family="system-ui, sans-serif" font-size="13">'
    )
    parts = [
        head,
        "<title>Sunsets</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_axis(line, height),
    ]
    for number, bar in enumerate(line.bars):
        parts += _row(line, bar, _TOP + _ROW * number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axis(line: Timeline, height: int) -> Iterator[str]:
    today = _LEFT + line.share(line.today) * _AXIS
    yield f'<text x="{_LEFT}" y="20" fill="#57606a">{line.first}</text>'
    yield f'<text x="{_LEFT + _AXIS}" y="20" fill="#57606a" text-anchor="end">{line.last}</text>'
    yield (
        f'<line x1="{today:.1f}" y1="28" x2="{today:.1f}" y2="{height - 20}" stroke="#cf222e"'
        ' stroke-dasharray="4 3"/>'
    )
    yield f'<text x="{today:.1f}" y="{height - 6}" fill="#cf222e" text-anchor="middle">{line.today}</text>'


def _row(line: Timeline, bar: Bar, top: int) -> Iterator[str]:
    begin = _LEFT + line.share(bar.begin) * _AXIS
    end = _LEFT + _AXIS if bar.end is None else _LEFT + line.share(bar.end) * _AXIS
    dashes = ' stroke-dasharray="2 5"' if bar.state is ScheduleState.OPEN else ""
    name = escape.markup(_shortened(escape.visible(bar.name), 44))
    words = f"{bar.name}: {' '.join(bar.reason.split()) or 'promised without an end'}"
    day = _day(bar)
    yield "<g>"
    yield f"<title>{escape.markup(escape.visible(words))}</title>"
    yield f'<text x="{_LEFT - 12}" y="{top + 15}" text-anchor="end" fill="#24292f">{name}</text>'
    yield (
        f'<line x1="{begin:.1f}" y1="{top + 11}" x2="{max(end, begin + 3):.1f}" y2="{top + 11}"'
        f' stroke="{_COLOURS[bar.state]}" stroke-width="8" stroke-linecap="round"{dashes}/>'
    )
    yield f'<text x="{_LEFT + _AXIS + 12}" y="{top + 15}" fill="#24292f">{day}</text>'
    yield "</g>"
