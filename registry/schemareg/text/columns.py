"""Text in columns: width, wrapping, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def columns(text: str) -> int:
    """The columns of `text` in a terminal: two for wide East Asian characters and emoji."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def wrapped(text: str, width: int, *, indent: str = "", hanging: str | None = None) -> list[str]:
    """Lines of at most `width` columns, wrapped at spaces; a longer word has its own line.

    `hanging` is the indent from the second line on, by default that of the first.
    """
    rest = indent if hanging is None else hanging
    lines: list[str] = []
    line, empty = indent, True
    for word in text.split(" "):
        gap = "" if empty else " "
        if not empty and columns(line) + len(gap) + columns(word) > width:
            lines.append(line.rstrip())
            line, gap = rest, ""
        line += gap + word
        empty = False
    lines.append(line.rstrip())
    return lines


def paired(left: str, right: str, width: int, *, indent: str = "") -> list[str]:
    """`left`, and `right` at the right edge; on separate lines if they do not fit."""
    gap = width - len(indent) - columns(left) - columns(right)
    if right and gap >= 2:
        return [f"{indent}{left}{' ' * gap}{right}"]
    lines = wrapped(left, width, indent=indent)
    return [*lines, *wrapped(right, width, indent=indent)] if right else lines


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, width: int = 100, indent: str = ""
) -> list[str]:
    """Columns as wide as their widest cell; the last one is wrapped at `width`."""
    cells = [list(row) for row in rows]
    if not cells:
        return []
    every = [list(header), *cells] if any(header) else cells
    widths = [max(columns(row[i]) for row in every) for i in range(len(cells[0]) - 1)]
    start = len(indent) + sum(widths) + 2 * len(widths)
    lines: list[str] = []
    for row in every:
        head = "".join(
            cell + " " * (room - columns(cell) + 2) for cell, room in zip(row, widths, strict=False)
        )
        lines += wrapped(row[-1], max(width, start + 20), indent=indent + head, hanging=" " * start)
    return lines
