"""What a landing did to its readers, by the verdict of the check as of the landing's own day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.audit.subjects import Part, subject
from schemareg.errors import InvalidFiles, RegistryError
from schemareg.model import Outcome, Severity
from schemareg.names import Target, parse
from schemareg.notices.news import News, Saying
from schemareg.reviewing import review
from schemareg.rules import time as time_rules
from schemareg.rules import versions as version_rules
from schemareg.versions import parse as parse_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.audit.facts import Fact
    from schemareg.formats.json_schema.fields import Field
    from schemareg.model import Finding, Report, SchemaVersion, VersionVerdict
    from schemareg.notices.scene import Scene

MOST = 2_000
"""Releases of one landing beyond which it is not judged again: it is an import, not a change."""

_ENDED = {
    time_rules.REMOVED_AT_SUNSET.id: "is gone: its promise was over",
    time_rules.LOOSENED_AT_SUNSET.id: "is loosened: its promise was over",
    time_rules.RELEASED_BY_CONSENT.id: "is gone before its day: all who read it had agreed",
}
_AUDITED = frozenset(
    (
        *(version_rules.MODIFIED.id, version_rules.REMOVED.id),
        *(time_rules.SUNSET_MOVED_EARLIER.id, time_rules.SUNSET_HISTORY_EDITED.id),
    )
)
"""What the audit tells of the same landing."""
_SENTENCES = 12


def releases(scene: Scene, facts: Sequence[Fact]) -> tuple[News, ...]:
    """The news of what landed as the check judges it: releases, breaks, ends of promises.

    Where it cannot be judged, that is the news, and what was released is told without a verdict.
    """
    released = [each for each in facts if each.kind == "version.released"]
    if not facts:
        return ()
    if len(released) > MOST:
        why = f"{len(released):,} versions landed at once, which were not judged again"
        plain = _plainly(scene, released, Severity.NOTICE)
        return (*plain, _unjudged(scene, why, Severity.WARNING))
    try:
        report = review(scene.before, scene.after, scene.day, history=lambda: scene.earlier)
    except InvalidFiles as error:
        found = [(str(each.place), each.what) for each in error.mistakes]
        mistakes = f"{len(found):,} mistake{'s' * (len(found) != 1)}"
        why = f"files with {mistakes} landed, so that nothing of it could be judged"
        return (*_plainly(scene, released), _unjudged(scene, why, Severity.ERROR, found))
    except RegistryError as error:
        why = f"what landed could not be judged: {error.what}"
        return (*_plainly(scene, released), _unjudged(scene, why, Severity.ERROR))
    return (*_judged(scene, released, report), *_breaks(scene, report), *_ends(scene, report))


def _unjudged(
    scene: Scene, why: str, severity: Severity, details: Iterable[tuple[str, str]] = ()
) -> News:
    saying = Saying("landing.invalid", severity, "", "", why, details)
    return News(scene.event(saying), hub=True)


def _plainly(
    scene: Scene, released: Iterable[Fact], severity: Severity = Severity.WARNING
) -> Iterator[News]:
    for fact in released:
        title = f"{fact.target} landed; it was not judged"
        yield _release(scene, fact, severity, title, [])


def _release(
    scene: Scene, fact: Fact, severity: Severity, title: str, details: list[tuple[str, str]]
) -> News:
    target = parse(fact.target)
    assert target.version is not None  # noqa: S101  a release has one
    opens = dict(fact.details).get("bump") == "major"
    major = None if opens else target.version.major
    touches = (Target(target.product, target.schema, major=major),)
    details = [*details, ("read by", scene.readers(*touches))]
    saying = Saying(fact.kind, severity, target.product, fact.target, title, details)
    return News(scene.event(saying, fact.path), touches)


# -- what the check says of a release --------------------------------------------------------------


def _judged(scene: Scene, released: Iterable[Fact], report: Report) -> Iterator[News]:
    verdicts = {each.path: each for each in report.versions}
    for fact in released:
        verdict = verdicts.get(fact.path)
        if verdict is None:  # a folder that has no product.yaml: nothing of it is a version
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
        return f"{fact.target} landed; whether it breaks readers could not be decided"
    if verdict.outcome is Outcome.BREAKING or _waived(verdict, report):
        return f"{fact.target} landed, and breaks readers"
    if bump == "major":
        return f"{fact.target} opens a new major line; the older ones stay as they are"
    if not (verdict.policy or report.policy).level.directions:
        return f"{fact.target} landed; compatibility is not asked of it"
    return f"{fact.target} landed, compatible with what its line promised"


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


def _sentences(scene: Scene, verdict: VersionVerdict, over: str) -> list[str]:
    """What changed over the version before, a sentence each."""
    try:
        found = [*_fields(scene, verdict, over), *verdict.changes]
    except RegistryError:
        found = list(verdict.changes)
    if len(found) > _SENTENCES:
        found[_SENTENCES - 1 :] = [f"and {len(found) - _SENTENCES + 1:,} more"]
    return found


def _fields(scene: Scene, verdict: VersionVerdict, over: str) -> Iterator[str]:
    from schemareg.promises.elements import fields_of

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
        yield f"{path} is gone: it was {_kind(old[path])}"
    for path in sorted(old.keys() & new.keys()):
        if _kind(old[path]) != _kind(new[path]):
            yield f"{path} is {_kind(new[path])}; it was {_kind(old[path])}"


def _kind(field: Field) -> str:
    return f"{'required' if field.required else 'optional'} {field.type}"


# -- what it breaks, and what it ends --------------------------------------------------------------


def _breaks(scene: Scene, report: Report) -> Iterator[News]:
    """The breaks of one subject together: those that were accepted, and those that were not."""
    together: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in report.findings:
        kind = "breaking.waived" if each.waived else "breaking.landed"
        refused = each.severity is Severity.ERROR and each.rule not in _AUDITED
        if each.waived or refused:
            version = each.version and f"{each.product}/{each.schema}@{each.version}"
            key = (kind, each.product, version or each.product, each.place.path)
            together.setdefault(key, []).append(each)
    for (kind, product, target, path), those in together.items():
        # That the number promises too much is said last: it only follows from the rest.
        found = sorted(those, key=lambda each: each.rule == version_rules.TOO_SMALL.id)
        hit = _hit(found)
        about = subject(path)
        if about.part is Part.CONSUMER:  # who registers for what is going is told as well
            hit = tuple(sorted({*hit, about.name}))
        saying = Saying(
            kind,
            Severity.ERROR,
            product,
            target,
            _breaking(kind, target if found[0].version else path, found),
            (*_refused(found), ("hits", ", ".join(hit)), ("what to do", _mend(found))),
        )
        yield News(scene.event(saying, path), consumers=hit, hub=True)


def _hit(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The consumers whom findings hit, by the names of their files."""
    return tuple(sorted({hit.consumer for each in findings for hit in each.hits}))


def _breaking(kind: str, name: str, found: Sequence[Finding]) -> str:
    breaks = "breaks its readers" if found[0].version else "is refused by the check"
    if kind == "breaking.waived":
        return f"{name} {breaks}; a waiver had accepted it"
    return f"{name} {breaks}, and landed all the same"


def _mend(found: Sequence[Finding]) -> str:
    """What mends the worst of it, where nobody accepted it."""
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


def _ends(scene: Scene, report: Report) -> Iterator[News]:
    """What went for good, or was loosened, each once however many versions had it."""
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
        saying = Saying(
            "promise.ended", Severity.WARNING, each.product, str(target), title, details
        )
        # What ends beside the schemas has no reader who declares it: it concerns all of them.
        touches = () if each.direction else (target,)
        event = scene.event(saying, each.rule, each.place.path)
        yield News(event, touches, consumers=_hit([each]))


def _element(finding: Finding) -> Target | None:
    """What a finding is about, in all versions of its line; None where it is about no product."""
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
