"""The status of an element, as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.consumers.uses import acknowledges, hits_of
from schemareg.deprecation.status import Life
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from schemareg.deprecation.schedule import Term
    from schemareg.deprecation.status import Status
    from schemareg.model import Consumer, Landing
    from schemareg.model.targets import Target

SHORT = 7

_WORDS = {
    Life.NEW: "new: it has not landed; nothing is promised yet",
    Life.DRAFT: "draft: it promises nothing and can change at any time",
    Life.ACTIVE: "active: it is promised and not deprecated",
    Life.PROPOSED: "proposed: its deprecation has not landed",
    Life.OPEN: "deprecated, without a sunset",
    Life.DEPRECATED: "deprecated: it is promised until its earliest removal",
    Life.SUNSET: "sunset: its promise is over; it can be removed",
    Life.REMOVED: "removed",
}
_STYLES = {
    Life.ACTIVE: "compatible",
    Life.SUNSET: "error",
    Life.REMOVED: "error",
    Life.OPEN: "warning",
    Life.DEPRECATED: "warning",
    Life.PROPOSED: "notice",
}


def render(found: Status, form: str = "text", *, colour: bool = False, width: int = 100) -> str:
    """The full status."""
    from schemareg.reports.review.json_document import document_text

    if form == "json":
        return document_text(document(found))
    width, paint = min(width, WIDEST), painter(colour)
    words = _WORDS[found.life]
    style = _STYLES.get(found.life, "faint")
    word, colon, rest = words.partition(":")
    lines = wrapped(
        f"{escape.visible(str(found.target))} is {paint(style, word)}{colon}{rest}", width
    )
    lines += table(("", ""), list(_facts(found)), width=width, indent="  ")
    if found.term is not None:
        lines += ["", f"  {_subject(found.term, found.target)}"]
        lines += table(("", "", "", ""), _steps(found.term), width=width, indent="    ")
    if found.around:
        lines += ["", "  also announced"]
        rows = [_also(each, found.today) for each in found.around]
        lines += table(("", "", ""), rows, width=width, indent="    ")
    lines += ["", *_readers(found, width)]
    return escape.inert("\n".join(lines) + "\n")


def _facts(found: Status) -> Iterator[tuple[str, str]]:
    if found.since is not None:
        yield "landed", _landing(found.since)
    if found.gone is not None:
        yield "went", _landing(found.gone)
    if found.latest and found.target.version is None and found.life is not Life.REMOVED:
        yield "newest version", found.latest
    if found.term is not None:
        yield "reason", _visible(found.term.said.reason)
    if found.replacements:
        yield "replaced by", _visible(" → ".join(map(str, found.replacements)))
    if found.term is not None and found.term.said.migration:
        yield "migration", _visible(found.term.said.migration)
    if found.life is not Life.REMOVED:
        yield "may go", _day(found)
        yield "because", _visible(found.reckoned)
    for each in found.blocks:
        yield "blocked by", _visible(each)
    if found.life is Life.SUNSET and found.target.field:
        yield "to remove it", _visible(f"reg retire {found.target}")
    if found.proposed is not None and found.term is not None:
        day = found.proposed.sunset or "no day"
        yield "not landed yet", _visible(f"{found.proposed.path}: sunset {day}")


def _day(found: Status) -> str:
    if found.earliest is None:
        return "without a date"
    left = (found.earliest - found.today).days
    return f"from {found.earliest}" + (f", in {plural(left, 'day')}" if left > 0 else ", now")


def _subject(term: Term, target: Target) -> str:
    about = "" if term.said.target == target else f", about {term.said.target}"
    return _visible(f"{term.said.path}{about}")


def _steps(term: Term) -> list[tuple[str, ...]]:
    return [
        (
            each.landing.time.date().isoformat(),
            each.landing.commit[:SHORT],
            each.what + (f", sunset {each.sunset}" if each.sunset else ""),
            _visible(_who(each.landing)),
        )
        for each in term.steps
    ]


def _also(term: Term, today: date) -> tuple[str, ...]:
    said = term.said
    what = f"{said.target} ({said.loosens})" if said.loosens else str(said.target)
    day = f"from {term.earliest}" if term.earliest else "no day"
    return _visible(what), term.state(today).value, day


def _readers(found: Status, width: int) -> list[str]:
    if not found.consumers:
        return ["  no consumer is registered"]
    one = len(found.consumers) == 1
    count = plural(len(found.consumers), "registered consumer")
    rows = [
        tuple(map(_visible, (each.name, each.contact, _uses(each, found.target))))
        for each in found.consumers
    ]
    return [
        f"  {count} {'reads' if one else 'read'} it",
        *table(("", "", ""), rows, width=width, indent="    "),
    ]


def _uses(consumer: Consumer, target: Target) -> str:
    parts = [
        f"{each.schema} {each.versions}: {', '.join(each.fields) or 'everything'}"
        for each in hits_of(consumer, target)
        if each.schema
    ]
    text = "; ".join(parts) or "its file names no uses, so it counts for all fields"
    return f"{text} (acknowledged the removal)" if acknowledges(consumer, target) else text


def when(found: Status) -> str:
    """The earliest removal and its reason, in one sentence."""
    name = escape.visible(str(found.target))
    if found.life is Life.REMOVED:
        when = f"on {found.gone.time.date()}" if found.gone else ""
        return f"{name} was removed {when}\n"
    if found.earliest is None:
        return f"{name} may go without a date: {_visible(found.reckoned)}\n"
    if found.life is Life.ACTIVE:
        return f"if deprecated today, {name} can be removed from {found.earliest} ({_visible(found.reckoned)})\n"
    return f"{name} can be removed from {found.earliest} ({_visible(found.reckoned)})\n"


def document(found: Status) -> dict[str, Any]:
    """The same as a JSON value."""
    return {
        "schema_version": 1,
        "target": str(found.target),
        "state": found.life.value,
        "today": found.today.isoformat(),
        "landed": _landing_document(found.since),
        "removed": _landing_document(found.gone),
        "earliest": _iso(found.earliest),
        "days_left": None
        if found.earliest is None
        else max((found.earliest - found.today).days, 0),
        "arithmetic": found.reckoned,
        "in_the_way": list(found.blocks),
        "window": found.window,
        "stability": found.stability or None,
        "deprecation": None if found.term is None else term_document(found.term, found.today),
        "also_announced": [term_document(each, found.today) for each in found.around],
        "proposed": None
        if found.proposed is None
        else {"path": found.proposed.path, "sunset": _iso(found.proposed.sunset)},
        "replacements": [str(each) for each in found.replacements],
        "consumers": [
            {
                "name": each.name,
                "team": each.team,
                "contact": each.contact,
                "agreed": acknowledges(each, found.target),
                "uses": [
                    {"schema": hit.schema, "versions": hit.versions, "fields": list(hit.fields)}
                    for hit in hits_of(each, found.target)
                ],
            }
            for each in found.consumers
        ],
        "agreed": found.agreed,
    }


def term_document(term: Term, today: date) -> dict[str, Any]:
    """A deprecation with its days as a JSON value."""
    said = term.said
    return {
        "target": str(said.target),
        "loosens": said.loosens or None,
        "state": term.state(today).name.lower(),
        "path": said.path,
        "reason": said.reason,
        "replacement": str(said.replacement) if said.replacement else None,
        "migration": said.migration or None,
        "sunset": _iso(said.sunset),
        "announced": _landing_document(term.announced),
        "window": term.window,
        "earliest": _iso(term.earliest),
        "arithmetic": term.arithmetic(today),
        "steps": [
            {
                "what": each.what,
                "sunset": _iso(each.sunset),
                "landing": _landing_document(each.landing),
            }
            for each in term.steps
        ],
    }


def _landing_document(landing: Landing | None) -> dict[str, Any] | None:
    if landing is None:
        return None
    return {
        "commit": landing.commit,
        "time": landing.time.isoformat().replace("+00:00", "Z"),
        "author": landing.author,
    }


def _landing(landing: Landing) -> str:
    return _visible(f"{landing.time.date()} in {landing.commit[:SHORT]}, {landing.subject}")


def _who(landing: Landing) -> str:
    return landing.author or landing.committer


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _visible(text: str) -> str:
    return escape.visible(" ".join(text.split()))
