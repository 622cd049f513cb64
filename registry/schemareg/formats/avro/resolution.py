"""Schema resolution: may a reader refuse or misread what a writer writes, and where?

Writer and reader are two automata over types. The walk goes through their product breadth first,
each pair of types once, so that recursive schemas end and the first way to a break is a shortest one.
Source: Apache Avro 1.12.0 specification, section Schema Resolution.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.avro.logical import misread_value
from schemareg.formats.avro.schema import NAMED, short
from schemareg.model.targets import Inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.formats.avro.data import Smallest
    from schemareg.formats.avro.schema import AvroField, Type
    from schemareg.model.targets import Step, Steps

_Key = tuple[int, int]

_PROMOTIONS = {
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "string": ("bytes",),
    "bytes": ("string",),
}


class MismatchKind(Enum):
    """Why a reader refuses or misreads."""

    TYPE = "avro-type-changed"
    NAME = "avro-name-changed"
    SIZE = "avro-fixed-size-changed"
    FIELD = "avro-field-missing"
    SYMBOL = "avro-symbol-removed"
    BRANCH = "avro-branch-removed"
    LOGICAL = "avro-logical-type-changed"
    ALIAS = "avro-alias-ambiguous"
    LOSS = "field-removed"
    """No break: the reader takes its default for a field that is not written."""


class Mismatch(NamedTuple):
    """One reason why a value of `writer` is not read by `reader`, both without unions around them."""

    kind: MismatchKind
    writer: Type
    reader: Type
    name: str = ""
    """The reader's field that has no value, the symbol that it does not have."""
    other: str = ""
    """The second field of the writer that is read as the same field."""


class PairStep(NamedTuple):
    """One step into the data: a field of the writer, a branch of its union, an item or a value."""

    writer: AvroField | int | None
    """A field, the position of a branch, or None for an item or a value."""
    reader: AvroField | None = None
    """The reader's field, where the writer's is one."""


class Way(NamedTuple):
    """From the root to a mismatch."""

    moves: tuple[PairStep, ...]
    mismatch: Mismatch
    by_full_name: bool
    """Whether only implementations get there that prefer a union's branch of the same full name."""


class _Edge(NamedTuple):
    move: PairStep | None
    """None where only the reader chooses a branch."""
    target: _Key
    by_full_name: bool


Pair = tuple["Type", "Type"]


@dataclass(slots=True)
class _State:
    pair: Pair
    mismatches: list[Mismatch] = field(default_factory=list)
    losses: list[Mismatch] = field(default_factory=list)
    edges: list[_Edge] = field(default_factory=list)
    """Where data lead on."""


class SchemaPair:
    """The product of a writer and a reader: which pairs of types meet, and what breaks there.

    `smallest` is of the writer: pairs that no finite datum reaches do not count.
    """

    def __init__(self, writer: Type, reader: Type, smallest: Smallest) -> None:
        self._smallest = smallest
        self._states: dict[_Key, _State] = {}
        self._root = self._explore(writer, reader)

    @property
    def breaks(self) -> bool:
        """Whether there is a mismatch that some datum reaches."""
        return any(state.mismatches for state in self._states.values())

    @property
    def pairs(self) -> int:
        """How many pairs of types meet."""
        return len(self._states)

    def ways(self, steps: int, *, losses: bool = False) -> Iterator[Way]:
        """A way to each mismatch, shortest first; where several fields reach it, one for each.

        With `losses`, to each field that the reader takes its default for instead.

        No way enters a pair of types twice. Ends early after `steps` steps, with `exhausted`.
        """
        self.exhausted = False
        ends = {
            key: state.losses if losses else state.mismatches for key, state in self._states.items()
        }
        leading = self._leading({key for key, found in ends.items() if found})
        queue: deque[tuple[_Key, tuple[PairStep, ...], bool, frozenset[_Key]]] = deque()
        if self._root in leading:
            queue.append((self._root, (), False, frozenset((self._root,))))
        while queue:
            key, moves, by_full_name, seen = queue.popleft()
            state = self._states[key]
            for mismatch in ends[key]:
                yield Way(moves, mismatch, by_full_name)
            for edge in state.edges:
                if edge.target in leading and edge.target not in seen:
                    steps -= 1 + len(moves) // 8
                    if steps < 0:
                        self.exhausted = True
                        return
                    onward = moves if edge.move is None else (*moves, edge.move)
                    named = by_full_name or edge.by_full_name
                    queue.append((edge.target, onward, named, seen | {edge.target}))

    def _leading(self, leading: set[_Key]) -> set[_Key]:
        """The pairs from which one of some pairs is reached."""
        before: dict[_Key, list[_Key]] = {}
        for key, state in self._states.items():
            for edge in state.edges:
                before.setdefault(edge.target, []).append(key)
        pending = list(leading)
        while pending:
            for key in before.get(pending.pop(), ()):
                if key not in leading:
                    leading.add(key)
                    pending.append(key)
        return leading

    def _explore(self, writer: Type, reader: Type) -> _Key:
        root = self._state(writer, reader)
        pending = deque([root])
        while pending:
            state = self._states[pending.popleft()]
            for move, pair, by_full_name in self._expand(state):
                if self._smallest.size(pair[0]) is None:
                    continue  # nothing can be written there
                known = (id(pair[0]), id(pair[1])) in self._states
                key = self._state(*pair)
                state.edges.append(_Edge(move, key, by_full_name))
                if not known:
                    pending.append(key)
        return root

    def _state(self, writer: Type, reader: Type) -> _Key:
        key = (id(writer), id(reader))
        if key not in self._states:
            self._states[key] = _State((writer, reader))
        return key

    def _expand(self, state: _State) -> Iterator[tuple[PairStep | None, Pair, bool]]:
        writer, reader = state.pair
        if self._smallest.size(writer) is None:
            return
        if writer.kind == "union":
            for position, branch in enumerate(writer.branches):
                yield PairStep(position), (branch, reader), False
        elif reader.kind == "union":
            chosen = chosen_branches(writer, reader)
            if not chosen:
                state.mismatches.append(Mismatch(MismatchKind.BRANCH, writer, reader))
            for branch in chosen:
                yield None, (writer, branch), branch is not chosen[0]
        else:
            why = refusal(writer, reader)
            if why is not None:
                state.mismatches.append(Mismatch(why, writer, reader))
                return
            yield from self._inside(state, writer, reader)

    def _inside(
        self, state: _State, writer: Type, reader: Type
    ) -> Iterator[tuple[PairStep | None, Pair, bool]]:
        if writer.kind == "record":
            matched = matched_fields(writer, reader)
            for theirs, own, also in matched:
                if own is None and not theirs.has_default:
                    mismatch = Mismatch(MismatchKind.FIELD, writer, reader, theirs.name)
                    state.mismatches.append(mismatch)
                elif own is None:
                    state.losses.append(Mismatch(MismatchKind.LOSS, writer, reader, theirs.name))
                elif also is not None:
                    mismatch = Mismatch(MismatchKind.ALIAS, writer, reader, theirs.name, also.name)
                    state.mismatches.append(mismatch)
                if own is not None:
                    yield PairStep(own, theirs), (own.type, theirs.type), False
        elif writer.kind == "enum":
            if reader.default is None:
                own_symbols = frozenset(reader.symbols)
                state.mismatches += [
                    Mismatch(MismatchKind.SYMBOL, writer, reader, symbol)
                    for symbol in writer.symbols
                    if symbol not in own_symbols
                ]
        elif writer.kind in ("array", "map"):
            inside = writer.inner, reader.inner
            unions = any(each.kind == "union" for each in inside)
            if self._smallest.size(writer.inner) is None and not unions:
                # It is always empty, and is matched by the types of its items all the same.
                if refusal(*inside) not in _RESOLVED_LATER:
                    state.mismatches.append(Mismatch(MismatchKind.TYPE, writer, reader))
            yield PairStep(None), (writer.inner, reader.inner), False


def types_on_the_way(writer: Type, moves: Sequence[PairStep]) -> list[Type]:
    """The writer's types on the way: before each move, and after the last."""
    found = [writer]
    for move in moves:
        here = found[-1]
        if isinstance(move.writer, int):
            found.append(here.branches[move.writer])
        elif move.writer is not None:
            found.append(move.writer.type)
        else:
            found.append(here.inner)
    return found


def field_steps(way: Sequence[Type], found: Way) -> Steps:
    """The field of a mismatch, in the reader's names; `way` are the types on the way to it."""
    steps: list[Step] = []
    for type_, move in zip(way, found.moves, strict=False):
        if move.reader is not None:
            steps.append(move.reader.name)
        elif move.writer is None:
            steps.append(None if type_.kind == "array" else Inside.VALUES)
    if found.mismatch.kind in (MismatchKind.FIELD, MismatchKind.ALIAS, MismatchKind.LOSS):
        steps.append(found.mismatch.name)
    return tuple(steps)


def matched_fields(
    writer: Type, reader: Type
) -> list[tuple[AvroField, AvroField | None, AvroField | None]]:
    """Each field of the reader with the writer's field that it gets: by name, else by an alias.

    The third is a further field of the writer that an alias makes the same one.
    """
    by_name = {each.name: each for each in writer.fields}
    found: list[tuple[AvroField, AvroField | None, AvroField | None]] = []
    for theirs in reader.fields:
        named = [theirs.name, *theirs.aliases]
        own = [by_name[name] for name in dict.fromkeys(named) if name in by_name]
        found.append((theirs, own[0] if own else None, own[1] if len(own) > 1 else None))
    return found


def chosen_branches(writer: Type, reader: Type) -> list[Type]:
    """The branches of a reader's union that implementations choose for a type that is no union.

    By the specification the first that matches, by unqualified name. Apache's implementations
    prefer the one of the same full name: where that is another, both count.
    """
    matching = [
        each for each in _candidates(writer, reader) if refusal(writer, each) in _RESOLVED_LATER
    ]
    chosen = matching[:1]
    if writer.name:
        chosen += [each for each in matching[1:] if each.name == writer.name]
    return chosen


def _candidates(writer: Type, reader: Type) -> Sequence[Type]:
    """The branches that may match, in their order: a union may have thousands of named types."""
    if reader.by_name is None:
        reader.by_name = {}
        for each in reader.branches:
            names = [short(each.name), *each.aliases] if each.name else [""]
            for name in dict.fromkeys(names):
                reader.by_name.setdefault(name, []).append(each)
    if not writer.name:
        return reader.by_name.get("", ())
    named = [
        *reader.by_name.get(short(writer.name), ()),
        *(reader.by_name.get(writer.name, ()) if "." in writer.name else ()),
    ]
    if len(named) < 2:
        return named
    order = {id(each): position for position, each in enumerate(reader.branches)}
    return sorted(dict.fromkeys(named), key=lambda each: order[id(each)])


_RESOLVED_LATER = (None, MismatchKind.LOGICAL)
"""What does not keep a reader from choosing a branch."""


def refusal(writer: Type, reader: Type) -> MismatchKind | None:
    """Why two types that are no unions do not match, by themselves; None where they do."""
    if writer.kind in NAMED or reader.kind in NAMED:
        if writer.kind != reader.kind:
            return MismatchKind.TYPE
        if short(writer.name) != short(reader.name) and writer.name not in reader.aliases:
            return MismatchKind.NAME
        if writer.size != reader.size:
            return MismatchKind.SIZE
    elif writer.kind != reader.kind and reader.kind not in _PROMOTIONS.get(writer.kind, ()):
        return MismatchKind.TYPE
    if misread_value(writer.logical, reader.logical, writer.kind, writer.size) is not None:
        return MismatchKind.LOGICAL
    return None
