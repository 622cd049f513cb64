"""A scan for programs: one JSON value, described by `scan.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.audit.records import moment

if TYPE_CHECKING:
    from schemareg.model import Landing
    from schemareg.scan.rewrites import RewriteEffect
    from schemareg.scan.scan import Misstep, Scan, VersionChange


def document(scan: Scan) -> dict[str, Any]:
    """All findings; complete lists, newest first."""
    return {
        "schema_version": 1,
        "repository": scan.repository,
        "head": scan.head,
        "layout": scan.layout,
        "layout_proposed": scan.proposed,
        "level": scan.rules.level.name,
        "content": scan.rules.content.value,
        "since": str(scan.since) if scan.since else None,
        "first": moment(scan.first.time) if scan.first else None,
        "last": moment(scan.last.time) if scan.last else None,
        "verdict": "pass" if scan.clean else "fail",
        "counts": {
            "landings": scan.landings,
            "schemas": scan.schemas,
            "versions": scan.versions,
            "standing": scan.standing,
            "rewritten": scan.rewritten,
            "changed_in_meaning": scan.changed,
            "gone": scan.gone,
            "steps": scan.steps,
            "steps_that_promise": scan.promising,
            "too_small": len(scan.too_small),
            "larger_than_needed": len(scan.larger),
            "undecided": len(scan.undecided),
        },
        "meanings": {each.value: count for each, count in scan.meanings.items()},
        "events": [_event(each) for each in scan.events],
        "steps": [
            _step(each) for found in (scan.too_small, scan.larger, scan.undecided) for each in found
        ],
    }


def _event(each: VersionChange) -> dict[str, Any]:
    rewrite = each.rewrite
    return {
        "what": rewrite.fate.value,
        "schema": rewrite.version.schema,
        "version": rewrite.version.version,
        "path": rewrite.version.path,
        "published": _landing(rewrite.version.published),
        "landing": _landing(rewrite.landing),
        "days_after": rewrite.days,
        "before": rewrite.before,
        "after": rewrite.after or None,
        "moved_to": rewrite.to or None,
        **(_judged(each.judged) if each.judged else _UNASKED),
    }


_UNASKED = {"meaning": None, "record": None, "reason": None}


def _judged(judged: RewriteEffect) -> dict[str, Any]:
    return {
        "meaning": judged.meaning.value,
        "record": judged.record or None,
        "reason": judged.reason or None,
    }


def _step(each: Misstep) -> dict[str, Any]:
    return {
        "schema": each.step.version.schema,
        "version": each.step.version.version,
        "over": each.step.above.version,
        "path": each.step.version.path,
        "landing": _landing(each.step.version.published),
        "scheme": each.step.version.number.scheme.value,
        "declared": each.bump.declared,
        "honest": each.bump.honest or None,
        "finding": "too-small" if each.bump.too_small else "larger" if each.bump.larger else None,
        **_judged(each.judged),
    }


def _landing(landing: Landing) -> dict[str, Any]:
    return {
        "commit": landing.commit,
        "time": moment(landing.time),
        "author": landing.author,
        "email": landing.email,
        "committer": landing.committer,
        "subject": landing.subject,
    }
