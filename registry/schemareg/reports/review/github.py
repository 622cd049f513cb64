"""A report as annotations of GitHub Actions: workflow commands on stdout.

The runner keeps ten errors, ten warnings and ten notices of a step, and 4,096 characters of each.
Of more, the first nine of the report are shown and the tenth summarises the others; of a longer
one, what explains goes before what helps.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; actions/runner, ActionCommandManager
and ExecutionContext.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from schemareg.model import Mistake, Severity
from schemareg.reports.review import sentences
from schemareg.reports.review.bounds import bounded, bounded_mistakes
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import Finding, Place, Report

LIMIT = 10
"""Annotations of one severity that the runner keeps for a step."""

LONGEST = 4_000
"""Characters of a message, in UTF-16 as the runner counts them, with a margin."""

LONGEST_WITNESS = 1_000
_LONGEST_TEXT = 600
_LONGEST_TITLE = 200
_MOST_RULES = 20


def render(report: Report) -> str:
    """One workflow command a line, the most severe first, then the verdict as an ordinary line."""
    report = bounded(report, _LONGEST_TEXT)
    lines: list[str] = []
    for severity in Severity:
        found = [each for each in report.findings if each.severity is severity]
        shown = found if len(found) <= LIMIT else found[: LIMIT - 1]
        lines += [_finding(each) for each in shown]
        if len(shown) < len(found):
            rules = [each.rule for each in found[len(shown) :]]
            lines.append(_rest(severity.value, rules, "reg check"))
    verdict = f"{report.verdict}: {sentences.findings_total(report)}; "
    lines.append(escape.inert(verdict + sentences.versions_total(report)))
    lines.append(escape.inert(escape.visible(sentences.compared(report))))
    return "\n".join(lines) + "\n"


def render_mistakes(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """Mistakes of files as error annotations, and what is probably not meant as notices."""
    mistakes, notices = bounded_mistakes(mistakes), bounded_mistakes(notices)
    lines = [*_annotated(mistakes, "error"), *_annotated(notices, "notice")]
    return "".join(f"{line}\n" for line in lines)


def _annotated(mistakes: Sequence[Mistake], severity: str) -> Iterator[str]:
    shown = mistakes if len(mistakes) <= LIMIT else mistakes[: LIMIT - 1]
    for each in shown:
        yield command(severity, each.place, each.rule, _message(each.what, each.remedy))
    if len(shown) < len(mistakes):
        rules = [each.rule for each in mistakes[len(shown) :]]
        yield _rest(severity, rules, "reg validate")


def command(severity: str, place: Place | None, title: str, message: str) -> str:
    """One workflow command; line breaks in `message` are kept, everything else is inert."""
    properties = {"title": title}
    if place is not None and place.path:
        properties = {
            "file": place.path,
            "line": str(max(1, place.line)),
            "col": str(max(1, place.column)),
            "title": title,
        }
    pairs = ",".join(
        f"{name}={escape.github_property(value)}" for name, value in properties.items()
    )
    return f"::{severity} {pairs}::{escape.github_data(message)}"


def _finding(finding: Finding) -> str:
    title = " ".join(part for part in (finding.rule, sentences.subject(finding)) if part)
    title = escape.shortened(title, _LONGEST_TITLE)
    told = _message(*_told(finding, whole=True))
    if _units(told) > LONGEST:
        told = _message(*_told(finding, whole=False))
    if _units(told) > LONGEST:
        told = escape.shortened(told, LONGEST // 2 - 100)
    return command(finding.severity.value, finding.place, title, told)


def _told(finding: Finding, *, whole: bool) -> Iterator[str]:
    yield finding.message
    if finding.direction is not None and finding.against:
        yield sentences.relation(finding)
    if whole and finding.witness is not None:
        record = escape.shortened(escape.json_text(finding.witness), LONGEST_WITNESS)
        yield f"{sentences.witnessed(finding)}: {record}"
    hits, waive = sentences.hits(finding), sentences.waive(finding)
    yield f"Hits: {hits}" if hits else ""
    yield finding.why if whole else ""
    yield finding.dates
    yield sentences.waiver(finding)
    yield finding.remedy
    yield f"To waive it: {waive}" if waive else ""
    yield f"reg explain {finding.rule}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _message(*parts: str) -> str:
    """One line for each part; a line break inside a part comes from a file and is shown escaped."""
    return "\n".join(escape.visible(part) for part in parts if part)


def _rest(severity: str, rules: Sequence[str], again: str) -> str:
    counted = sorted(Counter(rules).items())
    tally = ", ".join(f"{count} {rule}" for rule, count in counted[:_MOST_RULES])
    if len(counted) > _MOST_RULES:
        tally += f" and {sentences.plural(len(counted) - _MOST_RULES, 'more rule')}"
    title = sentences.plural(len(rules), f"more {severity}")
    return command(severity, None, title, f"{tally}\nTo see them all: {again}")
