"""The relational form of a version: one table, from which statements, migrations and views follow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.formats.structure import Array, Json, Limit, Map, Struct, Type
from schemareg.model.errors import RegistryError
from schemareg.model.targets import field_text
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.structure import StructMember, Structure
    from schemareg.model.targets import Steps as Path

NESTINGS = ("native", "flatten", "json")
"""How nested objects are kept: as the engine's own structs, as columns of their own, or as JSON."""

Steps = tuple[str, ...]

_LOCATION = re.compile(r"[A-Za-z_][\w]*(\.[A-Za-z_][\w]*){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    """As the schema calls it, flattened parents joined by `_`; an engine may spell it otherwise."""
    type: Type
    nullable: bool
    steps: Steps
    """The path in the record."""
    required: bool = True
    """Whether every record that has the parent has the field, null or not."""
    description: str = ""
    classification: str = ""
    default: tuple[JsonValue, ...] = ()
    deprecated: str = ""
    """From when it may be gone, in words; empty where nothing announces its end."""

    @property
    def path(self) -> str:
        """The field, in the registry's words."""
        return field_text(self.steps)


@dataclass(frozen=True, slots=True)
class Table:
    """A version as a table: columns in the version's order, and what they do not hold."""

    name: tuple[str, ...]
    """One to three parts: catalog, schema, table; the last one is the table."""
    columns: tuple[Column, ...]
    key: tuple[Steps, ...] = ()
    """The primary key, in the order of the columns; empty where there is none."""
    description: str = ""
    limits: tuple[Limit, ...] = ()

    def column(self, steps: Steps) -> Column | None:
        """The column of a field, or None."""
        return next((each for each in self.columns if each.steps == steps), None)


def columns(
    structure: Structure,
    name: tuple[str, ...],
    *,
    key: tuple[Path, ...] = (),
    nesting: str = "native",
    deprecated: Mapping[Path, str] | None = None,
) -> Table:
    """The table of a version: `nesting` is one of `NESTINGS`, `key` the fields that identify a record.

    `deprecated` says of a field from when it may be gone. A key that has no column of its own, or
    one that may be NULL, is a limit and no primary key.
    """
    found = list(_columns(structure.members, (), nesting, required=True))
    ends = deprecated or {}
    found = [replace(each, deprecated=ends.get(each.steps, "")) for each in found]
    limits = list(structure.limits)
    if nesting == "flatten" and any(len(each.steps) > 1 for each in found):
        limits.append(Limit("", "whether a nested object is missing or has no values"))
    known = {each.steps: each for each in found}
    missing = [each for each in key if each not in known or known[each].nullable]  # type: ignore[index]
    if missing:
        words = listed([quoted(field_text(each)) for each in missing], last="and")
        limits.append(Limit("", f"the key: {words} is no column that is never NULL"))
    kept = () if missing else tuple(each.steps for each in found if each.steps in key)
    return Table(name, tuple(found), kept, structure.description, tuple(limits))


def _columns(
    members: tuple[StructMember, ...], above: Steps, nesting: str, *, required: bool
) -> Iterator[Column]:
    for member in members:
        steps = (*above, member.name)
        nullable = member.nullable or not member.required or not required
        if nesting == "flatten" and isinstance(member.type, Struct):
            yield from _columns(member.type.members, steps, nesting, required=not nullable)
            continue
        kind = member.type
        if nesting == "json" and isinstance(kind, Struct | Array | Map):
            kind = Json("nested values are kept as JSON")
        yield Column(
            "_".join(steps),
            kind,
            nullable,
            steps,
            member.required,
            member.description,
            member.classification,
            member.default,
        )


def table_name(product: str, schema: str, location: str, major: int) -> tuple[str, ...]:
    """The parts of a table's name: the `location` where it names a table, else product and schema.

    `{major}` in a location stands for the number of the major line.
    """
    text = location.replace("{major}", str(major))
    if _LOCATION.fullmatch(text):
        return tuple(text.split("."))
    return (product, schema)


def nesting_of(structure: Structure, declared: str) -> str:
    """How a version's nested objects are kept: its own `x-sql: {nesting: …}`, else `declared`.

    Raises RegistryError for a word that is none of `NESTINGS`.
    """
    own = annotation(structure).get("nesting", declared)
    if own not in NESTINGS:
        raise RegistryError(
            f"x-sql: {quoted(str(own))} is no nesting", remedy=f"Write {listed(list(NESTINGS))}"
        )
    return str(own)


def annotation(structure: Structure) -> dict[str, Any]:
    """The `x-sql` of a version, as an object; empty where there is none.

    Raises RegistryError where it is no object.
    """
    text = dict(structure.annotations).get("x-sql", "{}")
    try:
        value = json_values.parse(text)
    except ValueError:
        value = text
    if not isinstance(value, dict):
        raise RegistryError(
            "x-sql must be an object", remedy="Write x-sql: {down: {field: expression}}"
        )
    return value
