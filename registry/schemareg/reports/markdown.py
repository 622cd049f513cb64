"""A report as GitHub's Markdown, for a comment or a step summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import json_values
from schemareg.model import Severity
from schemareg.reports import escape, sentences
from schemareg.reports.json_document import witness_value

if TYPE_CHECKING:
    from schemareg.model import Finding, Report, VersionVerdict

LONGEST = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""

LONGEST_WITNESS = 2_000
"""Characters of one witness; the JSON form has it whole."""

MOST_WORDS = 40
"""Changes of words that a comment lists."""

_HEADLINES = {
    "pass": "Nothing breaks",
    "fail": "This change breaks promises",
    "undecided": "This change could not be decided",
}
_MARKS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTICE: "🔵"}


def render(report: Report) -> str:
    """The verdict, a table of the versions, then each finding with its witness in a fold."""
    parts = [
        f"### {_HEADLINES[report.verdict]}",
        f"**{report.verdict}**: {sentences.findings_total(report)}; {sentences.versions_total(report)}.",
    ]
    if report.versions:
        parts.append(_versions(report))
        parts += _words(report)
    room = LONGEST - sum(len(part) + 2 for part in parts) - 1_000
    for index, finding in enumerate(report.findings):
        block = _finding(finding)
        room -= len(block) + 2
        if room < 0:
            left = sentences.plural(len(report.findings) - index, "more finding")
            parts.append(f"_{left} not shown here: run `reg check`._")
            break
        parts.append(block)
    parts.append(f"<sub>{escape.markdown(_footer(report))}</sub>")
    return "\n\n".join(parts) + "\n"


def _footer(report: Report) -> str:
    return f"{sentences.compared(report)}; policy: {sentences.policy(report.policy)}"


def _versions(report: Report) -> str:
    """A table; GitHub takes tables of any length, people do not: at most fifty rows."""
    lines = ["| version | outcome | bump needed | compared with |", "|---|---|---|---|"]
    lines += [_row(each) for each in report.versions[:50]]
    text = "\n".join(lines)
    if len(report.versions) > 50:
        text += f"\n\n_{sentences.plural(len(report.versions) - 50, 'more version')}._"
    return text


def _words(report: Report) -> list[str]:
    """What changed in words and metadata, folded; empty where nothing did."""
    changes = [
        f"- {escape.markdown_code(f'{each.product}/{each.schema} {each.version}')} "
        f"{escape.markdown(escape.shortened(change, 300))}"
        for each in report.versions
        for change in each.changes
    ]
    if not changes:
        return []
    left = sentences.plural(len(changes) - MOST_WORDS, "more change")
    more = [f"- _{left}: run `reg check`._"] if len(changes) > MOST_WORDS else []
    listed = "\n".join([*changes[:MOST_WORDS], *more])
    return [f"<details><summary>Words that changed</summary>\n\n{listed}\n\n</details>"]


def _row(verdict: VersionVerdict) -> str:
    name = f"{verdict.product}/{verdict.schema} {verdict.version}"
    found = (
        f"{verdict.outcome.value}: {verdict.reason}" if verdict.reason else verdict.outcome.value
    )
    cells = (
        escape.markdown_code(name),
        escape.markdown(escape.shortened(found, 300)),
        _bump(verdict),
        escape.markdown(", ".join(verdict.against)),
    )
    return f"| {' | '.join(cells)} |"


def _bump(verdict: VersionVerdict) -> str:
    if verdict.honest in ("", verdict.version):
        return verdict.required_bump
    return f"{verdict.required_bump}: {escape.markdown_code(verdict.honest)}"


def _finding(finding: Finding) -> str:
    parts = [
        (
            f"{_MARKS[finding.severity]} **{finding.severity.value}** "
            f"{escape.markdown_code(finding.rule)} at {escape.markdown_code(str(finding.place))}"
        ),
        escape.markdown(escape.shortened(finding.message, LONGEST_WITNESS)),
    ]
    if finding.direction is not None and finding.against:
        parts[-1] += f" — {escape.markdown(sentences.relation(finding))}"
    if finding.witness is not None:
        parts.append(_witness(finding.witness, sentences.witnessed(finding)))
    told = (finding.why, finding.dates, sentences.waiver(finding))
    parts += [escape.markdown(text) for text in told if text]
    if finding.remedy:
        parts.append(f"**Mend it:** {escape.markdown(finding.remedy)}")
    return "\n\n".join(parts)


def _witness(witness: str, whose: str) -> str:
    record = json_values.render(witness_value(witness), indent=2)
    shown = escape.shortened(escape.json_text(record), LONGEST_WITNESS)
    summary = escape.markdown(f"Witness: {whose}")
    fence = escape.markdown_fence(shown, "json")
    return f"<details><summary>{summary}</summary>\n\n{fence}\n\n</details>"
