"""The verdict on a writer and a reader: compatible, or each break with a message that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.formats.avro import data
from schemareg.formats.avro.canonical import spelled_out
from schemareg.formats.avro.data import Smallest
from schemareg.formats.avro.resolution import (
    Mismatch,
    MismatchKind,
    PairStep,
    SchemaPair,
    Way,
    field_steps,
    types_on_the_way,
)
from schemareg.formats.avro.rules import BY_ID, sentences
from schemareg.formats.avro.witness import Confirmer, Shown, bounded, message, pointer
from schemareg.formats.verdict import Break, Budget, Verdict
from schemareg.model import Outcome
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.formats.avro.data import Datum
    from schemareg.formats.avro.schema import AvroField, Type
    from schemareg.model import Pointer

MAX_STEPS = 20_000
"""Steps on ways to breaks; the walk that decides is not bounded by it."""

NO_LIBRARY = (
    "a break was found, and fastavro is missing to confirm it: pip install 'schemareg[avro]'"
)


def compare(reader: Type, writer: Type, budget: Budget = Budget()) -> Verdict:  # noqa: B008
    """Whether the reader may refuse or misread what the writer may write.

    Every break is confirmed by `fastavro`; without it, and where it reads the message all the same,
    the verdict is undecided, with the reason.
    """
    if spelled_out(reader) == spelled_out(writer):
        return Verdict(Outcome.COMPATIBLE)  # nothing is resolved, not even a union's branch
    smallest = Smallest(writer)
    product = SchemaPair(writer, reader, smallest)
    if not product.breaks:
        return Verdict(Outcome.COMPATIBLE)
    try:
        confirmer = Confirmer(writer, reader)
    except ImportError:
        return Verdict(Outcome.UNDECIDED, NO_LIBRARY)
    except ValueError as error:
        return Verdict(Outcome.UNDECIDED, f"fastavro refuses a schema: {error}")
    found: dict[tuple[object, ...], Break] = {}
    reasons: list[str] = []
    for way in product.ways(MAX_STEPS):
        if len(found) >= budget.findings:
            reasons.append(f"there are more than {budget.findings} breaks")
            break
        answer = _break(smallest, writer, way, confirmer)
        if isinstance(answer, str):
            reasons.append(answer)
        else:
            found.setdefault((answer.rule, answer.field, answer.pointer, answer.message), answer)
    if product.exhausted:
        reasons.append("not every field that reaches a break was looked at")
    breaks = tuple(sorted(found.values(), key=lambda each: (each.field, each.rule, each.message)))
    outcome = Outcome.BREAKING if breaks else Outcome.UNDECIDED
    return Verdict(outcome, "; ".join(dict.fromkeys(reasons)), breaks)


def _break(smallest: Smallest, writer: Type, found: Way, confirmer: Confirmer) -> Break | str:
    """The break, or why it is not reported."""
    moves, mismatch, by_full_name = found
    way = types_on_the_way(writer, moves)
    path = field_text(field_steps(way, found))
    if by_full_name:
        return (
            f"{sentences(mismatch)[0]} at {path!r}, for readers that choose a union's branch by its"
            " full name; others choose the first of that short name, and read the message"
        )
    if not bounded(smallest, way, moves, mismatch):
        return (
            f"the smallest message that shows the break at {path!r} has more than"
            f" {data.MAX_LEAVES:,} values or {data.MAX_DEPTH} levels"
        )
    datum = message(smallest, way, moves, mismatch)
    shown = confirmer.shows(datum, mismatch, _end(datum, way, moves))
    if shown not in (Shown.REFUSED, Shown.MISREAD):
        return f"{sentences(mismatch)[0]} at {path!r}, and fastavro reads the message all the same"
    rule = BY_ID[mismatch.kind.value]
    backward, forward = sentences(mismatch)
    return Break(
        rule=rule.id,
        message=backward,
        keyword=rule.keywords[0],
        pointer=_refusing(mismatch, rule.keywords[0]),
        uri=mismatch.reader.uri,
        field=path,
        instance=pointer(way, moves),
        record=data.text(writer, datum),
        remedy=rule.remedy,
        forward=forward,
        value=mismatch.name if mismatch.kind is MismatchKind.SYMBOL else "",
    )


def _end(datum: Datum, way: Sequence[Type], moves: Sequence[PairStep]) -> Datum:
    for type_, move in zip(way, moves, strict=False):
        if isinstance(move.writer, int):
            datum = datum.value
        elif move.writer is not None:
            datum = datum[move.writer.name]
        else:
            datum = datum[0] if type_.kind == "array" else next(iter(datum.values()))
    return datum


def _refusing(mismatch: Mismatch, keyword: str) -> Pointer:
    """The place in the reader's document that refuses."""
    reader = mismatch.reader
    if mismatch.kind in (MismatchKind.FIELD, MismatchKind.ALIAS):
        own: AvroField = next(each for each in reader.fields if each.name == mismatch.name)
        return own.pointer if mismatch.kind is MismatchKind.FIELD else (*own.pointer, keyword)
    if mismatch.kind in (MismatchKind.TYPE, MismatchKind.BRANCH):
        return reader.pointer
    return (*reader.pointer, keyword)
