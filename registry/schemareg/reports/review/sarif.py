"""A report as SARIF, for code scanning and editors.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) 2.1.0; GitHub Docs, "SARIF support
for code scanning" for the limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from schemareg import rules
from schemareg.model import Severity
from schemareg.reports.review import sentences
from schemareg.reports.review.bounds import bounded, bounded_mistakes
from schemareg.reports.review.json_document import document_text, witness_value
from schemareg.text import escape
from schemareg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemareg.model import Finding, Mistake, Place, Report

MOST = 25_000
"""Maximum results of a run; GitHub refuses more."""

LONGEST_WITNESS = 2_000
"""Characters of a record that is kept whole beside a result; the JSON form has all of them."""

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render(report: Report) -> str:
    """The findings as one run, identified by fingerprint; waived findings are suppressed."""
    report = bounded(report)
    return _log(
        [_finding(each) for each in report.findings[:MOST]],
        len(report.findings),
        {
            "base": report.base_commit,
            "head": report.head_commit,
            "verdict": report.verdict,
            "asOf": sentences.as_of(report) if report.today_given else "",
        },
    )


def render_mistakes(mistakes: Sequence[Mistake], notices: Sequence[Mistake] = ()) -> str:
    """Mistakes of files as errors, notices as notes."""
    every = [(each, Severity.ERROR) for each in bounded_mistakes(mistakes)]
    every += [(each, Severity.NOTICE) for each in bounded_mistakes(notices)]
    results = [_mistake(each, severity) for each, severity in every[:MOST]]
    return _log(results, len(every), {"verdict": "invalid" if mistakes else "valid"})


def _log(results: Sequence[dict[str, Any]], total: int, about: dict[str, str]) -> str:
    used = sorted({str(each["ruleId"]) for each in results})
    places = {rule: index for index, rule in enumerate(used)}
    for each in results:
        each["ruleIndex"] = places[each["ruleId"]]
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if total > len(results):
        left = sentences.plural(total - len(results), "more result")
        text = f"{left} left out: a run has at most {MOST:,}."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    driver = {
        "name": "reg",
        "fullName": "schemareg, a schema registry for data products",
        "semanticVersion": __version__,
        "rules": [_rule(each) for each in used],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository's root."}}},
        "results": list(results),
        "properties": {name: text for name, text in about.items() if text},
    }
    return document_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str) -> dict[str, Any]:
    rule = rules.CATALOGUE.get(name)  # another version of reg can have more rules
    return {
        "id": name,
        "shortDescription": _message(rule.title if rule else name),
        "fullDescription": _message(rule.rationale if rule else name),
        "help": _message(*((rule.rationale, rule.remedy) if rule else ()), f"reg explain {name}"),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": 0,
        "level": _LEVELS[finding.severity],
        "message": _message(*_told(finding)),
        "locations": [_location(finding.place, sentences.subject(finding), finding.field)],
    }
    if finding.fingerprint:
        found["partialFingerprints"] = {"regFingerprint/v1": finding.fingerprint}
    if finding.waived:
        reason = escape.visible(sentences.waiver(finding))
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason}
        ]
    found["properties"] = _properties(finding)
    return found


def _told(finding: Finding) -> Iterable[str]:
    hits, waive = sentences.hits(finding), sentences.waive(finding)
    return (
        finding.message,
        sentences.relation(finding),
        f"Hits: {hits}" if hits else "",
        finding.why,
        finding.dates,
        sentences.waiver(finding),
        finding.remedy,
        f"To waive it: {waive}" if waive else "",
    )


def _properties(finding: Finding) -> dict[str, Any]:
    about = {
        "product": finding.product,
        "schema": finding.schema,
        "version": finding.version,
        "against": finding.against,
        "direction": finding.direction.value if finding.direction else "",
        "field": finding.field,
        "pointer": finding.pointer,
    }
    properties: dict[str, Any] = {
        name: escape.visible(text) for name, text in about.items() if text
    }
    if finding.witness is not None and len(finding.witness) <= LONGEST_WITNESS:
        properties["witness"] = witness_value(finding.witness)
    return properties


def _mistake(mistake: Mistake, severity: Severity) -> dict[str, Any]:
    return {
        "ruleId": mistake.rule,
        "ruleIndex": 0,
        "level": _LEVELS[severity],
        "message": _message(mistake.what, mistake.remedy),
        "locations": [_location(mistake.place)],
    }


def _location(place: Place, name: str = "", field: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {
                "uri": _uri(place.path),
                "uriBaseId": "%SRCROOT%",
            },
            "region": {"startLine": max(1, place.line), "startColumn": max(1, place.column)},
        }
    }
    if name:
        whole = f"{name}#{field}" if field else name
        location["logicalLocations"] = [{"fullyQualifiedName": escape.visible(whole)}]
    return location


def _uri(path: str) -> str:
    """The path as a relative reference; bytes that were no text stand as they were."""
    try:
        return quote(path, safe="/", errors="surrogateescape")
    except UnicodeEncodeError:
        return quote(path, safe="/", errors="surrogatepass")


def _message(*texts: str) -> dict[str, str]:
    """A message of one line a text; nothing in it is a link or a workflow command.

    Source: SARIF 2.1.0, section 3.11.6: `[text](target)` is a link unless its brackets are escaped.
    """
    message = "\n".join(escape.visible(each) for each in texts if each)
    if "](" in message:
        message = message.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return {"text": escape.inert(message)}
