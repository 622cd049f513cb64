"""Events of released versions: their changes, and whether they keep the promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Outcome, Severity
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target, parse
from schemareg.notifications.events.audience import AddressedEvent, EventContent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.changelog.facts import Fact
    from schemareg.formats.field import Field
    from schemareg.model import Finding, Report, SchemaVersion, VersionVerdict
    from schemareg.notifications.events.landing import LandingContext

_SENTENCES = 12


def released(
    scene: LandingContext, facts: Iterable[Fact], report: Report
) -> Iterator[AddressedEvent]:
    """The events of released versions, with the verdict of the check."""
    verdicts = {each.path: each for each in report.versions}
    for fact in facts:
        verdict = verdicts.get(fact.path)
        if verdict is None:  # a folder without product.yaml has no versions
            continue
        bump = dict(fact.details).get("bump", "")
        over = dict(fact.details).get("over", "")
        details = [("step", f"{bump} over {over}")] if over else []
        if verdict.against:
            details.append(("held against", _some(verdict.against)))
        details.append(("undecided", verdict.reason))
        details += [("change", each) for each in _sentences(scene, verdict, over)]
        severity = Severity.WARNING if bump == "major" else Severity.NOTICE
        if verdict.outcome is Outcome.UNDECIDED:
            severity = Severity.WARNING
        yield _release(scene, fact, severity, _title(fact, verdict, bump, report), details)


def _title(fact: Fact, verdict: VersionVerdict, bump: str, report: Report) -> str:
    if bump == "first":
        return f"{fact.target} landed, its first version"
    if verdict.outcome is Outcome.UNDECIDED:
        return f"{fact.target} landed; it is undecided whether it breaks readers"
    if verdict.outcome is Outcome.BREAKING or _waived(verdict, report):
        return f"{fact.target} landed, and breaks readers"
    if bump == "major":
        return f"{fact.target} opens a new major line; the older lines stay unchanged"
    if not (verdict.policy or report.policy).level.directions:
        return f"{fact.target} landed; the policy requires no compatibility"
    return f"{fact.target} landed, compatible with its line"


def _waived(verdict: VersionVerdict, report: Report) -> bool:
    return any(each.waived and _of(each, verdict) for each in report.findings)


def _of(finding: Finding, verdict: VersionVerdict) -> bool:
    return (finding.product, finding.schema, finding.version) == (
        verdict.product,
        verdict.schema,
        verdict.version,
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[-8:]) + more


def _sentences(scene: LandingContext, verdict: VersionVerdict, over: str) -> list[str]:
    """The changes from the previous version, one sentence each."""
    try:
        found = [*_fields(scene, verdict, over), *verdict.changes]
    except RegistryError:
        found = list(verdict.changes)
    if len(found) > _SENTENCES:
        found[_SENTENCES - 1 :] = [f"and {len(found) - _SENTENCES + 1:,} more"]
    return found


def _fields(scene: LandingContext, verdict: VersionVerdict, over: str) -> Iterator[str]:
    from schemareg.snapshot.elements import fields_of

    line = scene.after.versions(verdict.product, verdict.schema)
    named = {str(each.version): each for each in line}
    if over not in named or verdict.version not in named:
        return

    def known(version: SchemaVersion) -> dict[str, Field]:
        return {each.path: each for each in fields_of(scene.after, version)}

    old, new = known(named[over]), known(named[verdict.version])
    for path in sorted(new.keys() - old.keys()):
        yield f"{path} is new: {_kind(new[path])}"
    for path in sorted(old.keys() - new.keys()):
        yield f"{path} was removed: it was {_kind(old[path])}"
    for path in sorted(old.keys() & new.keys()):
        if _kind(old[path]) != _kind(new[path]):
            yield f"{path} is {_kind(new[path])}; it was {_kind(old[path])}"


def _kind(field: Field) -> str:
    return f"{'required' if field.required else 'optional'} {field.type}"


def unjudged(
    scene: LandingContext, facts: Iterable[Fact], severity: Severity = Severity.WARNING
) -> Iterator[AddressedEvent]:
    """The events of released versions without a verdict."""
    for fact in facts:
        title = f"{fact.target} landed; it was not judged"
        yield _release(scene, fact, severity, title, [])


def _release(
    scene: LandingContext,
    fact: Fact,
    severity: Severity,
    title: str,
    details: list[tuple[str, str]],
) -> AddressedEvent:
    target = parse(fact.target)
    assert target.version is not None  # noqa: S101  a release has one
    opens = dict(fact.details).get("bump") == "major"
    major = None if opens else target.version.major
    touches = (Target(target.product, target.schema, major=major),)
    details = [*details, ("read by", scene.readers(*touches))]
    saying = EventContent(fact.kind, severity, target.product, fact.target, title, details)
    return AddressedEvent(scene.event(saying, fact.path), touches)
