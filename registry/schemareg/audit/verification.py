"""One run of the audit over a line: what went before, what is new, what a checkpoint says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.audit.invariants import Audit
from schemareg.audit.merkle import Growing
from schemareg.audit.progress import Progress, remembered
from schemareg.audit.records import record
from schemareg.audit.violation import violation
from schemareg.model import Severity
from schemareg.rules import audit as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.violation import Violation
    from schemareg.model import History, Landing, PathChange
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Verification:
    """What a run found."""

    progress: Progress | None
    """How far the line has been verified; None where nothing has landed."""
    since: str
    """The commit up to which an earlier run had verified it; `""` for a run from the start."""
    landings: int
    """How many landings this run looked through."""
    checkpoint: Checkpoint | None = None
    """The one that was asked about."""
    doubts: tuple[Violation, ...] = ()
    """What is wrong with that checkpoint, or with the history."""
    misdated: tuple[Violation, ...] = ()
    """The landings that cannot have landed when they claim, by what was seen of the branch."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All that was found up to the head, oldest first."""
        found = self.progress.violations if self.progress else ()
        return found + self.misdated + self.doubts

    @property
    def rewritten(self) -> bool:
        """Whether the history does not go back to the checkpoint: then what it shows decides nothing."""
        return any(each.rule == rules.REWRITTEN.id for each in self.doubts)

    @property
    def verdict(self) -> str:
        """`pass`, `fail`; `undecided` where the history was rewritten, whatever else was found."""
        if self.rewritten:
            return "undecided"
        return "fail" if self.fails() else "pass"

    def fails(self, at: Severity = Severity.ERROR) -> bool:
        """Whether anything at least so severe was found."""
        return any(each.severity.rank <= at.rank for each in self.violations)

    def exit_code(self, at: Severity = Severity.ERROR) -> int:
        """0 nothing at least so severe was found; 1 something was; 3 undecided."""
        return 3 if self.rewritten else int(self.fails(at))


def verified(
    history: History,
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]],
    at: Callable[[str], Snapshot],
    before: Progress | None,
    checkpoint: Checkpoint | None = None,
) -> Verification:
    """The run over `landings`, oldest first: all of a line, or those after what `before` verified.

    A checkpoint that no earlier run confirmed needs them all.
    """
    audit = Audit(history, at, before.landing if before else None)
    tree = Growing(before.records, map(bytes.fromhex, before.whole)) if before else Growing()
    found: list[Violation] = list(before.violations) if before else []
    seen: tuple[int, str] | None = None
    last, looked = before.landing if before else None, 0
    for landing, changes in landings:
        found += audit.of(landing, changes)
        for change in changes:
            tree.add(record(change).encode("ascii"))
        if checkpoint is not None and landing.commit == checkpoint.head:
            seen = tree.count, tree.root.hex()
        last, looked = landing, looked + 1
    confirmed = before.confirmed if before else ()
    doubts: tuple[Violation, ...] = ()
    if checkpoint is not None and last is not None and str(checkpoint) not in confirmed:
        doubts = _doubts(checkpoint, seen, last)
        if not doubts:
            confirmed = remembered(confirmed, str(checkpoint))
    if last is None:
        return Verification(None, "", 0, checkpoint)
    progress = Progress(
        last.commit,
        last.ordinal,
        last.time,
        audit.versions + (before.versions if before else 0),
        tree.count,
        tuple(each.hex() for each in tree.whole),
        tuple(found),
        confirmed,
    )
    return Verification(progress, before.commit if before else "", looked, checkpoint, doubts)


def _doubts(
    checkpoint: Checkpoint, seen: tuple[int, str] | None, head: Landing
) -> tuple[Violation, ...]:
    if seen is None:
        said = f"the checkpoint's commit {checkpoint.head[:12]} is not on the line of this head"
        return (violation(rules.REWRITTEN, head, said, before=checkpoint.head, after=head.commit),)
    if seen == (checkpoint.count, checkpoint.root):
        return ()
    count, root = seen
    said = (
        f"up to {checkpoint.head[:12]} there are {count:,} records with the root {root[:16]}…, and"
        f" the checkpoint says {checkpoint.count:,} with {checkpoint.root[:16]}…"
    )
    return (violation(rules.MISMATCH, head, said, before=checkpoint.root, after=root),)
