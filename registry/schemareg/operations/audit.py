"""The audit of a history: verification, checkpoints, proofs, exports; and who had a part in it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.model import targets
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from schemareg.adapters.git.commit_messages import CommitPeople
    from schemareg.adapters.history.history import GitHistory
    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.progress import Progress
    from schemareg.audit.proof import Proof
    from schemareg.audit.verification import CheckCoverage, Verification
    from schemareg.changelog.facts import Fact
    from schemareg.model import Landing
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def verify(
    root: Path, *, checkpoint: str | None = None, full: bool = False, head: str | None = None
) -> "Verification":
    """The violations in the history of the protected branch, or up to `head`.

    `checkpoint` is the line that `checkpoint` gives. How far the audit came is cached, and the next
    one continues there, unless it is `full`. Raises Undecidable where the history is missing, or
    does not contain the checkpoint.
    """
    from schemareg.audit.checkpoint import parse

    known = parse(checkpoint) if checkpoint is not None else None
    with line(root, head) as history:
        return verified_line(root, history, known, full=full, protected=head is None)


class CheckpointResult(NamedTuple):
    """A checkpoint, and the number of violations up to it."""

    line: str
    signature: str
    """Empty where no key was given; else the lines to keep below it."""
    violations: int


def checkpoint(
    root: Path, *, head: str | None = None, sign: Path | None = None
) -> CheckpointResult:
    """One line that names the history as it is now; signed with an SSH key, where one is given."""
    from schemareg.adapters.git import signatures

    with line(root, head) as history:
        found, violations = checkpoint_of(root, history, protected=head is None)
    signature = signatures.sign(f"{found}\n", sign) if sign is not None else ""
    return CheckpointResult(str(found), signature, violations)


def prove(root: Path, target: str, checkpoint: str, *, head: str | None = None) -> str | None:
    """A proof, as JSON text, that what landed of a target is part of a checkpoint.

    None where the history is not that of the checkpoint. Raises RegistryError where nothing of the
    target landed.
    """
    from schemareg.audit.checkpoint import parse
    from schemareg.audit.proof import render

    known = parse(checkpoint)
    with line(root, head) as history:
        found = proof_of(root, history, known, targets.parse(target))
    return None if found is None else render(found)


class ProofResult(NamedTuple):
    """A proof that was checked."""

    proof: "Proof"
    errors: tuple[str, ...]
    """Why it does not hold; empty where it does."""
    checkpoint: "Checkpoint | None"
    """The caller's own checkpoint, where one was given."""

    @property
    def holds(self) -> bool:
        """Whether it holds, and is of the caller's own checkpoint."""
        return not self.errors and self.checkpoint in (None, self.proof.checkpoint)


def check_proof(path: Path, *, checkpoint: str | None = None) -> ProofResult:
    """Check a proof without a repository. Raises RegistryError where the file is not a proof."""
    from schemareg.audit import proof
    from schemareg.audit.checkpoint import parse

    if not path.is_file():
        raise RegistryError("there is no such file", where=str(path), remedy="Name a proof")
    found = proof.parse(path.read_bytes(), str(path))
    own = parse(checkpoint) if checkpoint is not None else None
    return ProofResult(found, tuple(proof.refuted_records(found)), own)


def export(root: Path, *, since: str | None = None, head: str | None = None) -> Iterator["Fact"]:
    """Every fact of the history, oldest first, as it is read; with `since`, after a checkpoint."""
    from schemareg.audit.checkpoint import parse

    known = parse(since) if since is not None else None
    with line(root, head) as history:
        yield from facts_after(root, history, known)


@contextmanager
def line(root: Path, head: str | None = None) -> Iterator["GitHistory"]:
    """The landings up to a revision; by default those of the protected branch, as known here."""
    from schemareg.adapters.history import history

    revision = _protected(root) if head is None else resolve(root, head)
    with history.history(root, revision) as found:
        yield found


def resolve(root: Path, revision: str) -> str:
    """A revision; where it is a day, the last that the protected branch had by the end of it."""
    return _on(root, _protected(root), revision) if is_day(revision) else revision


def is_day(text: str) -> bool:
    """Whether a text is a day, and no revision: `20260101` may well be a commit."""
    return _DAY.fullmatch(text) is not None


def _protected(root: Path) -> str:
    """The newest commit of the protected branch, else of the branch here; `""` before the first."""
    from schemareg.adapters.history import history

    tip = history.protected(root, _branch(root))
    if tip is not None:
        return tip.commit
    return "" if unborn(root) else "HEAD"


def unborn(root: Path) -> bool:
    """Whether a repository has no commit at all on the branch at hand."""
    from schemareg.adapters.git import command

    named = command.run(root, "symbolic-ref", "--quiet", "HEAD")
    born = command.run(root, "rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    return bool(born.code) and not named.code


def _on(root: Path, head: str, text: str) -> str:
    """The newest landing of a line that had come by the end of a day."""
    from schemareg.adapters.history import history

    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise RegistryError(
            f"{text} is not in the calendar", remedy="Name a day that there is, as 2026-11-22"
        ) from None
    with history.history(root, head) as found:
        landed = [each for each in found.line() if each.time.date() <= day]
    if not landed:
        raise RegistryError(f"nothing had landed by {day}", remedy="Name a later day")
    return landed[-1].commit


def _branch(root: Path) -> str:
    """The protected branch's name, which what is checked out here does not choose alone."""
    from schemareg.adapters.git import command
    from schemareg.operations import protected_branch

    text = command.run(root, "cat-file", "blob", "HEAD:registry.yaml").out
    return protected_branch.trusted_at(root, protected_branch.named_by(text))


def verified_line(
    root: Path,
    history: "GitHistory",
    checkpoint: "Checkpoint | None",
    *,
    full: bool,
    hashed: bool = False,
    protected: bool = True,
) -> "Verification":
    """The audit of a line, from where an earlier one came to; and how far it came now, kept.

    With `full`, from the first landing, and each version is hashed; with `hashed`, so are those alone
    of a whole run. `protected` says that the line is that of the protected branch: only its progress
    is kept, and it must lead on from where it was.
    """
    from dataclasses import replace

    from schemareg.adapters.git import cache
    from schemareg.audit import progress, verification

    name = progress.name()
    branch = _branch(root) if protected else ""
    last = progress.parse(cache.read_own(history.cache, name))
    before = None if full or hashed else last
    if before and checkpoint and str(checkpoint) not in before.confirmed:
        before = None
    if checkpoint:
        _refuse_older(root, history, checkpoint)
    with states(root) as at:
        stream = history.stream(before.landing if before else None)
        known = before if stream.since else None
        found = verification.verify(
            history,
            stream.landings,
            at,
            known,
            checkpoint,
            tree_of=history.tree,
            altered=history.altered if full or hashed else None,
            branch=branch or (last.branch if last else ""),
        )
    head = history.head
    lost = last is not None and last.branch == branch and _replaced(root, history, last, found)
    if lost and head is not None and last is not None:
        if not found.rewritten:
            found = replace(found, doubts=(*found.doubts, verification.rewritten(head, last)))
    elif protected and found.progress is not None and (found.landings or not known):
        cache.write_own(history.cache, name, progress.render(found.progress))
    found = _seen(root, history, found)
    if found.progress is None:
        return found
    looks = _looks(history, found, hashed=full or hashed)
    return replace(found, looks=tuple(looks))


def _replaced(root: Path, history: "GitHistory", last: "Progress", found: "Verification") -> bool:
    """Whether a line does not go on from what an earlier run verified, and nobody decided so.

    It is decided by another `anchor` in registry.yaml than there was, of a commit on the line; or by
    a checkpoint that was taken of the new history and holds.
    """
    from schemareg.adapters.history.history import history as line_of

    if not history.commit or history.landing(last.commit) is not None:
        return False
    try:
        with line_of(root, last.commit) as former:
            if former.landing(history.commit) is not None:
                return False  # what is looked at is older than what was
            if _newly(found, former):
                return False
            known = _anchor(former)
    except RegistryError:
        if _newly(found, None):
            return False
        known = ""  # it is gone with the history that it belonged to
    anchor = _anchor(history)
    return anchor == known or not anchor or history.landing(anchor) is None


def _newly(found: "Verification", former: "GitHistory | None") -> bool:
    """Whether a checkpoint was given that holds, of a commit that the former line has not."""
    if found.checkpoint is None or found.doubts:
        return False
    return former is None or former.landing(found.checkpoint.head) is None


def _anchor(history: "GitHistory") -> str:
    from schemareg.snapshot.snapshot import Snapshot

    try:
        return Snapshot(history.files("head")).policy.anchor
    except RegistryError:
        return ""


def _looks(
    history: "GitHistory", found: "Verification", *, hashed: bool
) -> "Iterator[CheckCoverage]":
    """What could be looked for in this clone, and what not."""
    from schemareg.adapters.git.store import shallow_commits
    from schemareg.adapters.ledger.ledger import FETCH
    from schemareg.adapters.ledger.ref import present
    from schemareg.audit.verification import CheckCoverage

    common = history.cache.parent
    shallow = " (shallow beside it)" if shallow_commits(common) else ""
    yield CheckCoverage("landings", True, f"each was read from Git, in this run or before{shallow}")
    if found.checkpoint is not None:
        yield CheckCoverage(
            "rewriting", True, f"against the checkpoint {found.checkpoint.head[:12]}"
        )
    else:
        said = (
            'only against what this clone verified before; give a checkpoint: --checkpoint "LINE"'
        )
        yield CheckCoverage("rewriting", False, said)
    if hashed:
        yield CheckCoverage("bytes", True, "the file of each version was hashed")
    else:
        yield CheckCoverage(
            "bytes", False, "the ids that Git gives were believed: --full hashes each version"
        )
    if present(common):
        yield CheckCoverage("receipts", True, "what the ledger saw, against what commits claim")
    else:
        yield CheckCoverage("receipts", False, f"dates are what commits claim; the ledger: {FETCH}")
    yield CheckCoverage(
        "trees", False, "whether Git's trees and commits are whole: git fsck --full"
    )
    yield CheckCoverage("people", False, "who made a commit is its own claim: reg log --signatures")


def _seen(root: Path, history: "GitHistory", found: "Verification") -> "Verification":
    """The same, with what the ledger saw of the branch held against what its commits claim."""
    from schemareg.operations.notify import receipts

    known = receipts.moving(root, history)
    if not known:
        return found
    from dataclasses import replace

    from schemareg.audit import receipts as audit_receipts

    written = receipts.written(root, history)
    return replace(found, misdated=audit_receipts.find_contradictions(history, known, written))


def checkpoint_of(
    root: Path, history: "GitHistory", *, protected: bool = True
) -> tuple["Checkpoint", int]:
    """The checkpoint of a line as it is now, and how many violations there are up to it.

    Each version is hashed: the line vouches for bytes, not for what the ids say of them.
    """
    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.merkle import MerkleAccumulator

    found = verified_line(root, history, None, full=False, hashed=True, protected=protected)
    if found.progress is None:
        raise RegistryError("nothing has landed yet", remedy="Commit the registry first")
    progress = found.progress
    digest = MerkleAccumulator(progress.records, map(bytes.fromhex, progress.whole)).root.hex()
    line = Checkpoint(progress.commit, history.tree(progress.commit), progress.records, digest)
    return line, len(found.violations)


def proof_of(
    root: Path, history: "GitHistory", checkpoint: "Checkpoint", target: "Target"
) -> "Proof | None":
    """The proof of what landed of a target; None where the history is not the checkpoint's."""
    from schemareg.audit.proof import prove
    from schemareg.changelog.query import Question
    from schemareg.operations import changelog

    _refuse_older(root, history, checkpoint)
    asked = Question(target)
    folders = changelog.folders(root, history, target.product)
    wanted = {
        (each.landing.commit, each.path)
        for each in changelog.facts(root, history, folders)
        # That the product came says nothing of a part of it.
        if asked.means(each) and (not target.schema or "/" in each.target)
    }
    if history.landing(checkpoint.head) and history.tree(checkpoint.head) != checkpoint.tree:
        return None
    found = prove(history.stream().landings, checkpoint, wanted)
    if found is not None and not found.records:
        raise RegistryError(
            f"nothing landed of {target} up to the checkpoint",
            remedy=f"To see what landed: reg log {target.product}",
        )
    return found


def _refuse_older(root: Path, history: "GitHistory", checkpoint: "Checkpoint") -> None:
    from schemareg.adapters.git import command

    if history.commit == checkpoint.head:
        return
    ends = (history.commit, checkpoint.head)
    if not command.run(root, "merge-base", "--is-ancestor", *ends).code:
        raise Undecidable(
            f"what is looked at ends before the checkpoint's commit {checkpoint.head[:12]}",
            remedy="Bring the branch up to date: git fetch; or name its newest commit: --head REF",
        )


@contextmanager
def states(root: Path) -> Iterator[Callable[[str], "Snapshot"]]:
    """What gives the registry as a commit has it, nothing for `""`; opened when it is first asked."""
    with ExitStack() as stack:
        opened: list[object] = []

        def at(commit: str) -> "Snapshot":
            from schemareg.adapters.git.repository import Repository, open_repository
            from schemareg.snapshot.snapshot import Snapshot

            if not opened:
                opened.append(stack.enter_context(open_repository(root)))
            repository = opened[0]
            assert isinstance(repository, Repository)  # noqa: S101  it was put there above
            return Snapshot(repository.files_at(commit) if commit else repository.no_files())

        yield at


def facts_after(root: Path, history: "GitHistory", since: "Checkpoint | None") -> Iterator["Fact"]:
    """Every fact of a line, the oldest first; only those after a checkpoint, where one is given."""
    from schemareg.changelog.facts import Facts

    after = None
    if since is not None:
        _refuse_older(root, history, since)
        after = history.landing(since.head)
        if after is None:
            raise Undecidable(
                f"the checkpoint's commit {since.head[:12]} is not on this line",
                remedy='To see what happened: reg audit verify --checkpoint "LINE"',
            )
        if history.tree(since.head) != since.tree:
            raise Undecidable(
                f"the checkpoint says another tree of {since.head[:12]} than Git does",
                remedy="The line was altered: take another copy of it",
            )
    teller = Facts(history)
    for _, changes in history.stream(after).landings:
        yield from teller.of(changes)


def people(
    root: Path, history: "GitHistory", landings: "Iterable[Landing]"
) -> dict[str, dict[str, Any]]:
    """The same as `people_of`, without signatures: what a commit says never changes, and is kept."""
    wanted = {each.commit: each for each in landings if each.commit}
    keys = {commit: f"people-{_PEOPLE} {commit}".encode("ascii") for commit in wanted}
    kept = history.noted(keys.values())
    known = {commit: json.loads(kept[key]) for commit, key in keys.items() if key in kept}
    new = people_of(root, (each for commit, each in wanted.items() if commit not in known))
    history.note({keys[commit]: json.dumps(said).encode("ascii") for commit, said in new.items()})
    return known | new


_PEOPLE = 1
"""Raised when something else is kept of a commit."""


def people_of(
    root: Path, landings: "Iterable[Landing]", *, signatures: bool = False
) -> dict[str, dict[str, Any]]:
    """Who had a part in landings, by commit, as `reports.log.entry` adds it."""
    commits = dict.fromkeys(each.commit for each in landings if each.commit)
    if not commits:
        return {}
    from schemareg.adapters.git.commit_messages import read_messages

    return {
        commit: _people(message)
        for commit, message in read_messages(root, commits, signatures=signatures).items()
    }


def _people(message: "CommitPeople") -> dict[str, Any]:
    by = {
        key: [who for name, who in message.trailers if name.lower() == key.replace("_", "-")]
        for key in ("reviewed_by", "approved_by", "co_authored_by")
    }
    signature = message.signature
    return {
        "author": message.author,
        "email": message.email,
        "committer": message.committer,
        "merger": message.merger,
        "pull_request": message.pull_request,
        "subject": message.subject,
        "signature": None
        if signature is None
        else {"state": signature.state, "signer": signature.signer, "key": signature.key},
        **by,
    }
