"""One parsed file: its exact value, and the place of every part in the text."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Mistake, Place
from schemareg.model.errors import InvalidFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer


class Node(NamedTuple):
    """The place of one value: offsets in characters, and the same for what is inside it."""

    start: int
    end: int
    inside: dict[str, Member] | list[Node] | None = None
    """Members of an object in document order, items of an array, None for a scalar."""


class Member(NamedTuple):
    """The place of one member of an object: its key, and its value."""

    start: int
    end: int
    value: Node


class Document:
    """One file of the registry, read strictly."""

    def __init__(self, path: str, text: str, value: JsonValue, root: Callable[[], Node]) -> None:
        self.path = path
        """POSIX, relative to the repository root."""
        self.text = text
        self.value = value
        """Exact, as `json_values` defines."""
        self._measure = root
        self._root: Node | None = None
        self._lines: Lines | None = None

    @property
    def root(self) -> Node:
        """The places of all values; computed when first needed."""
        if self._root is None:
            self._root = self._measure()
        return self._root

    def place(self, pointer: Pointer, *, key: bool = False) -> Place:
        """The place of the value at `pointer`, or of the key that names it.

        Where there is nothing at `pointer`, the place of its nearest existing parent.
        """
        node = self.root
        start = node.start
        for depth, step in enumerate(pointer, 1):
            if isinstance(node.inside, dict):
                member = node.inside.get(str(step))
                if member is None:
                    break
                node = member.value
                start = member.start if key and depth == len(pointer) else node.start
            elif isinstance(node.inside, list) and isinstance(step, int):
                if not 0 <= step < len(node.inside):
                    break
                node = node.inside[step]
                start = node.start
            else:
                break
        if self._lines is None:
            self._lines = Lines(self.path, self.text)
        return self._lines.place(start)


class Lines:
    """The lines of a text, as Git and editors count them: by line feeds; a CR before one belongs to
    the line.
    """

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> Place:
        """The line and column of an offset, both from 1, in characters."""
        line = bisect_right(self._starts, offset)
        return Place(self._path, line, offset - self._starts[line - 1] + 1)


MOST_MISTAKES = 1_000
"""Mistakes that are reported per file. A file with more was generated, or is no registry file."""


def bounded(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes of one file, each once, sorted; of too many, the first ones and a note that
    there are more.
    """
    found: set[Mistake] = set()
    for mistake in mistakes:
        if len(found) == MOST_MISTAKES and mistake not in found:
            what = f"there are more than {MOST_MISTAKES:,} mistakes in this file"
            more = Mistake(mistake.place, "too-many-mistakes", what, "Fix those listed first")
            return (*sorted(found), more)
        found.add(mistake)
    return tuple(sorted(found))


class MistakeCollector:
    """Collects the mistakes of one text; each is reported once, with its place."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._lines: Lines | None = None
        self._found: list[Mistake] = []

    def add(self, offset: int, rule: str, what: str, remedy: str) -> None:
        """Add a mistake at an offset in characters. Raises InvalidFiles when there are too many."""
        self._found.append(Mistake(self.place(offset), rule, what, remedy))
        if len(self._found) > MOST_MISTAKES:
            self.settle()

    def place(self, offset: int) -> Place:
        """The place of an offset, for messages that name another line."""
        if self._lines is None:
            self._lines = Lines(self._path, self._text)
        return self._lines.place(offset)

    def settle(self) -> None:
        """Raises InvalidFiles if there was any mistake."""
        if self._found:
            raise InvalidFiles(bounded(self._found))
