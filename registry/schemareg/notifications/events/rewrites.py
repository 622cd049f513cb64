"""Events of a rewritten history: landings that no longer exist.

The landings of a new line do not mention earlier notifications. So the two states are
compared, tree with tree, and their difference is one event at the new head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.changelog.facts import Facts
from schemareg.history.paths import PathPart, path_subject
from schemareg.model import PathChange, Severity
from schemareg.model.targets import Target
from schemareg.notifications.events.audience import AddressedEvent, EventContent
from schemareg.notifications.events.happenings import fact_events, settled
from schemareg.snapshot.snapshot import differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.changelog.facts import Fact
    from schemareg.notifications.events.landing import LandingContext

_TITLES = {
    "version.released": ("version.released", "came with another history"),
    "version.returned": ("version.released", "came with another history"),
    "version.altered": ("version.altered", "is another file in the new history"),
    "version.removed": ("version.removed", "is missing in the new history"),
}


def rewritten(scene: LandingContext, before: str) -> tuple[AddressedEvent, ...]:
    """The events of a landing that does not descend from the previous head `before`."""
    changes = tuple(
        PathChange(scene.landing, *each)
        for each in differences(scene.before.files, scene.after.files)
    )
    facts = tuple(settled(tuple(Facts(scene.history).of(changes))))
    return (_told(scene, before, changes), *_versions(scene, facts), *fact_events(scene, facts))


def forgotten(scene: LandingContext, before: str) -> tuple[AddressedEvent, ...]:
    """The event where the old history is unavailable, so that nothing can be compared."""
    saying = _saying(before, [("what differs", "unknown: that commit is not available")])
    return (AddressedEvent(scene.event(saying, before), hub=True),)


def _told(scene: LandingContext, before: str, changes: Iterable[PathChange]) -> AddressedEvent:
    paths = [each.path for each in changes]
    products = sorted({path_subject(each).product for each in paths} - {""})
    details = [("product", each) for each in products]
    if not paths:
        details = [("what differs", "nothing: the files are the same, only their history differs")]
    return AddressedEvent(scene.event(_saying(before, details), before), hub=True)


def _saying(before: str, details: Iterable[tuple[str, str]]) -> EventContent:
    title = "the history of this registry was rewritten"
    remedy = ("what to do", "Find out who did so and why: reg audit verify --checkpoint LINE")
    told = [("the previous head", before), *details, remedy]
    return EventContent("history.rewritten", Severity.ERROR, "", "", title, told)


def _versions(scene: LandingContext, facts: Iterable[Fact]) -> Iterator[AddressedEvent]:
    for fact in facts:
        about = path_subject(fact.path)
        if about.part is not PathPart.VERSION or fact.kind not in _TITLES:
            continue
        type_, verb = _TITLES[fact.kind]
        severity = Severity.NOTICE if type_ == "version.released" else Severity.ERROR
        touches = (Target(about.product, about.schema, about.version),)
        title = f"{fact.target} {verb}"
        saying = EventContent(
            type_, severity, about.product, fact.target, title, [("path", fact.path)]
        )
        yield AddressedEvent(scene.event(saying, fact.path, "rewritten"), touches, hub=True)
