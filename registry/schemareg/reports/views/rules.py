"""The rules: one in detail, or all of them, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg import rules
from schemareg.documents import json_values
from schemareg.model.errors import RegistryError
from schemareg.reports.review.json_document import document_text
from schemareg.rules.rule import CompatibilityRule
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped
from schemareg.text.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.rules.rule import Example, Rule


def titles() -> list[tuple[str, str]]:
    """Id and title of every rule, in the order of the catalogue."""
    return [(each.id, each.title) for each in rules.CATALOGUE.values()]


def render(
    rule: str | None = None, form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """One rule, or the table of all rules, as `text` or `json`.

    Raises RegistryError, naming the closest match, for an unknown rule.
    """
    width = min(width, WIDEST)
    if rule is None:
        if form == "json":
            return document_text([_document(each) for each in rules.CATALOGUE.values()])
        return "\n".join(table(("rule", "meaning"), titles(), width=width)) + "\n"
    found = rules.CATALOGUE.get(rule)
    if found is None:
        near = nearest(rule, rules.CATALOGUE)
        raise RegistryError(
            f"there is no rule {rule!r}",
            remedy=f"Did you mean: reg explain {near}" if near else "All of them: reg explain",
        )
    if form == "json":
        return document_text(_document(found))
    return "\n".join(_explained(found, width, colour)) + "\n"


def _explained(rule: Rule, width: int, colour: bool) -> Iterator[str]:
    paint = painter(colour)
    yield f"{paint('place', rule.id)}: {rule.title}"
    for text in (rule.rationale, f"Fix: {rule.remedy}", f"Source: {rule.source}"):
        yield ""
        yield from wrapped(text, width, indent="  ")
    if isinstance(rule, CompatibilityRule):
        yield ""
        yield from _shown("Breaking", rule.breaking, width, witness=True)
        yield from _shown("Harmless", rule.harmless, width, witness=False)


def _shown(title: str, example: Example, width: int, *, witness: bool) -> Iterator[str]:
    rows = [("writer", _json(example.writer)), ("reader", _json(example.reader))]
    if witness:
        rows.append(("record", _json(example.witness)))
    yield f"  {title}, for example"
    yield from table(("", ""), rows, width=width, indent="    ")


def _json(value: Any) -> str:
    return json_values.render(json_values.exact(value))


def _document(rule: Rule) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": rule.id,
        "title": rule.title,
        "rationale": rule.rationale,
        "remedy": rule.remedy,
        "source": rule.source,
    }
    if isinstance(rule, CompatibilityRule):
        document["keywords"] = list(rule.keywords)
        document["breaking"] = {
            name: json_values.exact(getattr(rule.breaking, name))
            for name in ("writer", "reader", "witness")
        }
        document["harmless"] = {
            name: json_values.exact(getattr(rule.harmless, name)) for name in ("writer", "reader")
        }
    return document
