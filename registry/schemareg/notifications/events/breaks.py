"""Events of landings that the check refuses, and of elements removed after their sunset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.history.paths import PathPart, path_subject
from schemareg.model import Severity
from schemareg.model.errors import RegistryError
from schemareg.model.semver import parse as parse_version
from schemareg.model.targets import Target, parse
from schemareg.notifications.events.audience import AddressedEvent, EventContent
from schemareg.rules import deprecation as time_rules
from schemareg.rules import versions as version_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.model import Finding, Report
    from schemareg.notifications.events.landing import LandingContext

_ENDED = {
    time_rules.REMOVED_AT_SUNSET.id: "was removed: its promise was over",
    time_rules.LOOSENED_AT_SUNSET.id: "was loosened: its promise was over",
    time_rules.RELEASED_BY_CONSENT.id: "was removed early: all its consumers had acknowledged",
}
_AUDITED = frozenset(
    (
        *(version_rules.MODIFIED.id, version_rules.REMOVED.id),
        *(time_rules.SUNSET_MOVED_EARLIER.id, time_rules.SUNSET_HISTORY_EDITED.id),
    )
)
"""Events that the audit gives of the same landing."""


def breaks(scene: LandingContext, report: Report) -> Iterator[AddressedEvent]:
    """The breaks of one subject: waived breaks and others."""
    together: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in report.findings:
        kind = "breaking.waived" if each.waived else "breaking.landed"
        refused = each.severity is Severity.ERROR and each.rule not in _AUDITED
        if each.waived or refused:
            version = each.version and f"{each.product}/{each.schema}@{each.version}"
            key = (kind, each.product, version or each.product, each.place.path)
            together.setdefault(key, []).append(each)
    for (kind, product, target, path), those in together.items():
        # The version number comes last: it follows from the other findings.
        found = sorted(those, key=lambda each: each.rule == version_rules.TOO_SMALL.id)
        hit = _hit(found)
        about = path_subject(path)
        if (
            about.part is PathPart.CONSUMER
        ):  # a team that registers for a deprecated element is notified as well
            hit = tuple(sorted({*hit, about.name}))
        saying = EventContent(
            kind,
            Severity.ERROR,
            product,
            target,
            _breaking(kind, target if found[0].version else path, found),
            (*_refused(found), ("hits", ", ".join(hit)), ("what to do", _mend(found))),
        )
        yield AddressedEvent(scene.event(saying, path), consumers=hit, hub=True)


def _hit(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The consumers that the findings affect, by the names of their files."""
    return tuple(sorted({hit.consumer for each in findings for hit in each.hits}))


def _breaking(kind: str, name: str, found: Sequence[Finding]) -> str:
    breaks = "breaks its readers" if found[0].version else "is refused by the check"
    if kind == "breaking.waived":
        return f"{name} {breaks}; a waiver accepts it"
    return f"{name} {breaks}, and landed despite that"


def _mend(found: Sequence[Finding]) -> str:
    """The fix of the most severe finding that is not waived."""
    return "" if found[0].waived else found[0].remedy


def _refused(found: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    told = set()
    for each in found:
        name = f"{each.rule} {each.field}".strip()
        if (name, each.message) not in told:
            told.add((name, each.message))
            yield name, each.message
            yield "record", each.witness or ""
            yield "dates", each.dates
            yield "accepted by", each.waived


def ends(scene: LandingContext, report: Report) -> Iterator[AddressedEvent]:
    """Elements removed or loosened for good, each once."""
    told = set()
    for each in report.findings:
        target = _element(each) if each.rule in _ENDED else None
        if target is None or (each.rule, target) in told:
            continue
        told.add((each.rule, target))
        term = scene.ending(target)
        details = [
            ("with", f"{each.product}/{each.schema}@{each.version}" if each.version else ""),
            ("what", each.message),
            ("dates", each.dates),
            ("replacement", str(term.said.replacement or "") if term else ""),
            ("migration", term.said.migration if term else ""),
            ("hits", ", ".join(_hit([each]))),
        ]
        title = f"{target} {_ENDED[each.rule]}"
        saying = EventContent(
            "promise.ended", Severity.WARNING, each.product, str(target), title, details
        )
        # An end that is not of a schema concerns all consumers.
        touches = () if each.direction else (target,)
        event = scene.event(saying, each.rule, each.place.path)
        yield AddressedEvent(event, touches, consumers=_hit([each]))


def _element(finding: Finding) -> Target | None:
    """The element of a finding in all versions of its line; None without a product."""
    if not finding.product:
        return None
    if finding.target:
        return parse(finding.target)
    version = parse_version(finding.version)
    major = None if version is None else version.major
    if not finding.field:
        return Target(finding.product, finding.schema, major=major if finding.schema else None)
    try:
        steps = parse(f"{finding.product}/{finding.schema}#{finding.field}").field
    except RegistryError:
        return Target(finding.product, finding.schema, major=major)
    value = finding.value or None
    return Target(finding.product, finding.schema, None, major, steps, value)
