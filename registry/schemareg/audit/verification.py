"""One run of the audit over a line: earlier results, new landings, and the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from schemareg.audit.invariants import Audit
from schemareg.audit.merkle import MerkleAccumulator
from schemareg.audit.progress import Progress, add_confirmed
from schemareg.audit.records import record
from schemareg.audit.violation import violation
from schemareg.history.paths import path_subject
from schemareg.model import Kind, Severity
from schemareg.rules import audit as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.violation import Violation
    from schemareg.model import History, Landing, PathChange
    from schemareg.snapshot.snapshot import Snapshot


class CheckCoverage(NamedTuple):
    """One kind of check, and whether this run could do it."""

    subject: str
    """`landings`, `rewriting`, `bytes`, `receipts`, `trees`, `people`."""
    done: bool
    detail: str
    """What was checked, or why not and how to check it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of a run."""

    progress: Progress | None
    """How far the line is verified; None if nothing landed."""
    since: str
    """The commit up to which an earlier run verified the line; `""` for a run from the start."""
    landings: int
    """The number of landings that this run checked."""
    checkpoint: Checkpoint | None = None
    """The checkpoint to compare with."""
    doubts: tuple[Violation, ...] = ()
    """Contradictions between the checkpoint and the history."""
    misdated: tuple[Violation, ...] = ()
    """The landings whose claimed time contradicts a receipt."""
    altered: tuple[Violation, ...] = ()
    """The versions whose bytes do not match their object ids."""
    looks: tuple[CheckCoverage, ...] = ()
    """The checks that this run could and could not do in this clone."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All violations up to the head, oldest first."""
        found = self.progress.violations if self.progress else ()
        return found + self.altered + self.misdated + self.doubts

    @property
    def rewritten(self) -> bool:
        """Whether the history does not lead to the checkpoint: then the result decides nothing."""
        return any(each.rule == rules.REWRITTEN.id for each in self.doubts)

    @property
    def verdict(self) -> str:
        """`pass` or `fail`; `undecided` if the history was rewritten, whatever else was found."""
        if self.rewritten:
            return "undecided"
        return "fail" if self.fails() else "pass"

    def fails(self, at: Severity = Severity.ERROR) -> bool:
        """Whether a violation of at least this severity was found."""
        return any(each.severity.rank <= at.rank for each in self.violations)

    def exit_code(self, at: Severity = Severity.ERROR) -> int:
        """0 no violation of at least this severity; 1 one or more; 3 undecided."""
        return 3 if self.rewritten else int(self.fails(at))


def verify(
    history: History,
    landings: Iterable[tuple[Landing, tuple[PathChange, ...]]],
    at: Callable[[str], Snapshot],
    before: Progress | None,
    checkpoint: Checkpoint | None = None,
    *,
    tree_of: Callable[[str], str] = lambda _: "",
    altered: Callable[[Collection[str]], Collection[str]] | None = None,
    branch: str = "",
) -> Verification:
    """Verify `landings`, oldest first: all of a line, or those after what `before` verified.

    A checkpoint that no earlier run confirmed needs all landings. `tree_of` gives the tree of a
    commit. `altered` gives the objects whose content does not match their ids; with it, each
    version of the landings is read.
    """
    audit = Audit(history, at, before.landing if before else None)
    tree = (
        MerkleAccumulator(before.records, map(bytes.fromhex, before.whole))
        if before
        else MerkleAccumulator()
    )
    found: list[Violation] = list(before.violations) if before else []
    seen: tuple[int, str] | None = None
    last, looked = before.landing if before else None, 0
    released: dict[str, PathChange] = {}
    for landing, changes in landings:
        found += audit.of(landing, changes)
        for change in changes:
            tree.add(record(change).encode("ascii"))
            if altered is not None and change.after and change.after.kind is Kind.FILE:
                if path_subject(change.path).released:
                    released.setdefault(change.after.id, change)
        if checkpoint is not None and landing.commit == checkpoint.head:
            seen = tree.count, tree.root.hex()
        last, looked = landing, looked + 1
    confirmed = before.confirmed if before else ()
    doubts: tuple[Violation, ...] = ()
    if checkpoint is not None and last is not None and str(checkpoint) not in confirmed:
        doubts = _doubts(checkpoint, seen, last, tree_of)
        if not doubts:
            confirmed = add_confirmed(confirmed, str(checkpoint))
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
        branch,
    )
    since = before.commit if before else ""
    bytes_ = tuple(_altered(released, altered)) if altered is not None else ()
    return Verification(progress, since, looked, checkpoint, doubts, (), bytes_)


def _altered(
    released: Mapping[str, PathChange], altered: Callable[[Collection[str]], Collection[str]]
) -> Iterator[Violation]:
    """The versions whose bytes do not match their object ids, in the order of landing."""
    wrong = altered(released.keys())
    for id_, change in released.items():
        if id_ in wrong:
            yield violation(
                rules.ALTERED,
                change.landing,
                f"object {id_[:12]} has bytes that do not match its id",
                path=change.path,
                target=path_subject(change.path).target,
                after=id_,
            )


def rewritten(head: Landing, before: Progress) -> Violation:
    """The message for a line without the landing that an earlier run in this clone verified."""
    said = (
        f"{before.commit[:12]}, up to which this clone had verified the branch, is not on the line of"
        " this head: the history was rewritten, or a merge has its parents swapped"
    )
    return violation(rules.REWRITTEN, head, said, before=before.commit, after=head.commit)


def _doubts(
    checkpoint: Checkpoint,
    seen: tuple[int, str] | None,
    head: Landing,
    tree_of: Callable[[str], str],
) -> tuple[Violation, ...]:
    if seen is None:
        said = f"the checkpoint's commit {checkpoint.head[:12]} is not on the line of this head"
        return (violation(rules.REWRITTEN, head, said, before=checkpoint.head, after=head.commit),)
    tree = tree_of(checkpoint.head)
    if tree and tree != checkpoint.tree:
        said = (
            f"the tree of {checkpoint.head[:12]} is {tree[:12]}, and the checkpoint says"
            f" {checkpoint.tree[:12]}"
        )
        return (violation(rules.MISMATCH, head, said, before=checkpoint.tree, after=tree),)
    if seen == (checkpoint.count, checkpoint.root):
        return ()
    count, root = seen
    said = (
        f"up to {checkpoint.head[:12]} there are {count:,} records with the root {root[:16]}…, and"
        f" the checkpoint says {checkpoint.count:,} with {checkpoint.root[:16]}…"
    )
    return (violation(rules.MISMATCH, head, said, before=checkpoint.root, after=root),)
