"""A report of bounded texts: for faces that people read, whatever length a stranger gave a name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.model import Hit, PromiseChange
from schemareg.reports.escape import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Finding, Mistake, Place, Report, VersionVerdict

LONGEST_NAME = 400
"""Characters of a name, a version, a field; the JSON form has all of them."""
LONGEST_PATH = 1_000
LONGEST_TEXT = 2_000
"""Characters of a sentence."""
MOST_NAMES = 100
"""Names of one list: consumers, fields, versions compared with."""
MOST_CHANGES = 500
"""Changes that are told of one version."""


def bounded(report: Report) -> Report:
    """The same report, each text cut with a note of its whole length; records stay as they are."""
    return replace(
        report,
        base=_name(report.base),
        head=_name(report.head),
        findings=tuple(map(bounded_finding, report.findings)),
        versions=tuple(map(_version, report.versions)),
    )


def bounded_mistakes(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """The same mistakes, each text cut with a note of its whole length."""
    return tuple(
        replace(each, place=_place(each.place), what=_text(each.what), remedy=_text(each.remedy))
        for each in mistakes
    )


def bounded_finding(finding: Finding) -> Finding:
    """The same finding, each text cut with a note of its whole length."""
    return replace(
        finding,
        place=_place(finding.place),
        message=_text(finding.message),
        product=_name(finding.product),
        schema=_name(finding.schema),
        version=_name(finding.version),
        against=_name(finding.against),
        field=_name(finding.field),
        pointer=_name(finding.pointer),
        why=_text(finding.why),
        remedy=_text(finding.remedy),
        value=_name(finding.value),
        target=_name(finding.target),
        dates=_text(finding.dates),
        waived=_text(finding.waived),
        hits=tuple(map(_hit, finding.hits[:MOST_NAMES])),
    )


def _hit(hit: Hit) -> Hit:
    return Hit(
        _name(hit.product),
        _name(hit.consumer),
        _name(hit.team),
        _name(hit.schema),
        _name(hit.versions),
        _names(hit.fields),
    )


def _version(verdict: VersionVerdict) -> VersionVerdict:
    return replace(
        verdict,
        product=_name(verdict.product),
        schema=_name(verdict.schema),
        version=_name(verdict.version),
        path=shortened(verdict.path, LONGEST_PATH),
        reason=_text(verdict.reason),
        against=_names(verdict.against),
        changes=tuple(map(_text, verdict.changes[:MOST_CHANGES])),
        honest=_name(verdict.honest),
        promises=tuple(
            PromiseChange(*map(_name, each)) for each in verdict.promises[:MOST_CHANGES]
        ),
    )


def _place(place: Place) -> Place:
    return place._replace(path=shortened(place.path, LONGEST_PATH))


def _names(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) <= MOST_NAMES:
        return tuple(map(_name, names))
    more = f"and {len(names) - MOST_NAMES:,} more"
    return (*map(_name, names[:MOST_NAMES]), more)


def _name(text: str) -> str:
    return shortened(text, LONGEST_NAME)


def _text(text: str) -> str:
    return shortened(text, LONGEST_TEXT)
