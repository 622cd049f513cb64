"""A report as GitHub's Markdown: every finding with its record, within the limit of a comment."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.model import Severity
from schemareg.reports.review import commands, sentences
from schemareg.reports.review.bounds import bounded
from schemareg.reports.review.json_document import witness_value
from schemareg.text import escape
from schemareg.text.sections import GAP, fitted, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.model import Finding, PromiseChange, Report, VersionVerdict

LONGEST = 60_000
"""Bytes; GitHub refuses a comment of more than 65,536 characters."""

LONGEST_WITNESS = 2_000
"""Characters of one witness; the JSON form has it whole."""

MOST_VERSIONS = 50
"""Maximum rows of the table of versions."""

MOST_WORDS = 40
"""Maximum changes of descriptions in a comment."""

MOST_PROMISES = 60
"""Maximum changed fields of one version, as lines of a diff."""

_ROWS = 100
"""Of one table: a section that fits or does not."""
_HEADLINES = {
    "pass": "🟢 Nothing breaks",
    "fail": "🔴 This change breaks promises",
    "undecided": "🟡 This change is undecided",
}
MARKS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.NOTICE: "🔵"}


def render(report: Report) -> str:
    """The verdict, a table of the versions, then each finding with its folded witness."""
    return page(bounded(report), LONGEST, MOST_VERSIONS, MOST_WORDS)


def page(report: Report, limit: int, versions: int, words: int) -> str:
    """The report in at most `limit` bytes, cut between sections; it says what is left out.

    At most so many `versions` and changes of `words` are listed; they take half of the room.
    """
    head = [f"### {headline(report)}", _totals(report)]
    foot = f"<sub>{prose(_footer(report))}</sub>\n"
    room = limit - sum(size(part) + len(GAP) for part in (*head, foot))
    about = _about_versions(report, versions, words)
    parts = fitted(about, room // 2, lambda left: f"_{_more(left, 'section')}_")
    room -= sum(size(part) + len(GAP) for part in parts)
    told = map(_finding, report.findings)
    parts += fitted(told, room, lambda left: f"_{_more(left, 'finding')}_")
    return GAP.join([*head, *parts, foot])


def headline(report: Report) -> str:
    """The verdict as a headline."""
    return _HEADLINES[report.verdict]


def prose(text: str) -> str:
    """Somebody's text in a sentence."""
    return commands.markdown(text)


def _totals(report: Report) -> str:
    total = f"{sentences.findings_total(report)}; {sentences.versions_total(report)}"
    return f"**{report.verdict}**: {total}."


def _more(count: int, noun: str) -> str:
    return f"{sentences.plural(count, f'more {noun}')} not shown here: run `reg check`."


def _footer(report: Report) -> str:
    return f"{sentences.compared(report)}; policy: {sentences.policy(report.policy)}"


def _about_versions(report: Report, most: int, most_words: int) -> Iterator[str]:
    shown = report.versions[:most]
    for start in range(0, len(shown), _ROWS):
        yield _table(shown[start : start + _ROWS])
    if len(report.versions) > most:
        yield f"_{sentences.plural(len(report.versions) - most, 'more version')}._"
    for verdict in shown:
        if verdict.promises:
            yield promises(verdict)
    yield from _words(report, most_words)


def _table(versions: Iterable[VersionVerdict]) -> str:
    head = ["| version | outcome | bump needed | compared with |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, versions)])


def _row(verdict: VersionVerdict) -> str:
    name = f"{verdict.product}/{verdict.schema} {verdict.version}"
    found = (
        f"{verdict.outcome.value}: {verdict.reason}" if verdict.reason else verdict.outcome.value
    )
    cells = (
        escape.markdown_code(name),
        prose(found),
        _bump(verdict),
        prose(", ".join(verdict.against)),
    )
    return f"| {' | '.join(cells)} |"


def _bump(verdict: VersionVerdict) -> str:
    if verdict.honest in ("", verdict.version):
        return verdict.required_bump
    return f"{verdict.required_bump}: {escape.markdown_code(verdict.honest)}"


def fold(summary: str, content: str) -> str:
    """A folded part; `summary` is user text, `content` is Markdown."""
    return f"<details><summary>{escape.markdown(summary)}</summary>\n\n{content}\n\n</details>"


def promises(verdict: VersionVerdict) -> str:
    """The changed promises of a version's fields, as a folded diff."""
    name = f"{verdict.product}/{verdict.schema} {verdict.version}"
    lines = [line for each in verdict.promises[:MOST_PROMISES] for line in _sides(each)]
    if len(verdict.promises) > MOST_PROMISES:
        more = sentences.plural(len(verdict.promises) - MOST_PROMISES, "more field")
        lines.append(f"# {more}: reg diff")
    diff = escape.markdown_fence("\n".join(lines), "diff")
    return fold(f"Changed promises of {name}", diff)


def _sides(change: PromiseChange) -> Iterator[str]:
    for sign, promised in (("-", change.before), ("+", change.after)):
        if promised:
            yield escape.inert(escape.visible(f"{sign} {change.field}: {promised}"))


def _words(report: Report, most: int) -> Iterator[str]:
    """Folded changes of descriptions and metadata; empty without changes."""
    count = sum(len(each.changes) for each in report.versions)
    if not count:
        return
    lines = list(islice(_changes(report.versions), most))
    if count > most:
        left = sentences.plural(count - most, "more change")
        lines.append(f"- _{left}: run `reg check`._")
    yield fold("Changed descriptions", "\n".join(lines))


def _changes(versions: Iterable[VersionVerdict]) -> Iterator[str]:
    for each in versions:
        name = escape.markdown_code(f"{each.product}/{each.schema} {each.version}")
        for change in each.changes:
            yield f"- {name} {prose(change)}"


def _finding(finding: Finding) -> str:
    parts = [
        (
            f"{MARKS[finding.severity]} **{finding.severity.value}** "
            f"{escape.markdown_code(finding.rule)} at {escape.markdown_code(str(finding.place))}"
        ),
        prose(finding.message),
    ]
    if finding.direction is not None and finding.against:
        parts[-1] += f" — {prose(sentences.relation(finding))}"
    if finding.witness is not None:
        parts.append(witness(finding))
    hits = sentences.hits(finding)
    if hits:
        parts.append(f"**Hits:** {prose(hits)}")
    told = (finding.why, finding.dates, sentences.waiver(finding))
    parts += [prose(text) for text in told if text]
    if finding.remedy:
        parts.append(f"**Fix:** {prose(finding.remedy)}")
    waive = sentences.waive(finding)
    if waive:
        parts.append(f"<sub>To waive it: {prose(waive)}</sub>")
    return GAP.join(parts)


def witness(finding: Finding, lead: str = "Witness") -> str:
    """The folded record of a finding, beginning with `lead`; empty without one."""
    if finding.witness is None:
        return ""
    record = json_values.render(witness_value(finding.witness), indent=2)
    shown = escape.shortened(escape.json_text(record), LONGEST_WITNESS)
    return fold(f"{lead}: {sentences.witnessed(finding)}", escape.markdown_fence(shown, "json"))
