"""The dashboard issue of a registry: sunsets, waivers, deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.github import issues
from schemareg.notifications.github.issues import WantedIssue, key, over, overdue, prose
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from schemareg.deprecation.schedule import Term
    from schemareg.notifications.events.reminders import ActiveWaiver
    from schemareg.notifications.github.issues import About

KEY = "dashboard"
TITLE = "Schema registry: sunsets, waivers and deliveries"
SOON = timedelta(days=30)
"""A waiver that expires within this time is shown."""
MOST_DELIVERIES = 20

_LONGEST = 200
"""Characters of one text."""


class DeliveryRow(NamedTuple):
    """One delivery: when it reached its state, its channel, and the reason of a failure."""

    time: datetime
    channel: str
    """A channel's name, or `mailto:` and an address that is not shown."""
    state: str
    reason: str = ""


def dashboard(
    terms: Iterable[Term],
    leaves: Iterable[ActiveWaiver],
    told: Iterable[DeliveryRow],
    about: About,
    numbers: Mapping[str, int] | None = None,
) -> WantedIssue:
    """The issue, always open; `numbers` are the issue numbers by key."""
    standing = sorted(
        (each for each in terms if not over(each, about)),
        key=lambda each: (each.earliest or about.today.max, str(each.said.target)),
    )
    late = [each for each in standing if overdue(each, about)]
    coming = [each for each in standing if each not in late]
    parts = [
        *_section("⏰ Past the sunset, not removed", _SUNSETS, _terms(late, about, numbers or {})),
        *_section("⏳ Sunsets", _SUNSETS, _terms(coming, about, numbers or {}), _NOTHING_ENDS),
        *_section("Waivers that expire", _WAIVERS, list(_leaves(leaves, about.today)), _NO_WAIVER),
        *_section("Latest deliveries", _TOLD, _deliveries(told), ""),
        "<sub>`reg issues` updates this issue when something changes.</sub>",
    ]
    return WantedIssue(KEY, TITLE, "\n\n".join(parts) + "\n", pinned=True)


_SUNSETS = ("from", "what", "instead", "read by", "issue")
_WAIVERS = ("last day", "product", "rule", "why", "accepted by")
_TOLD = ("when", "where to", "how", "why not")
_NOTHING_ENDS = "No announced sunset lies ahead."
_NO_WAIVER = "None, for a month."


def _section(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], nothing: str = ""
) -> Iterator[str]:
    if not rows and not nothing:
        return
    yield f"### {title}"
    if not rows:
        yield nothing
        return
    lines = issues.rows([f"| {' | '.join(row)} |" for row in rows])
    more = [lines.pop()] if not lines[-1].startswith("|") else []
    yield "\n".join([f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *lines])
    yield from more


def _terms(terms: Iterable[Term], about: About, numbers: Mapping[str, int]) -> list[list[str]]:
    found = []
    for each in terms:
        said = each.said
        number = numbers.get(key(each))
        readers = [reader.consumer.team for reader in about.readers(said.target)]
        loosens = f" ({escape.markdown(said.loosens)})" if said.loosens else ""
        found.append(
            [
                str(each.earliest or "no sunset yet"),
                f"{_code(str(said.target))}{loosens}",
                _code(str(said.replacement)) if said.replacement else "",
                _names(readers),
                f"#{number}" if number else "",
            ]
        )
    return found


def _leaves(leaves: Iterable[ActiveWaiver], today: date) -> Iterator[list[str]]:
    for each in sorted(leaves, key=lambda each: (each.waiver.until, each.waiver.path)):
        waiver = each.waiver
        if waiver.until - today > SOON:
            continue
        expired = " (**expired**)" if waiver.until < today else ""
        texts = (waiver.reason, waiver.approver)
        yield [
            f"{waiver.until}{expired}",
            _code(each.product),
            _code(waiver.rule),
            *(prose(text, _LONGEST) for text in texts),
        ]


def _deliveries(told: Iterable[DeliveryRow]) -> list[list[str]]:
    last = sorted(told, key=lambda each: (each.time, each.channel), reverse=True)
    return [
        [
            f"{each.time:%Y-%m-%d %H:%M} UTC",
            "a contact's mail" if each.channel.startswith("mailto:") else _code(each.channel),
            escape.markdown(each.state),
            prose(each.reason, _LONGEST),
        ]
        for each in last[:MOST_DELIVERIES]
    ]


def _names(names: Sequence[str]) -> str:
    some = ", ".join(prose(each, _LONGEST) for each in sorted(set(names))[:8])
    more = len(set(names)) - 8
    return f"{some} and {more} more" if more > 0 else some


def _code(text: str) -> str:
    return escape.markdown_code(escape.shortened(text, _LONGEST))
