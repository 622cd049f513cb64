"""What had landed, and is not there any more: a rewritten history, told as such.

Landings of a new line say nothing of what people had been told before. So the two states are
compared, tree with tree, and what differs is told as one thing that happened with the new head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.changelog.facts import Facts
from schemareg.history.paths import Part, subject
from schemareg.model import PathChange, Severity
from schemareg.model.targets import Target
from schemareg.notifications.events.audience import News, Saying
from schemareg.notifications.events.happenings import happenings, settled
from schemareg.snapshot.snapshot import differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.changelog.facts import Fact
    from schemareg.notifications.events.landing import Scene

_TITLES = {
    "version.released": ("version.released", "came with another history"),
    "version.returned": ("version.released", "came with another history"),
    "version.altered": ("version.altered", "is another file in the new history"),
    "version.removed": ("version.removed", "is gone with the old history"),
}


def rewritten(scene: Scene, before: str) -> tuple[News, ...]:
    """The news of a scene whose state before is no ancestor of its landing: `before`, by its id."""
    changes = tuple(
        PathChange(scene.landing, *each)
        for each in differences(scene.before.files, scene.after.files)
    )
    facts = tuple(settled(tuple(Facts(scene.history).of(changes))))
    return (_told(scene, before, changes), *_versions(scene, facts), *happenings(scene, facts))


def forgotten(scene: Scene, before: str) -> tuple[News, ...]:
    """The news where the old history cannot be had any more, so that nothing can be compared."""
    saying = _saying(before, [("what differs", "cannot be told: that commit is not to be had")])
    return (News(scene.event(saying, before), hub=True),)


def _told(scene: Scene, before: str, changes: Iterable[PathChange]) -> News:
    paths = [each.path for each in changes]
    products = sorted({subject(each).product for each in paths} - {""})
    details = [("product", each) for each in products]
    if not paths:
        details = [("what differs", "nothing: the files are the same, only their history is not")]
    return News(scene.event(_saying(before, details), before), hub=True)


def _saying(before: str, details: Iterable[tuple[str, str]]) -> Saying:
    title = "the history of this registry was rewritten: what had landed was replaced"
    remedy = ("what to do", "Find out who did so and why: reg audit verify --checkpoint LINE")
    told = [("the commit that had landed", before), *details, remedy]
    return Saying("history.rewritten", Severity.ERROR, "", "", title, told)


def _versions(scene: Scene, facts: Iterable[Fact]) -> Iterator[News]:
    for fact in facts:
        about = subject(fact.path)
        if about.part is not Part.VERSION or fact.kind not in _TITLES:
            continue
        type_, verb = _TITLES[fact.kind]
        severity = Severity.NOTICE if type_ == "version.released" else Severity.ERROR
        touches = (Target(about.product, about.schema, about.version),)
        title = f"{fact.target} {verb}"
        saying = Saying(type_, severity, about.product, fact.target, title, [("path", fact.path)])
        yield News(scene.event(saying, fact.path, "rewritten"), touches, hub=True)
