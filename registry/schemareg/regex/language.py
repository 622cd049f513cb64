"""Syntax tree -> a Boolean formula over automata and lengths.

Most patterns are one automaton. Three things are separated from it, each exactly:

- a look-ahead at the very start, a look-behind at the very end: they constrain the whole text, so
  they are further patterns that must, or must not, be found in it;
- a large counter, where the length of the text gives the count: `^[a-z]{1,65536}$` is `^[a-z]*$`
  and a length of 1 to 65,536;
- what a search makes redundant: the tail of `ab+`, the head of `.*a`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from schemareg.regex.automaton import Automaton, automaton, name
from schemareg.regex.budget import OverBudget, Unsupported
from schemareg.regex.characters import ANY, union
from schemareg.regex.syntax import (
    EMPTY,
    NEVER,
    Alt,
    BackReference,
    Boundary,
    Cat,
    Chars,
    End,
    Group,
    Lookaround,
    Node,
    Opaque,
    Repeat,
    Start,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.regex.characters import Ranges

MOST_CLAUSES = 256
"""Alternatives of one question, each of them searched separately."""

_MOST_BRANCHES = 32
_LARGE_COUNT = 12


class Occurs(Value):
    """The node is found in the text."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.node = node

    @property
    def automaton(self) -> Automaton:
        """The automaton of the search; shared, built when first needed."""
        return automaton(self.node)


class Length(Value):
    """The text has this many code points; `None` is no bound."""

    __slots__ = ("high", "low")

    def __init__(self, low: int, high: int | None) -> None:
        super().__init__(low, high)
        self.low = low
        self.high = high


class Not(Value):
    """The negation."""

    __slots__ = ("item",)

    def __init__(self, item: Formula) -> None:
        super().__init__(item)
        self.item = item


class Every(Value):
    """All parts hold; without parts, always true."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Formula, ...]) -> None:
        super().__init__(items)
        self.items = items


class Some(Value):
    """At least one part holds."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Formula, ...]) -> None:
        super().__init__(items)
        self.items = items


Formula: TypeAlias = Occurs | Length | Not | Every | Some


class Clause(Value):
    """A conjunction: all of `found`, none of `missed`, a length in the bounds."""

    __slots__ = ("found", "high", "low", "missed")

    def __init__(
        self, found: frozenset[Occurs], missed: frozenset[Occurs], low: int, high: int | None
    ) -> None:
        super().__init__(found, missed, low, high)
        self.found = found
        self.missed = missed
        self.low = low
        self.high = high

    def possible(self) -> bool:
        """Return whether there is no obvious contradiction."""
        return (self.high is None or self.low <= self.high) and not self.found & self.missed

    def covers(self, other: Clause) -> bool:
        """Return whether every text of the other clause is a text of this one."""
        return (
            self.low <= other.low
            and (self.high is None or (other.high is not None and other.high <= self.high))
            and self.found <= other.found
            and self.missed <= other.missed
        )


def formula(node: Node) -> Formula:
    """Return the formula of a search for the node.

    Raises:
        Unsupported: automata cannot decide a construct in it.
        OverBudget: the decomposition has too many parts.
    """
    return _search(_bare(node))


def holds(wanted: Formula, text: str) -> bool:
    """Return whether a text satisfies the formula."""
    if isinstance(wanted, Occurs):
        return wanted.automaton.accepts(text)
    if isinstance(wanted, Length):
        return wanted.low <= len(text) and (wanted.high is None or len(text) <= wanted.high)
    if isinstance(wanted, Not):
        return not holds(wanted.item, text)
    if isinstance(wanted, Every):
        return all(holds(item, text) for item in wanted.items)
    return any(holds(item, text) for item in wanted.items)


def clauses(wanted: Formula, positive: bool = True) -> list[Clause]:
    """Return the formula, or its negation, as alternatives.

    Raises:
        OverBudget: there are too many.
    """
    nothing: frozenset[Occurs] = frozenset()
    if isinstance(wanted, Not):
        return clauses(wanted.item, not positive)
    if isinstance(wanted, Occurs):
        one = frozenset((wanted,))
        return [Clause(one, nothing, 0, None) if positive else Clause(nothing, one, 0, None)]
    if isinstance(wanted, Length):
        if positive:
            return [Clause(nothing, nothing, wanted.low, wanted.high)]
        outside = []
        if wanted.low > 0:
            outside.append(Clause(nothing, nothing, 0, wanted.low - 1))
        if wanted.high is not None:
            outside.append(Clause(nothing, nothing, wanted.high + 1, None))
        return outside
    parts = [clauses(item, positive) for item in wanted.items]
    if isinstance(wanted, Every) == positive:
        return conjunction(parts)
    return _shortened(clause for part in parts for clause in part)


def conjunction(parts: Iterable[list[Clause]]) -> list[Clause]:
    """Return the alternatives that satisfy one clause of every part.

    Raises:
        OverBudget: there are too many.
    """
    result = [Clause(frozenset(), frozenset(), 0, None)]
    for part in sorted(parts, key=len):
        result = _shortened(
            Clause(
                one.found | other.found,
                one.missed | other.missed,
                max(one.low, other.low),
                one.high
                if other.high is None
                else other.high
                if one.high is None
                else min(one.high, other.high),
            )
            for one in result
            for other in part
        )
    return result


def _shortened(alternatives: Iterable[Clause]) -> list[Clause]:
    """Remove impossible clauses and those that another clause covers."""
    kept: list[Clause] = []
    for clause in alternatives:
        if not clause.possible() or any(other.covers(clause) for other in kept):
            continue
        kept = [other for other in kept if not clause.covers(other)]
        kept.append(clause)
        if len(kept) > MOST_CLAUSES:
            raise OverBudget(f"more than {MOST_CLAUSES} alternatives")
    return kept


def relaxed(node: Node, upwards: bool) -> Node:
    """Return a decidable pattern found in no fewer texts (`upwards`), or in no more texts.

    Look-around and back-references are dropped, or never satisfied; a look-around that can be
    decided exactly stays.
    """
    groups: dict[int, Node] = {}
    if upwards:
        _collect(node, groups)
    return _relax(node, upwards, groups, 0)


def _collect(node: Node, groups: dict[int, Node]) -> None:
    if isinstance(node, Group):
        groups.setdefault(node.number, node.item)
    for child in children(node):
        _collect(child, groups)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node."""
    if isinstance(node, Cat):
        return node.items
    if isinstance(node, Alt):
        return node.branches
    if isinstance(node, (Repeat, Group, Lookaround)):
        return (node.item,)
    return ()


def _relax(node: Node, upwards: bool, groups: dict[int, Node], depth: int) -> Node:
    if isinstance(node, Cat):
        return Cat(tuple(_relax(item, upwards, groups, depth) for item in node.items))
    if isinstance(node, Alt):
        return Alt(tuple(_relax(branch, upwards, groups, depth) for branch in node.branches))
    if isinstance(node, Repeat):
        return Repeat(_relax(node.item, upwards, groups, depth), node.low, node.high)
    if isinstance(node, Group):
        return _relax(node.item, upwards, groups, depth)
    if isinstance(node, Lookaround):
        return EMPTY if upwards else NEVER
    if isinstance(node, BackReference):
        if not upwards:
            return NEVER
        known = [groups[number] for number in node.numbers if number in groups]
        if depth > 2 or len(known) != len(node.numbers):
            return Repeat(Chars(ANY), 0, None)
        return Alt((EMPTY, *(_relax(item, upwards, groups, depth + 1) for item in known)))
    if isinstance(node, Opaque):
        return Chars(ANY) if upwards else NEVER
    return node


def _bare(node: Node) -> Node:
    """Return the node without capturing groups, with nested sequences flattened.

    Raises:
        Unsupported: a back-reference needs its group, or a construct is unknown here.
    """
    if isinstance(node, Group):
        return _bare(node.item)
    if isinstance(node, Cat):
        return _cat(map(_bare, node.items))
    if isinstance(node, Alt):
        return _alt(map(_bare, node.branches))
    if isinstance(node, Repeat):
        item = _bare(node.item)
        if isinstance(item, Lookaround):
            # A repeated look is the same look; an optional look has no effect.
            return item if node.low > 0 else EMPTY
        if node.high == 0:
            return EMPTY
        if isinstance(item, Repeat) and (item.low, item.high) in {(0, None), (1, None)}:
            return Repeat(item.item, item.low * node.low, None)
        return Repeat(item, node.low, node.high)
    if isinstance(node, Lookaround):
        return Lookaround(_bare(node.item), node.ahead, node.negated)
    if isinstance(node, (BackReference, Opaque)):
        raise Unsupported(name(node))
    return node


def _alt(nodes: Iterable[Node]) -> Node:
    branches: list[Node] = []
    ranges: list[Ranges] = []
    for node in nodes:
        for branch in node.branches if isinstance(node, Alt) else (node,):
            if isinstance(branch, Chars):
                ranges.append(branch.ranges)
            elif branch not in branches[:_MOST_BRANCHES]:
                branches.append(branch)
    if ranges:
        # One position instead of many: `(a|b)` is `[ab]`.
        branches.append(Chars(union(*ranges)))
    return branches[0] if len(branches) == 1 else Alt(tuple(branches))


def _cat(nodes: Iterable[Node]) -> Node:
    items: list[Node] = []
    for node in nodes:
        if isinstance(node, Cat):
            items.extend(node.items)
        else:
            items.append(node)
    return items[0] if len(items) == 1 else Cat(tuple(items))


def _has_look(node: Node) -> bool:
    return isinstance(node, Lookaround) or any(map(_has_look, children(node)))


def _search(node: Node) -> Formula:
    items: list[Node] = list(node.items) if isinstance(node, Cat) else [node]
    if not _has_look(node):
        return _plain(items)
    tempered = _tempered(items)
    if tempered is not None:
        return tempered
    branched = _branches(items)
    if branched is not None:
        return Some(tuple(map(_search, branched)))
    said: list[Formula] = []
    _take_from_start(items, said)
    _take_from_end(items, said)
    for item in items:
        if _has_look(item):
            raise Unsupported(name(_first_look(item)))
    return Every((*said, _plain(items)))


def _tempered(items: list[Node]) -> Formula | None:
    """Return the formula of `^a(?:(?!b).)*$`: the sequence without the look, and no `b` after `a`.

    That is exact when the look is the first item of the loop, the loop is the last item of the
    text, and the length before it is fixed; and when `b` is not empty, which it could be at the
    end.
    """
    if len(items) < 3 or items[0] != Start() or items[-1] != End():
        return None
    *head, loop, end = items
    if not isinstance(loop, Repeat) or loop.low > 1 or any(map(_has_look, head)):
        return None
    turn = loop.item.items if isinstance(loop.item, Cat) else ()
    if len(turn) != 2 or not isinstance(turn[1], Chars):
        return None
    look, widths = turn[0], [_width(item) for item in head]
    if not isinstance(look, Lookaround) or not look.ahead or not look.negated or None in widths:
        return None
    if _least(look.item) == 0:
        return None
    before = sum(width or 0 for width in widths)
    skipped = Repeat(Chars(ANY), before, None)
    return Every(
        (
            _search(_cat((*head, Repeat(turn[1], loop.low, loop.high), end))),
            Not(_search(_cat((Start(), skipped, look.item)))),
        )
    )


def _least(node: Node) -> int:
    """Return a lower bound of the length of texts that the node matches."""
    if isinstance(node, Chars):
        return 1
    if isinstance(node, Cat):
        return sum(map(_least, node.items))
    if isinstance(node, Alt):
        return min(map(_least, node.branches))
    if isinstance(node, Repeat):
        return _least(node.item) * node.low
    return 0


def _first_look(node: Node) -> Node:
    if isinstance(node, Lookaround):
        return node
    return next(_first_look(child) for child in children(node) if _has_look(child))


def _branches(items: list[Node]) -> list[Node] | None:
    """Expand the first item that has a choice between looks: `a(?:b|(?!c))`."""
    for at, item in enumerate(items):
        if not _has_look(item):
            continue
        choices: tuple[Node, ...] = ()
        if isinstance(item, Alt):
            choices = item.branches
        elif isinstance(item, Repeat) and item.low == 0 and item.high == 1:
            choices = (item.item, EMPTY)
        elif isinstance(item, Repeat) and item.high is not None and item.high <= 2:
            choices = tuple(Cat((item.item,) * count) for count in range(item.low, item.high + 1))
        if choices:
            if len(choices) > _MOST_BRANCHES:
                raise OverBudget(f"more than {_MOST_BRANCHES} alternatives with look-around")
            return [
                _cat((*items[:at], choice, *items[at + 1 :])) for choice in map(_cat_of, choices)
            ]
    return None


def _cat_of(node: Node) -> Node:
    return _cat(node.items) if isinstance(node, Cat) else node


def _take_from_start(items: list[Node], said: list[Formula]) -> None:
    """Move what is at the start of the text out of the sequence."""
    zone = 0
    while zone < len(items) and isinstance(items[zone], (Start, Boundary, Lookaround)):
        zone += 1
    if Start() in items[:zone]:
        kept: list[Node] = []
        for item in items[:zone]:
            if isinstance(item, Lookaround) and item.ahead:
                inner = _search(_cat((Start(), item.item)))
                said.append(Not(inner) if item.negated else inner)
            else:
                kept.append(item)
        items[:zone] = kept
    elif items and isinstance(items[0], Lookaround) and not items[0].ahead and not items[0].negated:
        # Nothing is before a look-behind that opens the search: it can be read as well.
        items[:1] = [items[0].item]


def _take_from_end(items: list[Node], said: list[Formula]) -> None:
    """Move what is at the end of the text out of the sequence."""
    zone = len(items)
    while zone > 0 and isinstance(items[zone - 1], (End, Boundary, Lookaround)):
        zone -= 1
    if End() in items[zone:]:
        kept: list[Node] = []
        for item in items[zone:]:
            if isinstance(item, Lookaround) and not item.ahead:
                inner = _search(_cat((item.item, End())))
                said.append(Not(inner) if item.negated else inner)
            else:
                kept.append(item)
        items[zone:] = kept
    elif items and isinstance(items[-1], Lookaround) and items[-1].ahead and not items[-1].negated:
        items[-1:] = [items[-1].item]


def _plain(items: list[Node]) -> Formula:
    """Return the formula of a sequence without look-around."""
    _trim(items, last=True)
    _trim(items, last=False)
    lengths = _lengths(items)
    found = Occurs(_cat(items))
    return found if lengths is None else Every((lengths, found))


def _trim(items: list[Node], last: bool) -> None:
    """Reduce the open end of a search to what is necessary: `ab+` is found where `ab` is."""
    at = -1 if last else 0
    while items:
        item = items[at]
        if not isinstance(item, Repeat) or item.high == item.low:
            return
        if item.low == 0:
            del items[at]
        elif item.low == 1:
            items[at : at + 1 or None] = (
                item.item.items if isinstance(item.item, Cat) else (item.item,)
            )
        else:
            items[at] = Repeat(item.item, item.low, item.low)
            return


def _lengths(items: list[Node]) -> Length | None:
    """Replace a large counter by a star where the length of the text gives the count.

    That is so when the pattern is anchored on both sides and everything else has a fixed length.
    The item of the counter must have a fixed length too.
    """
    if len(items) < 3 or items[0] != Start() or items[-1] != End():
        return None
    widths = [_width(item) for item in items]
    loose = [at for at, width in enumerate(widths) if width is None]
    if not loose:
        loose = [at for at, item in enumerate(items) if _large(item)][:1]
    if len(loose) != 1:
        return None
    item = items[loose[0]]
    if not isinstance(item, Repeat) or not _large(item):
        return None
    each = _width(item.item)
    if not each:
        return None
    fixed = sum(width or 0 for at, width in enumerate(widths) if at != loose[0])
    items[loose[0]] = Repeat(item.item, 0, None)
    high = None if item.high is None else fixed + each * item.high
    return Length(fixed + each * item.low, high)


def _large(node: Node) -> bool:
    return isinstance(node, Repeat) and max(node.low, node.high or 0) > _LARGE_COUNT


def _width(node: Node) -> int | None:
    """Return the length of every text that the node matches; `None`: lengths differ."""
    if isinstance(node, Chars):
        return 1
    if isinstance(node, (Start, End, Boundary)):
        return 0
    if isinstance(node, Cat):
        total = 0
        for item in node.items:
            width = _width(item)
            if width is None:
                return None
            total += width
        return total
    if isinstance(node, Alt):
        widths = {_width(branch) for branch in node.branches}
        return widths.pop() if len(widths) == 1 else None
    if isinstance(node, Repeat) and node.low == node.high:
        width = _width(node.item)
        return None if width is None else width * node.low
    return None


__all__ = [
    "Clause",
    "Every",
    "Formula",
    "Length",
    "Not",
    "Occurs",
    "Some",
    "clauses",
    "conjunction",
    "formula",
    "holds",
    "relaxed",
]
