"""Sentences that all forms of a report share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Direction, Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import Compatibility, Finding, Report, VersionVerdict


def plural(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def counts(report: Report) -> dict[str, int]:
    """The counts; `shown + waived + hidden == total`, and the severities add up to the total too.

    A waived finding stays in every report; it counts apart.
    """
    total = len(report.findings)
    waived = sum(bool(each.waived) for each in report.findings)
    return {
        "error": _count(report.findings, Severity.ERROR),
        "warning": _count(report.findings, Severity.WARNING),
        "notice": _count(report.findings, Severity.NOTICE),
        "shown": total - waived,
        "waived": waived,
        "hidden": 0,
        "total": total,
        "versions": len(report.versions),
        "compatible": _judged(report.versions, Outcome.COMPATIBLE),
        "breaking": _judged(report.versions, Outcome.BREAKING),
        "undecided": _judged(report.versions, Outcome.UNDECIDED),
    }


def _count(findings: Iterable[Finding], severity: Severity) -> int:
    return sum(each.severity is severity for each in findings)


def _judged(versions: Iterable[VersionVerdict], outcome: Outcome) -> int:
    return sum(each.outcome is outcome for each in versions)


def findings_total(report: Report) -> str:
    """`2 findings (1 error, 1 notice; 1 of them waived)`, or `no findings`."""
    numbers = counts(report)
    if not numbers["total"]:
        return "no findings"
    parts = [plural(numbers[each], each) for each in ("error", "warning", "notice")]
    named = ", ".join(part for part in parts if not part.startswith("0 "))
    waived = f"; {numbers['waived']} of them waived" if numbers["waived"] else ""
    return f"{plural(numbers['total'], 'finding')} ({named}{waived})"


def versions_total(report: Report) -> str:
    """`3 versions judged (2 compatible, 1 breaking)`, or `no version to judge`."""
    numbers = counts(report)
    if not numbers["versions"]:
        return "no version to judge"
    named = ", ".join(
        f"{numbers[each]} {each}"
        for each in ("compatible", "breaking", "undecided")
        if numbers[each]
    )
    return f"{plural(numbers['versions'], 'version')} judged ({named})"


def compared(report: Report) -> str:
    """The compared states and the day."""
    return f"base {report.base}, head {report.head}, {as_of(report)}"


def as_of(report: Report) -> str:
    """The day, and that it is not the day of the run if `--today` set it."""
    chosen = " (set by --today: not the day of this run)" if report.today_given else ""
    return f"as of {report.today.isoformat()}{chosen}"


def policy(policy: Compatibility) -> str:
    """The policy in force: `FULL against supported versions, content declared`."""
    text = (
        f"{policy.level.name} against {policy.scope.value} versions, content {policy.content.value}"
    )
    return f"{text}, formats asserted" if policy.formats else text


def subject(finding: Finding) -> str:
    """`orders/order_placed 1.3.0`, as far as the finding names them."""
    name = "/".join(part for part in (finding.product, finding.schema) if part)
    return " ".join(part for part in (name, finding.version) if part)


def relation(finding: Finding) -> str:
    """The broken pair: `orders/order 1.3.0 cannot read 1.2.0 (BACKWARD)`; or the subject.

    Only a record shows that a version cannot read; without one, the compared versions are named.
    """
    if finding.direction is None or not finding.against:
        return subject(finding)
    if finding.witness is None:
        return f"{subject(finding)} against {finding.against} ({finding.direction.value})"
    name = "/".join(part for part in (finding.product, finding.schema) if part)
    reader, writer = parties(finding)
    return f"{name} {reader} cannot read {writer} ({finding.direction.value})".lstrip()


def parties(finding: Finding) -> tuple[str, str]:
    """The reader's version and the writer's."""
    if finding.direction is Direction.FORWARD:
        return finding.against, finding.version
    return finding.version, finding.against


def witnessed(finding: Finding) -> str:
    """The reader and writer of the witness: `refused by 1.3.0, written by 1.2.0, at customer.email`."""
    at = f", at {finding.field}" if finding.field else ""
    if finding.direction is None or not finding.against:
        return f"a record that shows it{at}"
    reader, writer = parties(finding)
    return f"refused by {reader}, written by {writer}{at}"


def hits(finding: Finding, most: int = 12) -> str:
    """The affected consumers with their fields: `billing (customer.email), shop-bi`; or nothing.

    A consumer with several uses is named once.
    """
    read: dict[str, list[str]] = {}
    for each in finding.hits:
        fields = read.setdefault(each.consumer or each.team, [])
        fields += [name for name in each.fields if name not in fields]
    named = [f"{name} ({', '.join(fields)})" if fields else name for name, fields in read.items()]
    more = [f"and {plural(len(named) - most, 'more consumer')}"] if len(named) > most else []
    return ", ".join([*named[:most], *more])


def waive(finding: Finding) -> str:
    """The command that accepts a finding for a time.

    Empty where no waiver is possible or needed, or where the remedy already names the command.
    """
    if not finding.fingerprint or not finding.product or finding.severity is Severity.NOTICE:
        return ""
    if "reg waive " in finding.remedy:
        return ""
    return f"reg waive {finding.fingerprint} --until DATE --reason TEXT"


def outcome(verdict: VersionVerdict, in_force: Compatibility) -> str:
    """The verdict on one version: `breaking, compared with 1.2.0; its changes require …`.

    `in_force` is the report's policy; a version's own policy is shown where it differs.
    """
    text = verdict.outcome.value
    if verdict.against:
        text += f", compared with {', '.join(verdict.against)}"
    if verdict.required_bump and verdict.honest == verdict.version:
        text += f"; a {verdict.required_bump} bump, as its number says"
    elif verdict.required_bump:
        text += f"; its changes require a {verdict.required_bump} bump"
        text += f": {verdict.honest}" if verdict.honest else ""
    if verdict.reason:
        text += f"; {verdict.reason}"
    if verdict.policy is not None and policy(verdict.policy) != policy(in_force):
        text += f"; judged by {policy(verdict.policy)}"
    return text


def waiver(finding: Finding) -> str:
    """The waiver of a finding; empty without one."""
    return f"waived by {finding.waived}" if finding.waived else ""
