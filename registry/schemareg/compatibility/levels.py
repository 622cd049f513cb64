"""The verdict on two schemas at a compatibility level."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from schemareg.documents import json_values
from schemareg.formats import catalogue
from schemareg.formats.format import Resolver
from schemareg.formats.verdict import Budget, SchemaSource, Verdict
from schemareg.model import Content, Direction, Level, Outcome
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.formats.format import SchemaFormat
    from schemareg.formats.verdict import Break

_Member = TypeVar("_Member")


def check(
    old: object,
    new: object,
    level: str = "BACKWARD",
    content: str = "declared",
    *,
    dialect: str = "2020-12",
    form: str = catalogue.DEFAULT.name,
    budget: Budget = Budget(),  # noqa: B008 (a frozen value)
) -> Verdict:
    """Whether `new` keeps what `level` promises to the users of `old`; both are of the format `form`.

    Schemas are values of `json.load`; a float counts as it prints, so that 0.1 is a tenth.
    `dialect` applies to a JSON Schema without `$schema`.

    Raises RegistryError for a level, content model, format or dialect that does not exist,
    TypeError or ValueError for what is not JSON.
    """
    _named(catalogue.BY_NAME, form, "format")
    language = catalogue.named(form)
    if language.dialects and dialect not in language.dialects:
        known = ", ".join(language.dialects)
        raise RegistryError(f"{dialect!r} is not a dialect", remedy=f"Write {known}")
    asked = _named(Level.__members__, level, "level")
    model = _named({each.value: each for each in Content}, content, "content model")
    try:
        older = SchemaSource(json_values.exact(old), "", dialect)
        newer = SchemaSource(json_values.exact(new), "", dialect)
    except RecursionError:
        return Verdict(Outcome.UNDECIDED, "the schemas are nested too deeply")
    return judge(language, older, newer, asked, content=model, budget=budget)


def judge(
    language: SchemaFormat,
    older: SchemaSource,
    newer: SchemaSource,
    level: Level,
    *,
    content: Content,
    budget: Budget,
) -> Verdict:
    """The verdicts of a level's directions, merged; a break in one of them is a break."""
    findings: list[Break] = []
    reasons: list[str] = []
    undecided = False
    for direction in level.directions:
        backward = direction is Direction.BACKWARD
        reader, writer = (newer, older) if backward else (older, newer)
        verdict = language.compare(
            reader, writer, Resolver(), content=content, formats=False, budget=budget
        )
        findings += [each.towards(direction) for each in verdict.findings]
        undecided |= verdict.outcome is Outcome.UNDECIDED
        if verdict.reason:
            reasons.append(verdict.reason)
    outcome = Outcome.UNDECIDED if undecided else Outcome.COMPATIBLE
    return Verdict(Outcome.BREAKING if findings else outcome, "; ".join(reasons), tuple(findings))


def _named(members: Mapping[str, _Member], name: str, what: str) -> _Member:
    found = members.get(name)
    if found is None:
        raise RegistryError(f"{name!r} is not a {what}", remedy=f"Write {', '.join(members)}")
    return found
