"""Sections of a page with a limit: only whole sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GAP = "\n\n"


def size(text: str) -> int:
    """The size in UTF-8 bytes, the unit of every limit."""
    return len(text.encode("utf-8", "surrogatepass"))


def fitted(
    sections: Iterable[str], limit: int, rest: Callable[[int], str], *, gap: str = GAP
) -> list[str]:
    """The first sections that fit into `limit` bytes together; then `rest` of the number of the others.

    For that sentence 400 bytes are kept free. What comes after a section without room is left out
    too, even where it would fit: a reader must be able to trust the order.
    """
    kept: list[str] = []
    room = limit - 400
    left = 0
    for section in sections:
        room -= size(section) + len(gap)
        if room >= 0 and not left:
            kept.append(section)
        else:
            left += 1
    if left:
        kept.append(rest(left))
    return kept
