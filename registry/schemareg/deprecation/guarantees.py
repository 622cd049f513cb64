"""Compares the guarantees of a product beside its schemas with those before.

A tightened guarantee is fine: the writer must keep it. A loosened guarantee is a promise that
ends, with time like any other.

Source: the rules of time, 20 and 21.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Classification
from schemareg.model.targets import Target
from schemareg.rules import semantics as rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents import Document
    from schemareg.model import Finding, Pointer, Product
    from schemareg.rules.rule import Rule

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AT_MOST = ("freshness", "latency")
"""Service levels where a lower value is better."""


class Loosened(NamedTuple):
    """A finding, and the promise that it ends."""

    finding: Finding
    target: Target
    guarantee: str


def loosened(before: Product, after: Product, document: Document) -> Iterator[Loosened]:
    """The loosened guarantees of a product; `document` is its current file."""
    yield from _classification(before, after, document)
    for name, was in sorted(before.service_levels.items()):
        now = after.service_levels.get(name, "")
        if not now or _weaker(name, was, now):
            yield _found(
                document,
                ("service-levels", name),
                (rules.SERVICE_LEVEL_LOOSENED, name),
                Target(before.name),
                (was, now),
            )
    keys = {schema.name: schema.key for schema in after.schemas}
    for schema in before.schemas:
        if schema.key and schema.name in keys and keys[schema.name] != schema.key:
            yield _found(
                document,
                ("schemas", schema.name, "key"),
                (rules.KEY_CHANGED, "key"),
                Target(before.name, schema.name),
                (", ".join(schema.key), ", ".join(keys[schema.name])),
            )


def _classification(before: Product, after: Product, document: Document) -> Iterator[Loosened]:
    ranks = list(Classification)
    was, now = before.classification, after.classification
    if was is None or (now is not None and ranks.index(now) >= ranks.index(was)):
        return
    yield _found(
        document,
        ("classification",),
        (rules.CLASSIFICATION_LOWERED, "classification"),
        Target(before.name),
        (was.value, now.value if now else ""),
    )


def _found(
    document: Document,
    pointer: Pointer,
    kind: tuple[Rule, str],
    target: Target,
    change: tuple[str, str],
) -> Loosened:
    (rule, name), (was, now) = kind, change
    became = (
        f"{name} of {target}: {was} became {now}" if now else f"{name} {was} of {target} is gone"
    )
    place = document.place(pointer)
    finding = rules.loosened(rule, target.product, target.schema, place, became, name, was, now)
    return Loosened(finding, target, name)


def _weaker(name: str, was: str, now: str) -> bool:
    before, after = _amount(was), _amount(now)
    return after > before if name in _AT_MOST else after < before


def _amount(text: str) -> Fraction:
    number, unit = text[:-1], text[-1]
    return Fraction(number) * _SECONDS.get(unit, 1)
