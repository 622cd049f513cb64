"""A report for programs: one JSON document, described by `report.schema.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.reports.review import sentences
from schemareg.text import escape

if TYPE_CHECKING:
    from fractions import Fraction

    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Compatibility, Finding, Report, VersionVerdict

SCHEMA_VERSION = 1
"""Raised when a key changes its meaning or is removed; new keys can appear at any time."""


def render(report: Report) -> str:
    """The report as JSON text, keys in the order of the published schema; witnesses whole."""
    return document_text(document(report))


def document_text(value: JsonValue) -> str:
    """Indented JSON text with a final line break, pure to look at."""
    return escape.json_text(json_values.render(value, indent=2)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as a JSON value."""
    return {
        "schema_version": SCHEMA_VERSION,
        "base": report.base,
        "base_commit": report.base_commit,
        "head": report.head,
        "head_commit": report.head_commit,
        "today": report.today.isoformat(),
        **({"today_given": True} if report.today_given else {}),
        "verdict": report.verdict,
        "policy": _policy(report.policy),
        "counts": sentences.counts(report),
        "versions": [_version(each) for each in report.versions],
        "findings": [finding_document(each) for each in report.findings],
    }


def _policy(policy: Compatibility) -> dict[str, Any]:
    return {
        "level": policy.level.name,
        "scope": policy.scope.value,
        "content": policy.content.value,
        "formats": policy.formats,
        "undecided": policy.undecided,
    }


def _version(verdict: VersionVerdict) -> dict[str, Any]:
    return {
        "product": verdict.product,
        "schema": verdict.schema,
        "version": verdict.version,
        "path": verdict.path,
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "required_bump": verdict.required_bump,
        "honest_version": verdict.honest,
        "against": list(verdict.against),
        "changes": list(verdict.changes),
        "policy": _policy(verdict.policy) if verdict.policy else None,
        "promises": [each._asdict() for each in verdict.promises],
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding as a JSON value; `witness` is the record itself, null too where there is none."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "product": finding.product,
        "schema": finding.schema,
        "version": finding.version,
        "against": finding.against,
        "direction": finding.direction.value if finding.direction else None,
        "field": finding.field,
        "value": finding.value,
        "target": finding.target,
        "pointer": finding.pointer,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "witnessed": finding.witness is not None,
        "witness": witness_value(finding.witness),
        "why": finding.why,
        "dates": finding.dates,
        "waived": finding.waived,
        "hits": [each._asdict() | {"fields": list(each.fields)} for each in finding.hits],
        "announce": finding.announce._asdict() if finding.announce else None,
        "remedy": finding.remedy,
        "fingerprint": finding.fingerprint,
    }


def witness_value(witness: str | None) -> JsonValue:
    """The record that a witness's JSON text writes, numbers exact; None where there is none."""
    if witness is None:
        return None
    return json.loads(witness, parse_float=witness_number, parse_int=witness_number)


def witness_number(text: str) -> int | Fraction:
    """The exact value of a number in a record. One at the bound is written with a few digits more."""
    return json_values.number(text, largest=json_values.LARGEST_EXPONENT + 200)
