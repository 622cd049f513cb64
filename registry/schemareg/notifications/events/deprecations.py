"""Events of deprecations and waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.notifications.events.from_facts import about, fact_event, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.changelog.facts import Fact
    from schemareg.deprecation.schedule import Term
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.from_facts import Teller
    from schemareg.notifications.events.landing import LandingContext

_OPEN = "no day"
"""The text of a fact for a deprecation without a sunset."""


def _announced(scene: LandingContext, fact: Fact) -> AddressedEvent:
    term = scene.announced(fact.path, about(fact))
    title = ended(fact.target, term) if term else f"{fact.target} is deprecated"
    touches = named(fact)
    details = [*_reckoned(scene, term), *_said(fact, term), ("read by", scene.readers(*touches))]
    return fact_event(scene, fact, fact.kind, Severity.WARNING, title, details, touches=touches)


def ended(target: str, term: Term) -> str:
    """The sentence with the day on which a promise ends."""
    day = term.earliest
    if term.said.loosens:
        goes = f"{target} will be loosened: {term.said.loosens}"
        return f"{goes}, from {day} on" if day else f"{goes}; no sunset is set yet"
    return f"{target} ends on {day}" if day else f"{target} will end; no sunset is set yet"


def _moved(scene: LandingContext, fact: Fact) -> AddressedEvent:
    term = scene.announced(fact.path, about(fact))
    details = dict(fact.details)
    was, now = details.get("from", ""), details.get("to", "")
    later = was != _OPEN and (now == _OPEN or now > was)
    title = f"{fact.target}: its sunset moved from {was} to {now}"
    touches = named(fact)
    told = [*_reckoned(scene, term), *_said(fact, term), ("read by", scene.readers(*touches))]
    severity = Severity.NOTICE if later else Severity.WARNING
    return fact_event(scene, fact, "sunset.moved", severity, title, told, touches=touches)


def _reworded(scene: LandingContext, fact: Fact) -> AddressedEvent:
    term = scene.announced(fact.path, about(fact))
    title = f"{fact.target}: the reason or migration of its deprecation changed"
    return fact_event(
        scene, fact, fact.kind, Severity.NOTICE, title, _said(fact, term), touches=named(fact)
    )


def _withdrawn(scene: LandingContext, fact: Fact) -> AddressedEvent:
    title = f"{fact.target} stays: its deprecation was withdrawn"
    details = [(name, text) for name, text in fact.details if name == "loosens"]
    return fact_event(scene, fact, fact.kind, Severity.NOTICE, title, details, touches=named(fact))


def _reckoned(scene: LandingContext, term: Term | None) -> Iterator[tuple[str, str]]:
    if term is not None:
        yield "dates", term.arithmetic(scene.day)


def _said(fact: Fact, term: Term | None) -> Iterator[tuple[str, str]]:
    if term is None:
        yield from fact.details
        return
    yield "reason", term.said.reason
    yield "replacement", str(term.said.replacement or "")
    yield "migration", term.said.migration


def _waiver(scene: LandingContext, fact: Fact) -> AddressedEvent:
    details = dict(fact.details)
    rule = details.pop("rule", "a finding")
    verb = {"granted": "is accepted", "changed": "is accepted", "withdrawn": "was accepted"}
    what = fact.kind.partition(".")[2]
    title = f"{rule} {verb[what]} in {about(fact)} until {details.pop('until', 'a day')}"
    if what == "withdrawn":
        title += "; the waiver was removed"
    order = ("reason", "approver", "fingerprint")
    told = [(name, details[name]) for name in order if name in details]
    severity = Severity.NOTICE if what == "withdrawn" else Severity.WARNING
    return fact_event(scene, fact, fact.kind, severity, title, told, hub=True)


TELLERS: dict[str, Teller] = {
    "deprecation.announced": _announced,
    "deprecation.moved": _moved,
    "deprecation.reworded": _reworded,
    "deprecation.withdrawn": _withdrawn,
    "waiver.granted": _waiver,
    "waiver.changed": _waiver,
    "waiver.withdrawn": _waiver,
}
"""By the kind of fact."""
