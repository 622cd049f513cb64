"""Sunsets: a table, Markdown, JSON, and a calendar to subscribe to.

Source: RFC 5545 (iCalendar) for the calendar; RFC 7986 for its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.deprecation.schedule import later
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from schemareg.deprecation.schedule import Term

FORMS = ("text", "json", "ics", "markdown")


def render(
    terms: Sequence[Term],
    today: date,
    form: str = "text",
    *,
    colour: bool = False,
    width: int = 100,
) -> str:
    """Sunsets in one of FORMS; equal schedules give equal text. Raises ValueError for another form."""
    if form == "text":
        return _text(terms, today, colour=colour, width=min(width, WIDEST))
    if form == "json":
        return _json(terms, today)
    if form == "markdown":
        return _markdown(terms, today)
    if form == "ics":
        return ics(terms)
    raise ValueError(f"{form!r} is not one of {', '.join(FORMS)}")


def _text(terms: Sequence[Term], today: date, *, colour: bool, width: int) -> str:
    if not terms:
        return "no announced sunset in this period\n"
    rows = [tuple(map(_visible, _row(each, today))) for each in terms]
    lines = table(("from", "left", "what", "instead", "why"), rows, width=width)
    lines[0] = painter(colour)("faint", lines[0])
    return escape.inert("\n".join([*lines, plural(len(terms), "promise")]) + "\n")


def _row(term: Term, today: date) -> tuple[str, ...]:
    said = term.said
    return (
        _day(term),
        _left(term, today),
        term.name,
        str(said.replacement or "-"),
        said.reason,
    )


def _day(term: Term) -> str:
    return term.earliest.isoformat() if term.earliest else "no day"


def _left(term: Term, today: date) -> str:
    if term.earliest is None:
        return "-"
    left = (term.earliest - today).days
    return plural(left, "day") if left > 0 else "today" if left == 0 else "over"


def _markdown(terms: Sequence[Term], today: date) -> str:
    lines = [f"### Sunsets as of {today}", ""]
    if not terms:
        return "\n".join([*lines, "No announced sunset in this period."]) + "\n"
    lines += ["| from | left | what | instead | why |", "|---|---|---|---|---|"]
    for each in terms:
        day, left, what, instead, why = _row(each, today)
        code = escape.markdown_code(instead) if instead != "-" else instead
        cells = (day, left, escape.markdown_code(what), code, escape.markdown(_words(why)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _json(terms: Sequence[Term], today: date) -> str:
    from schemareg.reports.review.json_document import document_text
    from schemareg.reports.views.status import term_document

    return document_text(
        {
            "schema_version": 1,
            "today": today.isoformat(),
            "sunsets": [term_document(each, today) for each in terms],
        }
    )


# --- iCalendar


def ics(terms: Sequence[Term]) -> str:
    """The dated sunsets as a calendar of whole days; it does not depend on the time of its creation."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//schemareg//sunsets//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:Sunsets",
        "X-WR-CALNAME:Sunsets",
    ]
    for each in terms:
        if each.earliest is not None:
            lines += _event(each, each.earliest)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(term: Term, day: date) -> Iterator[str]:
    said = term.said
    last = term.steps[-1].landing
    told = [
        said.reason,
        f"Announced {term.opened} in {term.announced.commit[:7]}, with {term.window} days to move.",
    ]
    told += [f"Instead: {said.replacement}"] if said.replacement else []
    told += [f"Migration: {said.migration}"] if said.migration else []
    # The file is the deprecation: written again after a withdrawal, it is the same event.
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(said.path)}@schemareg"
    yield f"DTSTAMP:{_instant(last.time)}"
    yield f"LAST-MODIFIED:{_instant(last.time)}"
    yield f"SEQUENCE:{len(term.steps) - 1}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{later(day, 1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(f'{term.name} can be removed')}"
    yield f"DESCRIPTION:{_escaped(chr(10).join(told))}"
    yield f"CATEGORIES:{_escaped(said.target.product)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _instant(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    r"""A value of type TEXT; characters that a calendar cannot carry are escaped (`\\x1b`).

    Printed in a log of GitHub Actions, it is no workflow command.

    Source: RFC 5545, section 3.3.11.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # A folded line begins with a blank, which a runner trims: any place may become a line's start.
    kept = escape.inert_anywhere("\n".join(escape.visible(line) for line in lines))
    for special in "\\;,":
        kept = kept.replace(special, f"\\{special}")
    return kept.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, the second and later ones begun by a blank; no character is cut.

    Source: RFC 5545, section 3.1.
    """
    part, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8", "surrogatepass"))
        if size + octets > 75:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part


def _words(text: str) -> str:
    return " ".join(text.split())


def _visible(text: str) -> str:
    return escape.visible(_words(text))
