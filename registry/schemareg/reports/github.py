"""A report as annotations of GitHub Actions: workflow commands on stdout.

The runner keeps ten errors, ten warnings and ten notices of a step. Of more, the nine that come
first in the report are shown and the tenth sums up the rest.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; actions/runner, ActionCommandManager.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from schemareg.model import Mistake, Severity
from schemareg.reports import escape, sentences
from schemareg.reports.bounds import bounded, bounded_mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import Finding, Place, Report

LIMIT = 10
"""Annotations of one severity that the runner keeps for a step."""

LONGEST_WITNESS = 1_000
"""Characters; an annotation is cut by GitHub at 64 KB together with its neighbours."""


def render(report: Report) -> str:
    """One workflow command a line, the most severe first, then the verdict as an ordinary line."""
    report = bounded(report)
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
    parts = [finding.message]
    if finding.direction is not None and finding.against:
        parts.append(sentences.relation(finding))
    if finding.witness is not None:
        record = escape.shortened(escape.json_text(finding.witness), LONGEST_WITNESS)
        parts.append(f"{sentences.witnessed(finding)}: {record}")
    hits, waive = sentences.hits(finding), sentences.waive(finding)
    parts += [f"Hits: {hits}" if hits else "", finding.why, finding.dates]
    parts += [sentences.waiver(finding), finding.remedy]
    parts += [f"To accept it for a time: {waive}" if waive else "", f"reg explain {finding.rule}"]
    return command(finding.severity.value, finding.place, title, _message(*parts))


def _message(*parts: str) -> str:
    """A line a part; a line break inside a part comes from a file, and is shown, not obeyed."""
    return "\n".join(escape.visible(part) for part in parts if part)


def _rest(severity: str, rules: Sequence[str], again: str) -> str:
    tally = ", ".join(f"{count} {rule}" for rule, count in sorted(Counter(rules).items()))
    title = sentences.plural(len(rules), f"more {severity}")
    return command(severity, None, title, f"{tally}\nTo see them all: {again}")
