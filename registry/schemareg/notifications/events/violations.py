"""Events of violations that the audit finds in a landing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target, parse
from schemareg.notifications.events.audience import AddressedEvent, EventContent
from schemareg.rules import CATALOGUE
from schemareg.rules import audit as rules
from schemareg.rules import deprecation as time_rules
from schemareg.rules import versions as version_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.audit.violation import Violation
    from schemareg.notifications.events.landing import LandingContext

ALLOWANCE = timedelta(hours=1)
"""Clock difference below which an older claim is not reported."""

_TYPES = {
    version_rules.MODIFIED.id: "version.altered",
    rules.KIND_CHANGED.id: "version.altered",
    version_rules.REMOVED.id: "version.removed",
    rules.MOVED.id: "version.moved",
    rules.RETURNED.id: "version.returned",
    rules.TIME_BACKWARDS.id: "time.backwards",
}
"""By the rule of the audit; every other rule means a promise that was cut short."""
_VERBS = {
    "version.altered": "was altered after landing",
    "version.removed": "was removed after landing",
    "version.moved": "moved to another path after landing",
    "version.returned": "was restored, as it landed",
    "time.backwards": "a landing claims to be older than possible",
    "promise.broken": "was cut short, or its history was edited",
}
_TOLD_BY_THE_CHECK = frozenset(
    (time_rules.REMOVED_BEFORE_SUNSET.id, time_rules.ANNOUNCED_WITH_REMOVAL.id)
)


def breaches(
    scene: LandingContext, violations: Iterable[Violation], *, judged: bool
) -> Iterator[AddressedEvent]:
    """The events of violations by one landing; `judged` if the check's verdict gives events too."""
    for each in violations:
        if judged and each.rule in _TOLD_BY_THE_CHECK:
            continue
        type_ = _TYPES.get(each.rule, "promise.broken")
        if type_ == "time.backwards" and _small(scene):
            continue
        verb = _VERBS[type_]
        title = f"{each.target} {verb}" if each.target else verb
        what = _counted(scene) if type_ == "time.backwards" else each.message
        details = [("rule", each.rule), ("what", what), ("path", each.path)]
        touches = _touched(each.target)
        details += [("read by", scene.readers(*touches)), ("what to do", _mend(each))]
        product = each.target.partition("/")[0].partition("#")[0]
        saying = EventContent(type_, each.severity, product, each.target, title, details)
        yield AddressedEvent(scene.event(saying, each.path, each.rule), touches, hub=True)


def _mend(violation: Violation) -> str:
    rule = CATALOGUE.get(violation.rule)
    return rule.remedy if rule else ""


def _counted(scene: LandingContext) -> str:
    """Why the claim is impossible: an earlier landing, or an observation of the branch, is younger."""
    landing = scene.landing
    return (
        f"it claims {landing.claimed:%Y-%m-%d %H:%MZ}; because of earlier landings or observations,"
        f" it counts as of {landing.time:%Y-%m-%d %H:%MZ}"
    )


def _small(scene: LandingContext) -> bool:
    return scene.landing.time - scene.landing.claimed <= ALLOWANCE


def _touched(name: str) -> tuple[Target, ...]:
    try:
        return (parse(name),) if name else ()
    except RegistryError:
        return ()
