"""How the commands of the audit come to the line that they speak of, and to what was kept of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from schemareg.audit.checkpoint import Checkpoint
    from schemareg.audit.verification import Verification
    from schemareg.edges.history import GitHistory
    from schemareg.snapshot import Snapshot


@contextmanager
def line(root: Path, head: str | None = None) -> Iterator["GitHistory"]:
    """The landings up to a revision; by default those of the protected branch, as known here."""
    from schemareg.edges import history

    if head is None:
        tip = history.protected(root, _branch(root))
        head = tip.commit if tip else "HEAD"
    with history.history(root, head) as found:
        yield found


def _branch(root: Path) -> str:
    """The protected branch's name; parsing the policy is left out where it does not name one."""
    from schemareg.edges import git_command

    text = git_command.run(root, "cat-file", "blob", "HEAD:registry.yaml").out
    if b"protected-branch" not in text:
        return "main"
    from schemareg import documents, manifests

    try:
        return manifests.parse_registry(documents.parse(text, "registry.yaml")).protected_branch
    except RegistryError:
        return "main"


def verified(
    root: Path, history: "GitHistory", checkpoint: "Checkpoint | None", *, full: bool
) -> "Verification":
    """The audit of a line, from where an earlier one came to; and how far it came now, kept."""
    from schemareg.audit import progress, verification
    from schemareg.edges import kept

    name = progress.name()
    before = None if full else progress.parse(kept.read(history.cache, name))
    if before and checkpoint and str(checkpoint) not in before.confirmed:
        before = None
    if checkpoint:
        _refuse_older(root, history, checkpoint)
    with states(root) as at:
        stream = history.stream(before.landing if before else None)
        known = before if stream.since else None
        found = verification.verified(history, stream.landings, at, known, checkpoint)
    if found.progress is not None and (found.landings or not known):
        kept.write(history.cache, name, progress.render(found.progress))
    return found


def _refuse_older(root: Path, history: "GitHistory", checkpoint: "Checkpoint") -> None:
    from schemareg.edges import git_command

    if history.commit == checkpoint.head:
        return
    ends = (history.commit, checkpoint.head)
    if not git_command.run(root, "merge-base", "--is-ancestor", *ends).code:
        raise Undecidable(
            f"what is looked at ends before the checkpoint's commit {checkpoint.head[:12]}",
            remedy="Bring the branch up to date: git fetch; or name its newest commit: --head REF",
        )


@contextmanager
def states(root: Path) -> Iterator[Callable[[str], "Snapshot"]]:
    """What gives the registry as a commit has it; the repository is opened when it is first asked."""
    with ExitStack() as stack:
        opened: list[object] = []

        def at(commit: str) -> "Snapshot":
            from schemareg.edges.git import Repository, open_repository
            from schemareg.snapshot import Snapshot

            if not opened:
                opened.append(stack.enter_context(open_repository(root)))
            repository = opened[0]
            assert isinstance(repository, Repository)  # noqa: S101  it was put there above
            return Snapshot(repository.files_at(commit))

        yield at
