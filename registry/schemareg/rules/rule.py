"""What a rule is: one declaration from which the explanation, the documentation and tests follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue


@dataclass(frozen=True, slots=True)
class Rule:
    """A named reason for a finding. An id, once published, is never used for anything else."""

    id: str
    title: str
    rationale: str
    """Whom it hurts and how."""
    remedy: str
    """What to do instead; one or two sentences."""
    source: str
    """The standard, or the section of the design, that it follows from."""


@dataclass(frozen=True, slots=True)
class Example:
    """A writer's and a reader's schema; for a break, a record that shows it."""

    writer: JsonValue
    reader: JsonValue
    witness: JsonValue = None


@dataclass(frozen=True, slots=True)
class CompatibilityRule(Rule):
    """A kind of refusal: which keywords of a reader it names, and how to tell it in a sentence."""

    keywords: tuple[str, ...]
    breaking: Example
    harmless: Example
    """The nearest schemas that hurt nobody."""
