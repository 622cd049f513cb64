"""What a consumer's queries read, against what its file declares that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.model import targets
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Consumer
    from schemareg.model.targets import Steps, Target
    from schemareg.sql.lineage import Reading, SourceRelation


@dataclass(frozen=True, slots=True)
class ConsumerReading:
    """What the queries of one consumer read, and how that compares with its file."""

    consumer: Consumer
    readings: tuple[tuple[str, Reading], ...]
    """Path of each SQL file and what it reads, sorted by path."""
    undeclared: tuple[str, ...]
    """Fields that a query reads and the file does not declare, as targets, sorted."""
    unconfirmed: tuple[str, ...]
    """Fields that the file declares and no query was seen to read: a warning, never a proof."""


def compared(
    consumer: Consumer,
    readings: tuple[tuple[str, Reading], ...],
    relations: Sequence[SourceRelation],
    target: Target | None = None,
) -> ConsumerReading:
    """The readings of a consumer beside its declaration; of one schema where `target` names one."""
    wanted = f"{target.product}/{target.schema}" if target and target.schema else ""
    everything = {each.schema: [column.path for column in each.table.columns] for each in relations}
    seen: dict[str, set[str]] = {}
    for _, reading in readings:
        for use in reading.uses:
            fields = everything[use.schema] if use.field == "*" else [use.field]
            seen.setdefault(use.schema, set()).update(each for each in fields if each)
    declared: dict[str, list[Steps]] = {}
    for promised in consumer.uses:
        schema = f"{promised.schema.product}/{promised.schema.schema}"
        if not wanted or schema == wanted:
            declared.setdefault(schema, []).extend(promised.fields or [()])
    undeclared = [
        f"{schema}#{field}"
        for schema, fields in seen.items()
        for field in fields
        if not any(_covers(each, _steps(field)) for each in declared.get(schema, ()))
    ]
    unconfirmed = [
        f"{schema}#{field_text(steps)}"
        for schema, fields in declared.items()
        for steps in fields
        if steps
        and not any(
            _covers(steps, _steps(each)) or _covers(_steps(each), steps)
            for each in seen.get(schema, ())
        )
    ]
    return ConsumerReading(
        consumer, readings, tuple(sorted({*undeclared})), tuple(sorted({*unconfirmed}))
    )


def _covers(outer: Steps, inner: Steps) -> bool:
    return inner[: len(outer)] == outer


def _steps(field: str) -> Steps:
    return targets.parse(f"p/s#{field}").field
