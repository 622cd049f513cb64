"""A report with bounded texts, for the forms that people read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.model import Hit, PromiseChange
from schemareg.text.escape import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Announcement, Finding, Mistake, Place, Report, VersionVerdict

LONGEST_NAME = 400
"""Characters of a name, a version, a field; the JSON form has all of them."""
LONGEST_PATH = 1_000
LONGEST_TEXT = 2_000
"""Characters of a sentence."""
LONGEST_LINE = 600
"""Characters of one of many: a change of words, the reason of a doubt."""
MOST_NAMES = 100
"""Names of one list: consumers, fields, versions compared with."""
MOST_CHANGES = 500
"""Changes that are told of one version."""


def bounded(report: Report, longest: int = LONGEST_TEXT) -> Report:
    """The same report, each text cut with a note of its whole length; records stay as they are.

    Apply it once: a second cut would show the length of the first.
    """
    return replace(
        report,
        base=_name(report.base),
        head=_name(report.head),
        findings=tuple(bounded_finding(each, longest) for each in report.findings),
        versions=tuple(map(_version, report.versions)),
    )


def bounded_mistakes(
    mistakes: Sequence[Mistake], longest: int = LONGEST_TEXT
) -> tuple[Mistake, ...]:
    """The same mistakes, each text cut with a note of its whole length."""
    return tuple(
        replace(
            each,
            place=_place(each.place),
            what=shortened(each.what, longest),
            remedy=shortened(each.remedy, longest),
        )
        for each in mistakes
    )


def bounded_finding(finding: Finding, longest: int = LONGEST_TEXT) -> Finding:
    """The same finding, each text cut with a note of its whole length."""
    return replace(
        finding,
        place=_place(finding.place),
        message=shortened(finding.message, longest),
        product=_name(finding.product),
        schema=_name(finding.schema),
        version=_name(finding.version),
        against=_name(finding.against),
        field=_name(finding.field),
        pointer=_name(finding.pointer),
        why=shortened(finding.why, longest),
        remedy=shortened(finding.remedy, longest),
        value=_name(finding.value),
        target=_name(finding.target),
        dates=shortened(finding.dates, longest),
        waived=shortened(finding.waived, longest),
        hits=tuple(map(_hit, finding.hits[:MOST_NAMES])),
        announce=_announcement(finding.announce) if finding.announce else None,
    )


def _announcement(said: Announcement) -> Announcement:
    return said._replace(target=_name(said.target), loosens=_name(said.loosens))


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
        reason=_line(verdict.reason),
        against=_names(verdict.against),
        changes=tuple(map(_line, verdict.changes[:MOST_CHANGES])),
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


def _line(text: str) -> str:
    return shortened(text, LONGEST_LINE)
