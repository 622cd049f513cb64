"""What an audit found, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.audit.records import moment
from schemareg.model import Severity
from schemareg.reports.review.json_document import document_text
from schemareg.reports.review.sentences import plural
from schemareg.text import escape
from schemareg.text.colour import WIDEST, painter
from schemareg.text.columns import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.proof import Proof
    from schemareg.audit.verification import Verification
    from schemareg.audit.violation import Violation


def verification(
    found: Verification, form: str = "text", *, colour: bool = False, width: int = 100
) -> str:
    """The violations, oldest first, and the scope of the audit."""
    if form == "json":
        return document_text(_document(found))
    paint = painter(colour)
    lines: list[str] = []
    for each in found.violations:
        lines += [*_block(each, min(width, WIDEST), paint), ""]
    lines.append(f"{paint(found.verdict, found.verdict)}: {_counted(found)}")
    if found.rewritten:
        lines += wrapped(_ANEW, min(width, WIDEST), indent="  ")
    lines += [paint("faint", line) for line in _scope(found)]
    for look in found.looks:
        word = "checked" if look.done else "not checked"
        said = wrapped(f"{word}: {look.subject}: {look.detail}", min(width, WIDEST), hanging="  ")
        lines += [paint("faint", line) for line in said]
    return escape.inert("\n".join(lines)) + "\n"


_ANEW = (
    "The audit cannot decide until the history has a new anchor. Find out who rewrote it and why; then"
    " name a commit of the new one as `anchor` in registry.yaml, from whose landing windows count,"
    " and keep a new checkpoint: reg audit checkpoint"
)


def _block(each: Violation, width: int, paint: Callable[[str, str], str]) -> Iterator[str]:
    severity = each.severity.value
    what = escape.visible(each.path or each.target or "the history")
    yield f"{paint('place', what)}: {paint(severity, severity)} {each.rule}"
    name = f"{each.target}: " if each.target and each.target != each.path else ""
    yield from wrapped(escape.visible(f"{name}{each.message}"), width, indent="  ")
    yield from wrapped(escape.visible(f"by {_person(each)}"), width, indent="  ", hanging="    ")
    yield f"  in {each.commit} on {moment(each.time)}"
    if each.before or each.after:
        yield f"  {each.before or 'nothing'} → {each.after or 'nothing'}"


def _person(each: Violation) -> str:
    committed = f", committed by {each.committer}" if each.committer != each.author else ""
    return f"{each.author or 'unknown'} <{each.email}>{committed}"


def _counted(found: Verification) -> str:
    if not found.violations:
        return "no landed version was altered or removed, and no deprecation was cut short"
    parts = (
        plural(count, each.value)
        for each in Severity
        if (count := sum(one.severity is each for one in found.violations))
    )
    return ", ".join(parts)


def _scope(found: Verification) -> Iterator[str]:
    progress = found.progress
    if progress is None:
        yield "nothing has landed yet"
        return
    yield (
        f"{plural(progress.ordinal + 1, 'landing')} up to {progress.commit[:12]},"
        f" {plural(progress.versions, 'version')}, {plural(progress.records, 'record')}"
    )
    if found.since:
        yield (
            f"{plural(found.landings, 'landing')} new since {found.since[:12]}; to audit everything again: --full"
        )
    if found.checkpoint is not None and not found.doubts:
        yield f"everything up to the checkpoint {found.checkpoint.head[:12]} is unchanged"


def proof(found: Proof, wrong: Collection[str], own: Checkpoint | None) -> str:
    """The records that a proof shows, and its checkpoint."""
    lines = []
    for each in found.records:
        holds = "does not hold" if each.record in wrong else "holds"
        lines.append(f"{holds}: {escape.visible(each.record)}")
    lines.append("")
    lines.append(f"under {found.checkpoint}")
    if own is None:
        lines.append("Compare that line with a copy that you keep elsewhere: --checkpoint LINE")
    elif own != found.checkpoint:
        lines.append(f"which is not  {own}")
    return escape.inert("\n".join(lines)) + "\n"


def _document(found: Verification) -> dict[str, Any]:
    progress = found.progress
    return {
        "schema_version": 1,
        "verdict": found.verdict,
        "head": progress.commit if progress else "",
        "since": found.since,
        "landings": progress.ordinal + 1 if progress else 0,
        "new_landings": found.landings,
        "versions": progress.versions if progress else 0,
        "records": progress.records if progress else 0,
        "checkpoint": None if found.checkpoint is None else str(found.checkpoint),
        "checks": [
            {"subject": each.subject, "checked": each.done, "detail": each.detail}
            for each in found.looks
        ],
        "violations": [_violation(each) for each in found.violations],
    }


def _violation(each: Violation) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "severity": each.severity.value,
        "commit": each.commit,
        "time": moment(each.time),
        "author": each.author,
        "email": each.email,
        "committer": each.committer,
        "path": each.path,
        "target": each.target,
        "before": each.before or None,
        "after": each.after or None,
        "message": each.message,
    }
