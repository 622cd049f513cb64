"""A report for a terminal: where, what, why, fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.reports.review import sentences
from schemareg.reports.review.bounds import bounded, bounded_finding
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import paired, wrapped

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.model import Compatibility, Finding, Report, VersionVerdict

__all__ = ["LONGEST_WITNESS", "WIDEST", "findings_text", "painter", "render"]

LONGEST_WITNESS = 600
"""Characters of a witness; the JSON form has it whole."""


def render(report: Report, *, colour: bool = False, width: int = 100) -> str:
    """The report as lines of text, findings first, the verdict last."""
    report, width = bounded(report), min(width, WIDEST)
    paint = painter(colour)
    lines: list[str] = []
    for verdict in report.versions:
        lines += _version(verdict, report.policy, width, paint)
    if report.versions:
        lines.append("")
    totals = f"{sentences.findings_total(report)}; {sentences.versions_total(report)}"
    first, *rest = wrapped(f"{report.verdict}: {totals}", width, hanging="  ")
    lines += [first.replace(report.verdict, paint(report.verdict, report.verdict), 1), *rest]
    for line in (sentences.compared(report), f"policy: {sentences.policy(report.policy)}"):
        lines += [
            paint("faint", each) for each in wrapped(escape.visible(line), width, hanging="  ")
        ]
    found = _blocks(report.findings, width, paint)
    return found + escape.inert("\n".join(lines)) + "\n"


def findings_text(findings: Iterable[Finding], *, colour: bool = False, width: int = 100) -> str:
    """One block for each finding, followed by a blank line."""
    return _blocks(map(bounded_finding, findings), min(width, WIDEST), painter(colour))


def _blocks(findings: Iterable[Finding], width: int, paint: Callable[[str, str], str]) -> str:
    blocks = ("\n".join(_finding(each, width, paint)) + "\n\n" for each in findings)
    return escape.inert("".join(blocks))


def _finding(finding: Finding, width: int, paint: Callable[[str, str], str]) -> Iterator[str]:
    from schemareg.reports.review.commands import COMMAND

    severity = finding.severity.value
    place = escape.visible(str(finding.place))
    yield f"{paint('place', place)}: {paint(severity, severity)} {finding.rule}"
    message = escape.visible(finding.message)
    yield from paired(message, escape.visible(sentences.relation(finding)), width, indent="  ")
    if finding.witness is not None:
        record = escape.shortened(escape.json_text(finding.witness), LONGEST_WITNESS)
        lead = escape.visible(sentences.witnessed(finding))
        yield from wrapped(f"{lead}:  {record}", width, indent="  ", hanging="    ")
    hits = sentences.hits(finding)
    if hits:
        yield from wrapped(escape.visible(f"hits: {hits}"), width, indent="  ", hanging="    ")
    for text in filter(None, (finding.why, finding.dates, sentences.waiver(finding))):
        yield from wrapped(escape.visible(text), width, indent="  ")
    remedy = COMMAND.sub(_unbroken, escape.visible(finding.remedy))
    for line in paired(
        remedy, f"reg explain {finding.rule}".replace(" ", _GLUE), width, indent="  "
    ):
        yield line.replace(_GLUE, " ")
    waive = sentences.waive(finding)
    if waive:
        yield paint("faint", f"  To waive it: {waive}")


_GLUE = "\N{WORD JOINER}"
"""A placeholder for a space that must not wrap; `visible` never produces it."""


def _unbroken(command: re.Match[str]) -> str:
    """A command stays on one line, so that it can be copied."""
    return command.group().replace(" ", _GLUE)


def _version(
    verdict: VersionVerdict, policy: Compatibility, width: int, paint: Callable[[str, str], str]
) -> Iterator[str]:
    name = f"{verdict.product}/{verdict.schema} {verdict.version}"
    text = escape.visible(f"{name}: {sentences.outcome(verdict, policy)}")
    first, *rest = wrapped(text, width, hanging="  ")
    word = verdict.outcome.value
    yield first.replace(f": {word}", f": {paint(word, word)}", 1)
    yield from rest
    for change in verdict.changes:
        yield from wrapped(escape.visible(change), width, indent="  - ", hanging="    ")
