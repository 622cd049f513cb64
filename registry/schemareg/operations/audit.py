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
    from schemareg.adapters.git.commit_messages import Message
    from schemareg.adapters.history.history import GitHistory
    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.proof import Proof
    from schemareg.audit.verification import Verification
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
        return verified_line(root, history, known, full=full)


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
        found, violations = checkpoint_of(root, history)
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
    return ProofResult(found, tuple(proof.wrong(found)), own)


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
    """The protected branch's name; parsing the policy is left out where it does not name one."""
    from schemareg.adapters.git import command

    text = command.run(root, "cat-file", "blob", "HEAD:registry.yaml").out
    if b"protected-branch" not in text:
        return "main"
    from schemareg import documents, manifests

    try:
        return manifests.parse_registry(documents.parse(text, "registry.yaml")).protected_branch
    except RegistryError:
        return "main"


def verified_line(
    root: Path, history: "GitHistory", checkpoint: "Checkpoint | None", *, full: bool
) -> "Verification":
    """The audit of a line, from where an earlier one came to; and how far it came now, kept."""
    from schemareg.adapters.git import cache
    from schemareg.audit import progress, verification

    name = progress.name()
    before = None if full else progress.parse(cache.read(history.cache, name))
    if before and checkpoint and str(checkpoint) not in before.confirmed:
        before = None
    if checkpoint:
        _refuse_older(root, history, checkpoint)
    with states(root) as at:
        stream = history.stream(before.landing if before else None)
        known = before if stream.since else None
        found = verification.verified(history, stream.landings, at, known, checkpoint)
    if found.progress is not None and (found.landings or not known):
        cache.write(history.cache, name, progress.render(found.progress))
    return _seen(root, history, found)


def _seen(root: Path, history: "GitHistory", found: "Verification") -> "Verification":
    """The same, with what the ledger saw of the branch held against what its commits claim."""
    from schemareg.operations.notify import receipts

    known = receipts.moving(root, history)
    if not known:
        return found
    from dataclasses import replace

    from schemareg.audit import receipts as audit_receipts

    return replace(found, misdated=audit_receipts.misdated(history, known))


def checkpoint_of(root: Path, history: "GitHistory") -> tuple["Checkpoint", int]:
    """The checkpoint of a line as it is now, and how many violations there are up to it."""
    from schemareg.adapters.git import command
    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.merkle import Growing

    found = verified_line(root, history, None, full=False)
    if found.progress is None:
        raise RegistryError("nothing has landed yet", remedy="Commit the registry first")
    progress = found.progress
    tree = command.run(root, "--no-replace-objects", "rev-parse", f"{progress.commit}^{{tree}}")
    digest = Growing(progress.records, map(bytes.fromhex, progress.whole)).root.hex()
    line = Checkpoint(progress.commit, tree.out.decode().strip(), progress.records, digest)
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
    from schemareg.adapters.git.commit_messages import messages

    return {
        commit: _people(message)
        for commit, message in messages(root, commits, signatures=signatures).items()
    }


def _people(message: "Message") -> dict[str, Any]:
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
