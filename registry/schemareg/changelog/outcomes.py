"""The outcome of a released version for its readers, as of the day of its landing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.history.paths import path_subject
from schemareg.history.views import HistoryView
from schemareg.model import Severity
from schemareg.model.errors import InvalidFiles
from schemareg.review.review import review
from schemareg.snapshot.snapshot import differences

if TYPE_CHECKING:
    from schemareg.model import History, Landing, Report, VersionVerdict
    from schemareg.snapshot.snapshot import Snapshot

MOST = 500
"""Versions of one landing above which it is an import and is not judged again."""


def outcomes(
    before: Snapshot, after: Snapshot, landing: Landing, history: History
) -> dict[str, dict[str, Any]]:
    """The outcome of each version that a landing released, by path, as JSON values.

    Where files that landed are wrong, or it is an import, nothing is. Raises RegistryError where an
    object is missing.
    """
    came = (each.path for each in differences(before.files, after.files) if each.after)
    if sum(path_subject(path).released for path in came) > MOST:
        return {}
    earlier = HistoryView(history, landing.ordinal - 1)
    try:
        report = review(before, after, landing.time.date(), history=lambda: earlier)
    except InvalidFiles:
        return {}
    return {each.path: _outcome(each, report) for each in report.versions}


def _outcome(verdict: VersionVerdict, report: Report) -> dict[str, Any]:
    mine = [
        each
        for each in report.findings
        if (each.product, each.schema, each.version)
        == (verdict.product, verdict.schema, verdict.version)
    ]
    hurts = [each for each in mine if each.severity is Severity.ERROR or each.waived]
    return {
        "against": list(verdict.against),
        "hits": sorted({f"{hit.product}/{hit.consumer}" for each in hurts for hit in each.hits}),
        "outcome": verdict.outcome.value,
        "reason": verdict.reason,
        "required_bump": verdict.required_bump,
        "rules": sorted({each.rule for each in hurts}),
        "waived": any(each.waived for each in mine),
    }


def kept(found: dict[str, dict[str, Any]]) -> bytes:
    """Outcomes as text; `told(kept(x)) == x`."""
    return json.dumps(found, sort_keys=True).encode("ascii")


def told(text: bytes) -> dict[str, dict[str, Any]]:
    """The outcomes in a cached text."""
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
