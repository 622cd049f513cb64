"""A report as JUnit XML: one suite for each product, one case for each version, and one for each other finding.

Source: the form that Jenkins' JUnit plugin and GitLab's unit test reports read; there is no standard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Outcome, Severity
from schemareg.reports.review import sentences
from schemareg.reports.review.bounds import bounded, bounded_mistakes
from schemareg.text.escape import json_text, markup, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.model import Finding, Mistake, Report, VersionVerdict

LONGEST_WITNESS = 2_000
"""Characters of one witness; the JSON form has it whole."""

_REGISTRY = "registry"
"""The suite of findings without a product."""


class _Case(NamedTuple):
    suite: str
    group: str
    name: str
    path: str
    line: int
    outcome: str
    """`failure`, `error` (undecided) or empty."""
    kind: str
    message: str
    text: str


def render(report: Report) -> str:
    """The report as JUnit XML; a finding that breaks nothing stands in the output of its case."""
    report = bounded(report)
    chosen = f", {sentences.as_of(report)}" if report.today_given else ""
    return _document(f"reg check{chosen}", tuple(_cases(report)))


def render_mistakes(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """Mistakes of files, a failing case each; notices are cases that pass."""
    cases = [_mistake(each, "failure") for each in bounded_mistakes(mistakes)]
    cases += [_mistake(each, "") for each in bounded_mistakes(notices)]
    return _document("reg validate", cases)


def _cases(report: Report) -> Iterator[_Case]:
    of_version: dict[tuple[str, str, str], list[Finding]] = {}
    for each in report.findings:
        of_version.setdefault((each.product, each.schema, each.version), []).append(each)
    for verdict in report.versions:
        found = of_version.pop((verdict.product, verdict.schema, verdict.version), [])
        yield _version(verdict, found, report)
    for rest in of_version.values():
        yield from map(_elsewhere, rest)


def _version(verdict: VersionVerdict, found: Sequence[Finding], report: Report) -> _Case:
    errors = [each for each in found if each.severity is Severity.ERROR]
    # Breaks first; the wrong number follows from them.
    errors.sort(key=lambda each: each.direction is None)
    outcome = "failure" if errors else ""
    kind = errors[0].rule if errors else ""
    message = errors[0].message if errors else sentences.outcome(verdict, report.policy)
    if len(errors) > 1:
        message = f"{len(errors)} errors: {message}"
    if not errors and verdict.outcome is Outcome.UNDECIDED:
        policy = verdict.policy or report.policy
        outcome, kind = ("error", "undecided") if policy.undecided == "fail" else ("", "")
    place = errors[0].place if errors else None
    return _Case(
        verdict.product,
        f"{verdict.product}.{verdict.schema}",
        verdict.version,
        place.path if place else verdict.path,
        place.line if place else 1,
        outcome,
        kind,
        message,
        "\n\n".join([sentences.outcome(verdict, report.policy), *map(_told, found)]),
    )


def _elsewhere(finding: Finding) -> _Case:
    name = " ".join(filter(None, (finding.rule, finding.version, finding.field)))
    return _Case(
        finding.product or _REGISTRY,
        ".".join(filter(None, (finding.product or _REGISTRY, finding.schema))),
        f"{name} ({finding.place})",
        finding.place.path,
        finding.place.line,
        "failure" if finding.severity is Severity.ERROR else "",
        finding.rule,
        finding.message,
        _told(finding),
    )


def _mistake(mistake: Mistake, outcome: str) -> _Case:
    return _Case(
        "files",
        mistake.place.path,
        f"{mistake.rule} ({mistake.place})",
        mistake.place.path,
        mistake.place.line,
        outcome,
        mistake.rule,
        mistake.what,
        f"{mistake.place}: {mistake.rule}\n{_plain(mistake.what)}\n{_plain(mistake.remedy)}".rstrip(),
    )


def _told(finding: Finding) -> str:
    lines = [f"{finding.place}: {finding.severity.value} {finding.rule}", finding.message]
    lines.append(sentences.relation(finding))
    if finding.witness is not None:
        record = shortened(json_text(finding.witness), LONGEST_WITNESS)
        lines.append(f"{sentences.witnessed(finding)}: {record}")
    hits, waive = sentences.hits(finding), sentences.waive(finding)
    lines.append(f"hits: {hits}" if hits else "")
    lines += [finding.why, finding.dates, sentences.waiver(finding), finding.remedy]
    lines.append(f"to waive it: {waive}" if waive else "")
    lines.append(f"reg explain {finding.rule}")
    return "\n".join(_plain(line) for line in lines if line)


def _plain(line: str) -> str:
    """A line break in user text is shown escaped."""
    return line.replace("\n", r"\n")


def _document(name: str, cases: Sequence[_Case]) -> str:
    suites: dict[str, list[_Case]] = {}
    for each in cases:
        suites.setdefault(each.suite, []).append(each)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counted(name, cases)}>"]
    for suite, mine in sorted(suites.items()):
        lines.append(f"  <testsuite {_counted(suite, mine)}>")
        lines += [line for each in mine for line in _case(each)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counted(name: str, cases: Iterable[_Case]) -> str:
    outcomes = [each.outcome for each in cases]
    return _attributes(
        name=name,
        tests=str(len(outcomes)),
        failures=str(outcomes.count("failure")),
        errors=str(outcomes.count("error")),
        skipped="0",
        time="0",
    )


def _case(case: _Case) -> Iterator[str]:
    where = _attributes(
        classname=case.group, name=case.name, file=case.path, line=str(case.line), time="0"
    )
    yield f"    <testcase {where}>"
    tag = case.outcome or "system-out"
    marks = f" {_attributes(type=case.kind, message=case.message)}" if case.outcome else ""
    yield f"      <{tag}{marks}>{markup(case.text)}</{tag}>"
    yield "    </testcase>"


def _attributes(**pairs: str) -> str:
    quoted = {name: markup(_plain(value)) for name, value in pairs.items()}
    return " ".join(f'{name}="{value}"' for name, value in quoted.items())
