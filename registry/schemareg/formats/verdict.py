"""What the engine takes and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemareg.model import Direction, Outcome, Pointer

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

Lookup = Callable[[str], "JsonValue | None"]
"""URI of a document of the registry, without fragment, to its exact value; None where there is none."""


@dataclass(frozen=True, slots=True)
class SchemaSource:
    """One schema as the engine reads it: its exact value, where it lives, its default dialect."""

    value: JsonValue
    uri: str = ""
    """`file:///` plus the path in the registry; relative references resolve against it."""
    dialect: str = "2020-12"
    """What counts where `$schema` is silent: draft4, draft6, draft7, 2019-09, 2020-12."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much work one question may cost before it ends undecided."""

    steps: int = 400_000
    seconds: float = 2.0
    findings: int = 50


@dataclass(frozen=True, slots=True)
class Break:
    """One reason why the reader may refuse what the writer may write, with a record that shows it."""

    rule: str
    message: str
    keyword: str
    pointer: Pointer
    """The keyword that refuses, in the document `uri`."""
    uri: str
    field: str
    """Where in a record, in the registry's words: `customer.email`, `lines[].sku`; "" is the root."""
    instance: Pointer
    """The same place in the witness."""
    record: str
    """The witness as JSON text: the writer accepts it, the reader refuses it, `jsonschema` agrees."""
    remedy: str = ""
    direction: Direction = Direction.BACKWARD
    forward: str = ""
    """The message as it reads where the older schema is the reader."""
    value: str = ""
    """The value that the reader no longer lists, as a target writes it; empty for other breaks."""

    @property
    def witness(self) -> JsonValue:
        """The record as `json.loads` gives it: what the writer may write and the reader refuses."""
        return json.loads(self.record)

    def towards(self, direction: Direction) -> Break:
        """The same break, told as one of this direction."""
        message = self.forward if direction is Direction.FORWARD else self.message
        return replace(self, direction=direction, message=message or self.message)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Compatible (proved), breaking (each break with its witness), or undecided (with the reason)."""

    outcome: Outcome
    reason: str = ""
    """Why it is undecided, or why further breaks may exist; empty otherwise."""
    findings: tuple[Break, ...] = ()
    """Sorted by field, rule."""
