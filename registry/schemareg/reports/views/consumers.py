"""Consumers and their uses: as tables, as JSON, as rows for a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.consumers.uses import field_notation
from schemareg.reports.review.json_document import document_text
from schemareg.reports.review.sentences import plural
from schemareg.reports.review.text import WIDEST, painter
from schemareg.text import escape
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.consumers.impact import TargetReader
    from schemareg.model import Consumer, Use
    from schemareg.model.targets import Target

FORMS = ("text", "json", "markdown", "csv")
"""What `reg consumers --format` takes."""

_COLUMNS = ("schema", "versions", "team", "reached by", "what it reads")
_CSV = (
    *("product", "consumer", "team", "contact", "channels", "schema", "versions", "fields"),
    *("acknowledged", "path"),
)


def render(
    found: Sequence[TargetReader],
    target: Target | None,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """Consumers in one of FORMS, one line for each use; `target` is what they use, None for all.

    Raises ValueError for another form.
    """
    if form == "text":
        return _text(found, target, colour=colour, width=min(width, WIDEST))
    if form == "json":
        return document_text(document(found, target))
    if form == "markdown":
        return _markdown(found, target)
    if form == "csv":
        from schemareg.text import csv

        return csv.rendered(_CSV, _spread(found))
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


def document(found: Sequence[TargetReader], target: Target | None) -> dict[str, Any]:
    """The same as a JSON value, described by `consumers.schema.json`."""
    return {
        "schema_version": 1,
        "target": None if target is None else str(target),
        "consumers": [
            {
                **who(each.product, each.consumer),
                "uses": [
                    {"schema": str(use.schema), "versions": use.versions, "fields": fields(use)}
                    for use in each.uses
                ],
                "acks": [str(ack) for ack in each.consumer.acks],
                "acknowledged": each.acknowledged,
            }
            for each in found
        ],
    }


def who(product: str, consumer: Consumer) -> dict[str, Any]:
    """A consumer and how it is reached, as a JSON value."""
    return {
        "product": product,
        "name": consumer.name,
        "team": consumer.team,
        "contact": consumer.contact,
        "channels": list(consumer.channels),
        "path": consumer.path,
    }


def fields(use: Use) -> list[str]:
    """The fields of a use as its file writes them; none where all are read."""
    return [field_notation(*each) for each in use.elements]


def reached(consumer: Consumer) -> str:
    """How a consumer is reached: its contact and its channels."""
    return ", ".join(filter(None, (consumer.contact, *consumer.channels)))


def _text(found: Sequence[TargetReader], target: Target | None, *, colour: bool, width: int) -> str:
    if not found:
        of = "" if target is None else f" of {_visible(str(target))}"
        return f"no consumer is registered{of}; to register: reg subscribe\n"
    rows = [tuple(map(_visible, row)) for each in found for row in _rows(each)]
    lines = table(_COLUMNS, rows, width=width)
    lines[0] = painter(colour)("faint", lines[0])
    lines += wrapped(_total(found), width)
    return escape.inert("\n".join(lines) + "\n")


def _total(found: Sequence[TargetReader]) -> str:
    teams = plural(len({each.consumer.team for each in found}), "team")
    return f"{plural(len(found), 'consumer')}, {teams}"


def _rows(reader: TargetReader) -> Iterator[tuple[str, ...]]:
    team, how = reader.consumer.team, reached(reader.consumer) or "-"
    agreed = " (acknowledged the removal)" if reader.acknowledged else ""
    for use in reader.uses:
        what = ", ".join(fields(use)) or "all fields"
        yield str(use.schema), use.versions, team, how, what + agreed
    if not reader.uses:
        what = "all fields: its file names no readable use"
        yield reader.product, "*", team, how, what + agreed


def _markdown(found: Sequence[TargetReader], target: Target | None) -> str:
    if not found:
        of = "" if target is None else f" of {escape.markdown_code(str(target))}"
        return f"No consumer is registered{of}.\n"
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---|---|---|---|---|"]
    for each in found:
        for schema, versions, team, how, what in _rows(each):
            cells = (escape.markdown_code(schema), escape.markdown_code(versions))
            others = (escape.markdown(_one_line(text)) for text in (team, how, what))
            lines.append(f"| {' | '.join((*cells, *others))} |")
    return "\n".join([*lines, "", f"{_total(found)}."]) + "\n"


def _spread(found: Sequence[TargetReader]) -> Iterator[tuple[str, ...]]:
    for each in found:
        consumer = each.consumer
        who = (each.product, consumer.name, consumer.team, consumer.contact)
        channels, agreed = "; ".join(consumer.channels), "yes" if each.acknowledged else "no"
        for use in each.uses:
            read = (str(use.schema), use.versions, "; ".join(fields(use)))
            yield (*who, channels, *read, agreed, consumer.path)
        if not each.uses:
            yield (*who, channels, each.product, "*", "", agreed, consumer.path)


def _visible(text: str) -> str:
    return escape.visible(_one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
