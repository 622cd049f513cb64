"""Applies time to findings: removals that are legal today, and the earliest day of the others.

A break that only ends a promise becomes a notice once that promise is over. Any
other stays, with its earliest legal day and the command that announces it.
A deprecated element must not change while it exists.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.consumers import uses
from schemareg.deprecation import reintroduced
from schemareg.deprecation.consent import Consent
from schemareg.deprecation.schedule import ScheduleState, later
from schemareg.model import Announcement, Direction, Place, Severity
from schemareg.model.semver import parse as parse_version
from schemareg.model.targets import Target, field_text, parse
from schemareg.rules import deprecation as rules
from schemareg.text.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.reintroduced import Return
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Deprecation, Finding, Policy, SchemaVersion, Waiver
    from schemareg.snapshot.snapshot import Snapshot

ASPECTS = {
    "property-required": "required",
    "min-properties-raised": "required",
    "dependency-added": "required",
    "enum-value-removed": "values",
    "const-changed": "values",
    "branch-removed": "type",
    "type-narrowed": "type",
    "minimum-raised": "range",
    "maximum-lowered": "range",
    "multiple-narrowed": "range",
    "pattern-narrowed": "form",
    "format-narrowed": "form",
    "min-length-raised": "size",
    "max-length-lowered": "size",
    "min-items-raised": "size",
    "max-items-lowered": "size",
    "unique-items-added": "size",
    "meaning-changed": "meaning",
    "avro-field-missing": "required",
    "avro-symbol-removed": "values",
    "avro-type-changed": "type",
    "avro-branch-removed": "type",
    "avro-name-changed": "type",
    "avro-fixed-size-changed": "size",
    "avro-logical-type-changed": "meaning",
}
"""The guarantee that an old reader loses by a refusal, by rule."""

_GONE = (
    "field-removed",
    "property-required",
    "property-removed",
    "additional-properties-closed",
    "value-forbidden",
    "avro-field-missing",
)
"""Rules of findings about a removed field."""

_VALUE_GONE = ("enum-value-removed", "avro-symbol-removed")
"""Rules of findings about a removed enum value."""

_DAYS = 90


class Season:
    """The landed promises as of a day."""

    def __init__(
        self,
        promises: Promises,
        policy: Policy,
        proposed: Callable[[], tuple[Deprecation, ...]],
        today: date,
    ) -> None:
        self.promises = promises
        self.policy = policy
        self.today = today
        self._proposed = proposed
        self._consent = Consent(promises)

    def ended(self, version: SchemaVersion) -> bool:
        """Whether the promise of a version is over."""
        if not self.promises.terms(version.product):
            return False
        element = Target(version.product, version.schema, version.version)
        return self.promises.over(element, self.today)

    def of(
        self, findings: Iterable[Finding], fields: Callable[[], frozenset[str]]
    ) -> tuple[Finding, ...]:
        """The findings about one version as of the day; `fields` are its fields."""
        return tuple(self._one(each, fields) for each in findings)

    def returned(
        self, found: Return, version: SchemaVersion, place: Place, line: Iterable[SchemaVersion]
    ) -> Finding:
        """The finding about a restored field; `line` are the versions of its line."""
        promised = [each for each in line if not self.ended(each)]
        landed = self.promises.history.landed(found.gone.path)
        since = landed.time.date() if landed else self.today
        reserved = later(since, 2 * self._window(version.product))
        return self._drafted(
            reintroduced.told(found, version, place, promised, reserved, self.today)
        )

    def _one(self, finding: Finding, fields: Callable[[], frozenset[str]]) -> Finding:
        finding = self._drafted(finding)
        element = _element(finding, fields)
        return finding if element is None else self.settled(finding, *element)

    def settled(self, finding: Finding, target: Target, loosens: str) -> Finding:
        """A finding that ends the promise of a target or a guarantee of it, as of the day."""
        finding = self._drafted(finding)
        if finding.severity is not Severity.ERROR:
            return finding
        term = self.promises.covering(target, loosens)
        if term is None:
            window = self._window(target.product)
            return _unannounced(finding, target, loosens, self._proposed(), window)
        if term.state(self.today) is ScheduleState.SUNSET:
            return _released(finding, target, loosens, term, self.today)
        base, anywhere = self.promises.base, _of_its_line(target)
        if self._consent.given(anywhere, term):
            return _released(finding, target, loosens, term, self.today, agreed=True)
        hit = [each.name for each in uses.affected_consumers(base, anywhere)]
        return _early(finding, target, term, self.today, hit)

    def _drafted(self, finding: Finding) -> Finding:
        """A finding about a product that never promised anything is a notice."""
        if finding.severity is Severity.NOTICE:
            return finding
        product = self.promises.product(finding.product)
        if product is None or not self.promises.draft(product, self.policy):
            return finding
        why = f"{product.name} is a draft and promises nothing yet. {finding.why}"
        return replace(finding, severity=Severity.NOTICE, why=why.strip())

    def _window(self, name: str) -> int:
        product = self.promises.product(name)
        return self.promises.window(product, self.policy) if product else _DAYS


def _element(finding: Finding, fields: Callable[[], frozenset[str]]) -> tuple[Target, str] | None:
    """The element that ends with this finding, and the guarantee if only that ends; or None."""
    if not finding.field or not finding.schema:
        return None
    version = parse_version(finding.version)
    steps = parse(f"{finding.product}/{finding.schema}#{finding.field}").field
    target = Target(finding.product, finding.schema, version, None, steps)
    if finding.value and finding.rule in _VALUE_GONE and finding.direction is Direction.BACKWARD:
        return replace(target, value=finding.value), ""
    if finding.rule == "field-removed":
        return target, ""  # also where other alternatives still have it
    there = field_text(steps) in fields()
    if not there and (finding.rule in _GONE or finding.direction is Direction.FORWARD):
        return target, ""
    if there and finding.direction is Direction.FORWARD and finding.rule in ASPECTS:
        return target, ASPECTS[finding.rule]
    return None


def _of_its_line(target: Target) -> Target:
    """The element in all versions of its line: a newer version affects readers of older ones."""
    major = target.version.major if target.version is not None else target.major
    return replace(target, version=None, major=major)


def _released(
    finding: Finding,
    target: Target,
    loosens: str,
    term: Term,
    today: date,
    *,
    agreed: bool = False,
) -> Finding:
    rule = rules.LOOSENED_AT_SUNSET if loosens else rules.REMOVED_AT_SUNSET
    if agreed:
        rule = rules.RELEASED_BY_CONSENT
    over = "all consumers have acknowledged the removal" if agreed else "its promise is over"
    return replace(
        finding,
        rule=rule.id,
        severity=Severity.NOTICE,
        message=f"{_name(target)}: {over} ({finding.message})",
        why=f"{rule.rationale} {term.said.path}: {term.said.reason}",
        remedy=rule.remedy,
        dates=term.arithmetic(today),
    )


def _early(
    finding: Finding, target: Target, term: Term, today: date, hit: Iterable[str]
) -> Finding:
    """Deprecated but not over: the earliest removal, and the consumers until then."""
    rule = rules.REMOVED_BEFORE_SUNSET
    known = f" {listed(hit, last='and')} read it." if hit else ""
    day = term.earliest
    when = f"from {day}" if day else f"once {term.said.path} sets a day"
    end = "be loosened" if term.said.loosens else "go"
    return replace(
        finding,
        rule=rule.id if finding.rule == "field-removed" else finding.rule,
        message=f"{_name(target)} is still promised and can {end} {when} ({finding.message})",
        why=f"{rule.rationale} {term.said.path} announced it.{known}"
        if finding.rule == "field-removed"
        else f"{finding.why}{known}".strip(),
        remedy=f"Keep {_name(target)} until then: reg when {_plain(target)}",
        dates=term.arithmetic(today),
    )


def _unannounced(
    finding: Finding, target: Target, loosens: str, brought: tuple[Deprecation, ...], window: int
) -> Finding:
    from schemareg.model.targets import covers

    beside = [each for each in brought if covers(each.target, target) and each.loosens == loosens]
    if beside:
        rule = rules.ANNOUNCED_WITH_REMOVAL
        return replace(
            finding,
            rule=rule.id if finding.rule == "field-removed" else finding.rule,
            why=f"{rule.rationale} {beside[0].path} counts only after its landing.",
            remedy=f"Keep {_name(target)}, and land {beside[0].path} alone",
        )
    loosening = f" --loosens {loosens}" if loosens else ""
    begin = f"reg deprecate {_plain(target)}{loosening} --reason …"
    _, opens, line = finding.remedy.partition("pen ")
    other = f"; or open {line}" if opens else ""
    return replace(
        finding,
        remedy=f"Keep {_name(target)} and announce it: {begin}{other}",
        announce=Announcement(str(_anywhere(target)), loosens, window),
    )


def _anywhere(target: Target) -> Target:
    """The element in every version of the schema."""
    return replace(target, version=None, major=None)


def _plain(target: Target) -> str:
    """The target of a deprecation of the element, for all versions; safe to paste in a shell."""
    text = str(_anywhere(target))
    # A `#` inside a word is no comment, so it alone needs no quotes.
    return (
        text if shlex.quote(text.replace("#", "")) == text.replace("#", "") else shlex.quote(text)
    )


def _name(target: Target) -> str:
    value = f"={target.value}" if target.value is not None else ""
    return repr(f"{field_text(target.field)}{value}") if target.field else repr(str(target))


def accepted(
    findings: Iterable[Finding], promises: Promises, head: Snapshot, today: date
) -> Iterator[Finding]:
    """The findings with landed waivers applied; waived findings stay visible as notices.

    An expired waiver accepts nothing, and is a finding itself, once.
    """
    told: set[str] = set()
    for finding in findings:
        if not finding.product or finding.severity is Severity.NOTICE:
            yield finding
            continue
        waiver = promises.waivers(finding.product).get(finding.fingerprint)
        if waiver is None:
            yield finding
        elif today <= waiver.until:
            yield replace(
                finding,
                severity=Severity.NOTICE,
                waived=f"{waiver.approver}, until {waiver.until}: {waiver.reason}",
            )
        else:
            yield replace(
                finding,
                why=f"{finding.why} {rules.WAIVER_EXPIRED.title}: {waiver.path} counted until"
                f" {waiver.until}.".strip(),
                remedy=f"{finding.remedy} Or renew it: {_renewal(waiver)}",
            )
            if waiver.path not in told:
                told.add(waiver.path)
                yield _expired(waiver, finding, head)


def _expired(waiver: Waiver, finding: Finding, head: Snapshot) -> Finding:
    return rules.about(
        rules.WAIVER_EXPIRED,
        parse(finding.product),
        Place(waiver.path) if head.has(waiver.path) else finding.place,
        f"{waiver.path} accepted {finding.rule} until {waiver.until}and has expired",
        remedy=f"Fix what it accepted; or renew it: {_renewal(waiver)}",
        what=(waiver.fingerprint, str(waiver.until)),
    )


def _renewal(waiver: Waiver) -> str:
    return f"reg waive {waiver.fingerprint} --until …"
