"""A rule: one declaration from which the explanation, the documentation and the tests follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Rule:
    """A named reason for a finding. A published id is never reused."""

    id: str
    title: str
    rationale: str
    """Who is affected, and how."""
    remedy: str
    """How to fix it; one or two sentences."""
    source: str
    """The standard, or the section of the design, on which it is based."""


@dataclass(frozen=True, slots=True)
class Example:
    """The schemas of a writer and a reader; for a break, a record that shows it."""

    writer: JsonValue
    reader: JsonValue
    witness: JsonValue = None


@dataclass(frozen=True, slots=True)
class CompatibilityRule(Rule):
    """A kind of refusal: the keywords of the reader that it names, and examples."""

    keywords: tuple[str, ...]
    breaking: Example
    harmless: Example
    """The nearest schemas that are compatible."""
