"""Schemas as signed formulas: one table of interned nodes, so that equal content is one number.

A *literal* is an int: node number times two, plus one when it is negated; `lit ^ 1` is its
negation. `T` is true, `F` is false. Keyword nodes are guarded as in JSON Schema: `MIN_LENGTH` holds
for every value that is not a string. There are no drafts and no `$ref` here: `compile.py` has
resolved them.

Every node has two sets of types, as bit masks: those of which it *may* accept a value, and those of
which it *must* accept every value. These alone settle most of what two schemas share.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.documents import json_values
from schemareg.regex import compile as compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.documents.json_values import JsonValue


class BudgetSpent(Exception):
    """The search has used up its steps, its time or its memory; `str()` says which."""


Lit = int
"""A node with a sign."""

T: Lit = 0
F: Lit = 1

NULL, BOOLEAN, INTEGER, FRACTIONAL, STRING, ARRAY, OBJECT = (1 << bit for bit in range(7))
NUMBER = INTEGER | FRACTIONAL
ANY = 127
"""All types; a number is an INTEGER or, where it is not integral, FRACTIONAL."""

TYPES = (NULL, BOOLEAN, INTEGER, STRING, FRACTIONAL, ARRAY, OBJECT)
"""The order in which witnesses are searched: the plainest first."""


class NodeKind(IntEnum):
    """What a node says about a value, and what its data is."""

    TRUE = 0
    AND = 1  # tuple of literals, sorted, at least two
    ONE_OF = 2  # tuple of literals, sorted, duplicates kept
    REF = 3  # a key; `Nodes.definition` has the literal once it is compiled
    TYPE = 4  # mask
    ENUM = 5  # frozenset of keys; `Nodes.members` has the values
    AT_LEAST = 6  # (bound, exclusive)
    AT_MOST = 7  # (bound, exclusive)
    MULTIPLE_OF = 8  # positive int or Fraction
    MIN_LENGTH = 9  # int
    MAX_LENGTH = 10  # int
    PATTERN = 11  # source
    FORMAT = 12  # name
    MIN_ITEMS = 13  # int
    MAX_ITEMS = 14  # int
    UNIQUE = 15  # ()
    ITEMS = 16  # (tuple of literals for the first items, literal for the rest)
    ITEM = 17  # (index, literal): there is an item at the index, and it fits
    CONTAINS = 18  # (literal, lowest, highest or None, first index that counts)
    MIN_PROPERTIES = 19  # int
    MAX_PROPERTIES = 20  # int
    HAS = 21  # name: there is a property of that name
    PROPERTY = 22  # (name, literal): there is one, and its value fits
    PROPERTIES = 23  # (tuple of (name, lit), tuple of (pattern, lit), lit for the rest)
    NAMES = 24  # literal that every name fits
    SOME_PROPERTY = (
        25  # (excluded names, missed patterns, found patterns, literal of the name, of the value)
    )
    UNEVALUATED = 26  # (ITEMS or PROPERTIES, entries, literal for what is not evaluated)


GUARD = {
    NodeKind.AT_LEAST: NUMBER,
    NodeKind.AT_MOST: NUMBER,
    NodeKind.MULTIPLE_OF: NUMBER,
    NodeKind.MIN_LENGTH: STRING,
    NodeKind.MAX_LENGTH: STRING,
    NodeKind.PATTERN: STRING,
    NodeKind.FORMAT: STRING,
    NodeKind.MIN_ITEMS: ARRAY,
    NodeKind.MAX_ITEMS: ARRAY,
    NodeKind.UNIQUE: ARRAY,
    NodeKind.ITEMS: ARRAY,
    NodeKind.ITEM: ARRAY,
    NodeKind.CONTAINS: ARRAY,
    NodeKind.MIN_PROPERTIES: OBJECT,
    NodeKind.MAX_PROPERTIES: OBJECT,
    NodeKind.HAS: OBJECT,
    NodeKind.PROPERTY: OBJECT,
    NodeKind.PROPERTIES: OBJECT,
    NodeKind.NAMES: OBJECT,
    NodeKind.SOME_PROPERTY: OBJECT,
}
"""The types that a keyword constrains; it accepts every value of any other type."""


def type_of(value: JsonValue) -> int:
    """The bit of a value's type."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    if isinstance(value, str):
        return STRING
    if isinstance(value, Fraction):
        return FRACTIONAL
    return ARRAY if isinstance(value, list) else OBJECT


def _never() -> bool:
    return False


class Evaluated(NamedTuple):
    """What one keyword evaluates, for `unevaluatedProperties` and `unevaluatedItems`."""

    names: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    everything: bool = False
    first: int = 0
    """The number of first items."""
    matching: tuple[Lit, ...] = ()
    """Items that fit one of these (`contains` from 2020-12 on)."""


class Nodes:
    """The table of nodes. It only grows; one comparison has one, so that both sides share equal
    nodes.
    """

    def __init__(self) -> None:
        self.kind: list[NodeKind] = [NodeKind.TRUE]
        self.data: list[Any] = [()]
        self._number: dict[Hashable, int] = {(NodeKind.TRUE, ()): 0}
        self._may: list[int | None] = [ANY]
        self._must: list[int | None] = [ANY]
        self.definition: dict[int, Lit] = {}
        """The literal a REF node stands for."""
        self.members: dict[int, tuple[JsonValue, ...]] = {}
        """The values of an ENUM node, in the order first written."""
        self._named: dict[int, dict[str, Lit]] = {}
        self._height: dict[int, int] = {}
        self.late: Callable[[], bool] = _never
        """Whether the time for work on these nodes is over; `spend` calls it at intervals."""
        self._spent = 0
        self._hurried = 0
        self.hints: dict[str, list[JsonValue]] = {}
        """By property name, values that the authors of the schemas wrote as examples or
        defaults.
        """

    def intern(self, kind: NodeKind, data: Hashable) -> Lit:
        """The positive literal of the node with this content."""
        key = (kind, data)
        number = self._number.get(key)
        if number is None:
            number = self._number[key] = len(self.kind)
            self.kind.append(kind)
            self.data.append(data)
            self._may.append(None)
            self._must.append(None)
        return number << 1

    def conjunction(self, literals: Iterable[Lit]) -> Lit:
        """All of these; flattened, so that nested `allOf` is one node."""
        parts: set[Lit] = set()
        for literal in literals:
            if not literal & 1 and self.kind[literal >> 1] is NodeKind.AND:
                parts.update(self.data[literal >> 1])
            else:
                parts.add(literal)
        parts.discard(T)
        if F in parts or any(part ^ 1 in parts for part in parts):
            return F
        if not parts:
            return T
        if len(parts) == 1:
            return parts.pop()
        return self.intern(NodeKind.AND, tuple(sorted(parts)))

    def disjunction(self, literals: Iterable[Lit]) -> Lit:
        """Any of these."""
        return self.conjunction([literal ^ 1 for literal in literals]) ^ 1

    def one_of(self, literals: Iterable[Lit]) -> Lit:
        """Exactly one of these."""
        parts = sorted(literals)
        true = parts.count(T)
        parts = [part for part in parts if part not in (T, F)]
        if true > 1:
            return F
        if true:
            return self.conjunction([part ^ 1 for part in parts])
        if not parts:
            return F
        if len(parts) == 1:
            return parts[0]
        if self._disjoint_types(parts) or self._discriminated(parts):
            return self.disjunction(parts)
        return self.intern(NodeKind.ONE_OF, tuple(parts))

    def _discriminated(self, parts: list[Lit]) -> bool:
        """Whether one property separates the parts: each requires it, with different values."""
        tags = [self._tags(part) for part in parts]
        for name in tags[0]:
            values = [each.get(name) for each in tags]
            known = [each for each in values if each is not None]
            if len(known) == len(parts) and sum(map(len, known)) == len(
                frozenset[Hashable]().union(*known)
            ):
                return True
        return False

    def _tags(self, part: Lit) -> dict[str, frozenset[Hashable]]:
        """Properties that every value of this literal has, with the finitely many values they take."""
        if part & 1 or self.may(part) != OBJECT or self.kind[part >> 1] is not NodeKind.AND:
            return {}
        needed, listed = set(), {}
        for literal in self.data[part >> 1]:
            kind, data = self.kind[literal >> 1], self.data[literal >> 1]
            if literal & 1:
                continue
            if kind is NodeKind.HAS:
                needed.add(data)
            elif kind is NodeKind.PROPERTIES:
                for name, fits in data[0]:
                    inner = (
                        self.data[fits >> 1] if self.kind[fits >> 1] is NodeKind.AND else (fits,)
                    )
                    for each in inner if not fits & 1 else ():
                        if not each & 1 and self.kind[each >> 1] is NodeKind.ENUM:
                            listed[name] = self.data[each >> 1]
        return {name: values for name, values in listed.items() if name in needed}

    def _disjoint_types(self, parts: list[Lit]) -> bool:
        seen = 0
        for part in parts:
            mask = self.may(part)
            if mask & seen:
                return False
            seen |= mask
        return True

    def types(self, mask: int) -> Lit:
        """Any value of these types."""
        if mask == ANY:
            return T
        return self.intern(NodeKind.TYPE, mask) if mask else F

    def enum(self, values: Iterable[JsonValue]) -> Lit:
        """One of these values."""
        by_key: dict[Hashable, JsonValue] = {}
        for value in values:
            by_key.setdefault(json_values.key(value), value)
        if not by_key:
            return F
        literal = self.intern(NodeKind.ENUM, frozenset(by_key))
        self.members.setdefault(literal >> 1, tuple(by_key.values()))
        return literal

    def properties(
        self,
        named: dict[str, Lit],
        patterned: Iterable[tuple[str, Lit]] = (),
        rest: Lit = T,
    ) -> Lit:
        """The constraint on the values of an object, by name; simplified where it has no effect."""
        patterns = tuple(sorted({pair for pair in patterned if rest != T or pair[1] != T}))
        names = named
        if rest == T:
            names = {name: literal for name, literal in named.items() if literal != T}
            if not names and not patterns:
                return T
        return self.intern(NodeKind.PROPERTIES, (tuple(sorted(names.items())), patterns, rest))

    def items(self, first: Iterable[Lit], rest: Lit) -> Lit:
        """The constraint on the items of an array: each of the first ones, the same for the
        rest.
        """
        prefix = list(first)
        while prefix and prefix[-1] == rest:
            prefix.pop()
        if not prefix and rest == T:
            return T
        return self.intern(NodeKind.ITEMS, (tuple(prefix), rest))

    def hint(self, name: str, values: Iterable[JsonValue]) -> None:
        """Remember values to try first for a property of that name."""
        known = self.hints.setdefault(name, [])
        for value in values:
            if len(known) < 8 and not any(json_values.equal(value, other) for other in known):
                known.append(value)

    def contains(self, literal: Lit, lowest: int, highest: int | None, start: int = 0) -> Lit:
        """At least `lowest` and at most `highest` items from index `start` on satisfy the
        literal.
        """
        if highest is not None and highest < lowest:
            return self.types(ANY & ~ARRAY)
        if lowest == 0 and (highest is None or literal == F):
            return T
        if literal == F:
            return self.types(ANY & ~ARRAY)
        return self.intern(NodeKind.CONTAINS, (literal, lowest, highest, start))

    def unevaluated(
        self, about: NodeKind, entries: Iterable[tuple[tuple[Lit, ...], Evaluated]], rest: Lit
    ) -> Lit:
        """Whatever no entry whose guards all hold evaluates satisfies `rest`."""
        kept = []
        for guards, entry in entries:
            needed = tuple(guard for guard in guards if guard != T)
            if F not in needed:
                kept.append((needed, entry))
        if rest == T:
            return T
        if not any(guards for guards, _ in kept):
            return self.evaluated(about, [entry for _, entry in kept], rest)
        if about is NodeKind.PROPERTIES and not any(
            guards and (entry.patterns or entry.everything) for guards, entry in kept
        ):
            return self._unevaluated_names(kept, rest)
        return self.intern(NodeKind.UNEVALUATED, (about, tuple(kept), rest))

    def _unevaluated_names(
        self, entries: list[tuple[tuple[Lit, ...], Evaluated]], rest: Lit
    ) -> Lit:
        """The same per name, where only names depend on guards: no choice of guards is
        necessary.
        """
        free = [entry for guards, entry in entries if not guards]
        guarded: dict[str, list[Lit]] = {}
        for guards, entry in entries:
            for name in entry.names if guards else ():
                guarded.setdefault(name, []).append(self.conjunction(guards))
        if any(entry.everything for entry in free):
            return T
        outside = self.evaluated(
            NodeKind.PROPERTIES, [*free, Evaluated(names=frozenset(guarded))], rest
        )
        parts = [outside]
        for name, conditions in guarded.items():
            if any(name in entry.names for entry in free):
                continue
            absent = [self.types(ANY & ~OBJECT), self.intern(NodeKind.HAS, name) ^ 1]
            fits = [] if rest == F else [self.intern(NodeKind.PROPERTY, (name, rest))]
            matched = [compile_pattern(p).search(name) for entry in free for p in entry.patterns]
            if not any(matched):
                parts.append(self.disjunction([*absent, *fits, *conditions]))
        return self.conjunction(parts)

    def named(self, number: int) -> dict[str, Lit]:
        """The names that a PROPERTIES node lists, with their literals."""
        known = self._named.get(number)
        if known is None:
            known = self._named[number] = dict(self.data[number][0])
        return known

    def evaluated(self, about: NodeKind, entries: Iterable[Evaluated], rest: Lit) -> Lit:
        """ITEMS or PROPERTIES: what the entries evaluate is free, everything else satisfies
        `rest`.
        """
        entries = list(entries)
        if any(entry.everything for entry in entries):
            return T
        if about is NodeKind.ITEMS:
            fits = self.disjunction([rest, *(part for entry in entries for part in entry.matching)])
            return self.items([T] * max((entry.first for entry in entries), default=0), fits)
        names = {name: T for entry in entries for name in entry.names}
        return self.properties(names, [(p, T) for entry in entries for p in entry.patterns], rest)

    def spend(self) -> None:
        """Account for one test of a value. Raises BudgetSpent when the time is over."""
        self._spent += 1
        if self._spent & 1023 == 0 and self.late():
            raise BudgetSpent("testing a value used up the time")

    def hurry(self) -> None:
        """Account for the compilation of one schema. Raises BudgetSpent when the time is over."""
        self._hurried += 1
        if self._hurried & 15 == 0 and self.late():
            raise BudgetSpent("compiling the schemas used up the time")

    def height(self, literal: Lit) -> int:
        """How deep a value must be to satisfy or to violate it, roughly; recursion counts as deep.

        Used to try plain values first: people read the witnesses.
        """
        number = literal >> 1
        known = self._height.get(number)
        if known is not None:
            return known
        kind, data = self.kind[number], self.data[number]
        self._height[number] = 99
        inner: Iterable[Lit] = ()
        deeper = 0
        if kind in (NodeKind.AND, NodeKind.ONE_OF):
            inner = data
        elif kind is NodeKind.REF:
            return 99
        elif kind is NodeKind.PROPERTIES:
            deeper, inner = 1, [lit for _, lit in data[0]] + [lit for _, lit in data[1]] + [data[2]]
        elif kind is NodeKind.ITEMS:
            deeper, inner = 1, [*data[0], data[1]]
        elif kind in (NodeKind.CONTAINS, NodeKind.PROPERTY, NodeKind.ITEM, NodeKind.SOME_PROPERTY):
            deeper, inner = 1, [data[0] if kind is NodeKind.CONTAINS else data[-1]]
        height = min(99, deeper + max((self.height(each) for each in inner), default=0))
        self._height[number] = height
        return height

    def may(self, literal: Lit) -> int:
        """Mask of the types of which the literal may accept a value."""
        number = literal >> 1
        if self._may[number] is None:
            self._bound(number)
        if literal & 1:
            return ANY & ~self._must[number]  # type: ignore[operator]
        return self._may[number]  # type: ignore[return-value]

    def must(self, literal: Lit) -> int:
        """Mask of the types of which the literal accepts every value."""
        return ANY & ~self.may(literal ^ 1)

    def _bound(self, number: int) -> None:
        kind, data = self.kind[number], self.data[number]
        may, must = ANY, 0
        guard = GUARD.get(kind)
        if guard is not None:
            must = ANY & ~guard
        elif kind is NodeKind.UNEVALUATED:
            must = ANY & ~(ARRAY if data[0] is NodeKind.ITEMS else OBJECT)
        elif kind is NodeKind.TYPE:
            may = must = data
        elif kind is NodeKind.ENUM:
            may = 0
            for value in self.members[number]:
                may |= type_of(value)
            must = (None in data) * NULL | ({("bool", False), ("bool", True)} <= data) * BOOLEAN
        elif kind is NodeKind.AND:
            must = ANY
            for part in data:
                may &= self.may(part)
                must &= self.must(part)
        elif kind is NodeKind.ONE_OF:
            must, twice, may = 0, 0, 0
            certain = 0
            for part in data:
                twice |= certain & self.must(part)
                certain |= self.must(part)
                may |= self.may(part)
            may &= ~twice
            for bit in TYPES:
                if certain & bit and sum(bool(self.may(part) & bit) for part in data) == 1:
                    must |= bit
        elif kind is NodeKind.REF:
            # While the definition is compiled, or refers to itself, nothing is known of it.
            self._may[number], self._must[number] = ANY, 0
            target = self.definition.get(number)
            if target is not None:
                may, must = self.may(target), self.must(target)
        self._may[number], self._must[number] = may, must
