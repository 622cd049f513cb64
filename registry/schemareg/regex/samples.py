"""Texts that a pattern might match: guesses, for patterns that cannot be decided."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from schemareg.regex import characters
from schemareg.regex.characters import rank
from schemareg.regex.language import children
from schemareg.regex.syntax import Alt, BackReference, Cat, Chars, Group, Lookaround, Node, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

__all__ = ["rank", "texts"]

_DRAWS = 160
_LONGEST = 2_000
_PADDING = "ab0A- "


def texts(nodes: Sequence[Node], low: int, high: int | None) -> Iterator[str]:
    """Yield texts generated from the trees, and small changes of them; the same at every call."""
    from random import Random

    random = Random(0)  # noqa: S311 - guesses, not secrets
    looked = [node for root in nodes for node in _looks(root)]
    for draw in range(_DRAWS):
        for root in nodes:
            text = _Draw(random, extra=draw // 40).text(root)
            for changed in _changes(text, random, looked):
                yield _fitted(changed, low, high)


def _looks(node: Node) -> list[Node]:
    found = [look for child in children(node) for look in _looks(child)]
    return [node, *found] if isinstance(node, Lookaround) else found


def _changes(text: str, random: Random, looked: Sequence[Node]) -> Iterator[str]:
    yield text
    at = random.randint(0, len(text))
    letter = random.choice(_PADDING)
    yield text[:at] + letter + text[at:]
    yield text[:at] + text[at + 1 :]
    yield text[:at] + letter + text[at + 1 :]
    yield text + letter
    yield letter + text
    yield text + text
    if looked:
        inner = _Draw(random, extra=1).text(random.choice(looked))
        yield text[:at] + inner + text[at:]
        yield text + inner
        yield inner + text


def _fitted(text: str, low: int, high: int | None) -> str:
    if high is not None and len(text) > high:
        return text[:high]
    return text + (text[-1:] or "a") * (low - len(text)) if len(text) < low < _LONGEST else text


class _Draw:
    """One random walk through a tree."""

    def __init__(self, random: Random, extra: int) -> None:
        self.random = random
        self.extra = extra
        self.groups: dict[int, str] = {}

    def text(self, node: Node) -> str:
        if isinstance(node, Chars):
            some = list(islice(characters.plain(node.ranges), 1 + 3 * self.extra))
            return self.random.choice(some) if some else ""
        if isinstance(node, Cat):
            return "".join(map(self.text, node.items))[:_LONGEST]
        if isinstance(node, Alt):
            return self.text(self.random.choice(node.branches))
        if isinstance(node, Repeat):
            most = node.low + self.extra if node.high is None else node.high
            count = self.random.randint(node.low, max(node.low, min(most, node.low + 2)))
            return "".join(self.text(node.item) for _ in range(min(count, 64)))[:_LONGEST]
        if isinstance(node, Group):
            self.groups[node.number] = drawn = self.text(node.item)
            return drawn
        if isinstance(node, BackReference):
            return next((self.groups[n] for n in node.numbers if n in self.groups), "")
        if isinstance(node, Lookaround):
            return "" if node.negated or self.random.random() < 0.5 else self.text(node.item)
        return ""
