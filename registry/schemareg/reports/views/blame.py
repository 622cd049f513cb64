"""The origin of each field, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.audit.records import moment
from schemareg.reports.review.json_document import document_text
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemareg.changelog.blame import Blame, Origin
    from schemareg.model import Landing, SchemaVersion


def render(
    version: SchemaVersion,
    found: Sequence[Blame],
    people: Mapping[str, Mapping[str, Any]],
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """Each field and value of a version; `people` by commit, as in the log view."""
    if form == "json":
        fields = [_document(each, people) for each in found]
        return document_text({"schema_version": 1, "version": version.name, "fields": fields})
    paint = painter(colour)
    header = ("field", "introduced", "by", "last changed", "its end")
    rows = [_row(each, people) for each in found]
    lines = [f"{paint('place', version.name)}", ""]
    lines += table(header, rows, width=min(width, WIDEST)) or ["it has no fields"]
    return escape.inert("\n".join(lines)) + "\n"


def _row(each: Blame, people: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    term = each.ending
    end = ""
    if term is not None:
        day = f"from {term.earliest}" if term.earliest else "no day yet"
        end = f"announced {term.announced.time.date()} in {term.announced.commit[:7]}, {day}"
    changed = f"{_origin(each.changed)}: {each.what}" if each.what else "-"
    who = _author(each.introduced.landing, people)
    cells = (f"{'  ' * bool(each.value)}{each.name}", _origin(each.introduced), who, changed, end)
    return tuple(escape.visible(cell) or "-" for cell in cells)


def _origin(origin: Origin) -> str:
    landing = origin.landing
    return f"{origin.version} {landing.time.date()} {landing.commit[:7]}"


def _author(landing: Landing, people: Mapping[str, Mapping[str, Any]]) -> str:
    return str(people.get(landing.commit, {}).get("author") or landing.author)


def _document(each: Blame, people: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    term = each.ending
    return {
        "field": each.field.path,
        "value": each.value or None,
        "type": each.field.type,
        "introduced": _landing(each.introduced, people),
        "changed": _landing(each.changed, people) | {"what": each.what},
        "deprecated": None
        if term is None
        else {
            "path": term.said.path,
            "commit": term.announced.commit,
            "time": moment(term.announced.time),
            "author": _author(term.announced, people),
            "earliest": str(term.earliest) if term.earliest else None,
        },
    }


def _landing(origin: Origin, people: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "version": origin.version,
        "commit": origin.landing.commit,
        "time": moment(origin.landing.time),
        "author": _author(origin.landing, people),
    }
