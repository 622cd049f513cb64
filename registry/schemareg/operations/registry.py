"""How commands come to the registry they speak of: its states, as values, and its folder."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError, Undecidable
from schemareg.operations import protected_branch

if TYPE_CHECKING:
    from datetime import date

    from schemareg.adapters.git.anchor import Anchor
    from schemareg.adapters.git.repository import Repository
    from schemareg.adapters.history.history import GitHistory
    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Files, History, Policy
    from schemareg.snapshot.snapshot import Snapshot


class OpenedChange(NamedTuple):
    """What to judge."""

    base: "Snapshot"
    head: "Snapshot"
    branch: str
    """The protected branch."""
    day: "date | None" = None
    """The day as of which, if the call or a landing says one."""
    disputed: "Anchor | None" = None
    """The protected branch and what says so, where the proposal names another one."""
    also: "tuple[tuple[Snapshot, Anchor], ...]" = ()
    """Further states to compare the head with: of other branches that are called the protected one."""


@contextmanager
def change(
    root: Path, base: str | None, head: str | None, at: str | None
) -> Iterator[OpenedChange]:
    """What to judge: two states, and the day as of which, if the call says one.

    With `at`, a revision or a day, that is what landed there, beside what stood before it. What has
    not landed is compared as ever. Without, what is at hand; where that has landed already, the day
    is that of its landing: what it announces was early enough then, and is not announced today.
    Raises RegistryError where both ways are asked for.
    """
    if at is None:
        with _at_hand(root, base, head) as found:
            yield found
        return
    if base or head:
        raise RegistryError(
            "--at says already what is compared", remedy="Leave out --base and --head, or --at"
        )
    from datetime import date

    from schemareg.adapters.git.repository import open_repository
    from schemareg.operations import audit
    from schemareg.snapshot.snapshot import Snapshot

    revision = audit.resolve(root, at)
    day = date.fromisoformat(at) if revision != at else None
    with audit.line(root) as line, open_repository(root) as repository:
        landed = repository.files_at(revision)
        after = Snapshot(landed)
        landing = line.landing(after.commit)
        branch = protected_branch.trusted(repository, after)[0].branch
        if landing is None:
            yield OpenedChange(
                Snapshot(repository.default_base(branch, landed)), after, branch, day
            )
            return
        parent = line.line()[landing.ordinal - 1].commit if landing.ordinal else ""
        files = repository.files_at(parent) if parent else repository.no_files()
        yield OpenedChange(Snapshot(files), after, branch, day or landing.time.date())


def refuse_no_registry(base: "Snapshot", head: "Snapshot") -> None:
    """Raises InvalidFiles where neither state has a registry.yaml.

    Nothing that differs would be told by then, and a gate in the wrong folder would pass for ever.
    """
    from schemareg.manifests.layout import REGISTRY

    if not base.has(REGISTRY) and not head.has(REGISTRY):
        from schemareg.model.errors import InvalidFiles
        from schemareg.validation import files as validation_files

        raise InvalidFiles(validation_files.mistakes(head.files, (REGISTRY,)))


@contextmanager
def _at_hand(root: Path, base: str | None, head: str | None) -> Iterator[OpenedChange]:
    from schemareg.adapters import clock
    from schemareg.adapters.git.repository import open_repository
    from schemareg.manifests.layout import REGISTRY
    from schemareg.snapshot.snapshot import Snapshot

    with open_repository(root) as repository:
        after = repository.files_at(head) if head else repository.working_files()
        changed = Snapshot(after)
        if base:
            before = Snapshot(repository.files_at(base))
            says = before if before.has(REGISTRY) else changed
            yield OpenedChange(
                before, changed, protected_branch.trusted(repository, says)[0].branch
            )
            return
        anchor, *others = protected_branch.trusted(repository, changed)
        files, time = repository.default_change(anchor.branch, after)
        # A commit may claim a day that is to come.
        day = min(time.date(), clock.today()) if time else None
        also = [(repository.default_base(each.branch, after), each) for each in others]
        yield OpenedChange(
            Snapshot(files),
            changed,
            anchor.branch,
            day,
            anchor if others or anchor.branch != changed.policy.protected_branch else None,
            tuple((Snapshot(its), each) for its, each in also if its.commit != files.commit),
        )


@contextmanager
def landings(
    root: Path, base: "Files", branch: str, checkpoint: str | None = None
) -> Iterator[Callable[[], "History"]]:
    """What gives the landings that a base may go by; nothing is opened before it is asked for.

    They are those of the protected branch, up to the base where it is one of them. A base beside
    the branch proves nothing by its own commits, whatever their dates say: then the branch's line
    counts as far as it is known here.

    A checkpoint is a commit that must be among them; Undecidable is raised where it is not.
    """
    if checkpoint:
        from schemareg.adapters.history.history import protected

        tip = protected(root, branch)
        still_there(root, (base.commit, tip.commit if tip else ""), checkpoint)
    with ExitStack() as stack:
        yield cache(lambda: _seen(root, stack.enter_context(_line(root, base.commit, branch))))


def _seen(root: Path, line: "GitHistory") -> "History":
    from schemareg.operations.notify import receipts

    return receipts.bounded(root, line)


def still_there(root: Path, ends: Iterable[str], checkpoint: str) -> None:
    """Raises Undecidable where a commit that had landed is on no line that ends at these commits."""
    from schemareg.adapters.history.history import history

    try:
        with history(root, checkpoint) as known:
            commit = known.commit
    except RegistryError:
        commit = ""  # it is gone, with the history that it belonged to
    for end in filter(None, ends):
        with history(root, end) as line:
            if line.landing(commit) is not None:
                return
    raise Undecidable(
        f"the history was rewritten: {checkpoint} had landed, and is not on the protected branch",
        remedy="Find out who did so and why. Days that were counted along this history prove"
        " nothing: deprecate again what is to end, then name a commit of it as the checkpoint",
    )


def _line(root: Path, commit: str, branch: str) -> "GitHistory":
    from schemareg.adapters.history.history import history, protected

    tip = protected(root, branch) if commit else None
    if tip is None or tip.commit == commit:
        # A clone of nothing but a pull request has no branch; its base is the branch as it was.
        return history(root, commit)
    line = history(root, tip.commit)
    if line.landing(commit) is None:
        return line
    line.close()
    return history(root, commit)


@contextmanager
def drafting(root: Path, base: str | None = None) -> Iterator[tuple["Snapshot", "Snapshot"]]:
    """What has landed, and the working tree: a version that only the second has is a draft.

    Landed is what the protected branch has, here as far as it was fetched; not what a merge base
    has, for a name that was taken meanwhile is taken.
    """
    from schemareg.adapters.git.repository import open_repository
    from schemareg.snapshot.snapshot import Snapshot

    with open_repository(root) as repository:
        head = Snapshot(repository.working_files())
        yield (
            Snapshot(
                _landed(repository, protected_branch.trusted(repository, head)[0].branch, base)
            ),
            head,
        )


def _landed(repository: "Repository", branch: str, base: str | None) -> "Files":
    from schemareg.adapters.git.worktree import WorkingFiles

    if base:
        return repository.files_at(base)
    for folder in ("remotes/upstream", "remotes/origin", "heads"):
        try:
            return repository.files_at(f"refs/{folder}/{branch}")
        except Undecidable:
            raise
        except RegistryError:
            continue
    files = repository.working_files()
    return files.head if isinstance(files, WorkingFiles) else files


@contextmanager
def promised(
    root: Path, today: "date | None" = None
) -> Iterator[tuple["Promises", "Snapshot", "Policy"]]:
    """The promises that have landed, the working tree, and the policy that judges a change of it."""
    from schemareg.adapters import clock
    from schemareg.deprecation.landed import Promises
    from schemareg.review.review import policy_in_force

    with drafting(root) as (base, head):
        policy = policy_in_force(base, head)
        with landings(
            root, base.files, protected_branch.trusted_at(root, policy.protected_branch)
        ) as history:
            promises = Promises(base, history)
            with suppress(Undecidable):  # as `check` does in a shallow clone
                policy = promises.policy(policy, today or clock.today())
            yield promises, head, policy


@contextmanager
def landed(
    root: Path, revision: str | None = None
) -> Iterator[tuple["Promises", "Snapshot | None"]]:
    """The promises that have landed on the protected branch, and the files as they stand, if any do.

    With a revision or a day, what had landed there, or by its end. Nothing here needs libgit2:
    loading it costs more than most answers.
    """
    from schemareg.adapters.files import files_in
    from schemareg.deprecation.landed import Promises
    from schemareg.snapshot.snapshot import Snapshot

    if revision:
        from schemareg.operations import audit

        revision = audit.resolve(root, revision)
    folder = _registry_above(root)
    here = Snapshot(files_in(folder)) if folder else None
    with _tip(root, here, revision) as (line, name):
        label = f"{name} ({line.commit[:_SHORT]})" if line.commit else "nothing"
        history = cache(lambda: _seen(root, line))
        yield Promises(Snapshot(line.files(label)), history), None if revision else here


def day(today: "date | None") -> "date":
    """The day that is given, else today in UTC."""
    from schemareg.adapters import clock

    return today or clock.today()


def as_of(at: str | None, today: "date | None", history: Callable[[], "History"]) -> "date":
    """The day to answer for: the one asked for, else that of what is looked at, else today.

    What stood at a revision stood so on the day on which that landed.
    """
    from datetime import date

    from schemareg.adapters import clock

    if today is not None or at is None:
        return today or clock.today()
    from schemareg.operations import audit

    if audit.is_day(at):
        return date.fromisoformat(at)
    head = history().head
    return head.time.date() if head else clock.today()


def terms(promises: "Promises") -> tuple["Term", ...]:
    """The terms of all products, as they were kept for this commit, or found and kept."""
    from schemareg.adapters.git import cache as git_cache
    from schemareg.adapters.history.history import GitHistory
    from schemareg.deprecation import cache as deprecation_cache

    history = promises.history
    if not isinstance(history, GitHistory):
        return promises.everything()
    known = deprecation_cache.remembered(
        git_cache.read_own(history.cache, _SUNSETS), history.commit
    )
    if known is None:
        known = promises.everything()
        git_cache.write_own(history.cache, _SUNSETS, deprecation_cache.kept(known, history.commit))
    return known


_SUNSETS = "sunsets.json"
_SHORT = 7


@contextmanager
def _tip(
    root: Path, here: "Snapshot | None", revision: str | None
) -> Iterator[tuple["GitHistory", str]]:
    """The line of what has landed, and the name of the branch or revision that it ends at."""
    from schemareg.adapters.history.history import history, protected
    from schemareg.snapshot.snapshot import Snapshot

    branch = branch_of(root, here)
    if revision:
        with history(root, revision) as wanted:
            commit = wanted.commit
        with _line(root, commit, branch) as line:
            yield line, revision
        return
    tip = protected(root, branch)
    if tip is None and here is None and not _unborn(root):
        # Bare: only a commit can say what its branch is called.
        with history(root, "HEAD") as line:
            branch = branch_of(root, Snapshot(line.files("HEAD")))
        tip = protected(root, branch)
    if tip is None:
        raise unknown_branch(branch, "; or name where to look: --at REF")
    with history(root, tip.commit) as line:
        yield line, tip.name


def unknown_branch(branch: str, otherwise: str = "") -> Undecidable:
    """Why nothing can be said of what has landed, where the protected branch was not fetched."""
    return Undecidable(
        f"nothing has landed as far as is known here: there is no branch `{branch}`",
        remedy=f"Fetch it: git fetch origin {branch}:refs/remotes/origin/{branch}{otherwise}",
    )


def _unborn(root: Path) -> bool:
    from schemareg.operations import audit

    return audit.unborn(root)


def branch_of(root: Path, snapshot: "Snapshot | None") -> str:
    """The protected branch, as the repository confirms what a state names."""
    return protected_branch.trusted_at(root, _named_branch(snapshot))


def _named_branch(snapshot: "Snapshot | None") -> str:
    """The protected branch by the policy of a state; the default where that is wrong."""
    from schemareg.manifests.layout import REGISTRY

    if snapshot is None or not snapshot.has(REGISTRY):
        return protected_branch.named_by(b"")
    return protected_branch.named_by(snapshot.files.read(REGISTRY))


@contextmanager
def files(root: Path, revision: str | None = None) -> Iterator["Files"]:
    """The files at a revision, or as they stand; a plain folder without Git will do for that.

    A day, such as 2026-11-22, stands for what had landed by its end.
    """
    from schemareg.adapters.files import files_in
    from schemareg.adapters.git.repository import open_repository

    try:
        repository = open_repository(root)
    except Undecidable:
        raise
    except RegistryError:
        folder = _registry_above(root)
        if revision or folder is None:
            raise _no_registry(root) from None
        yield files_in(folder)
        return
    with repository:
        if revision:
            from schemareg.operations import audit

            revision = audit.resolve(root, revision)
        yield repository.files_at(revision) if revision else repository.working_files()


@contextmanager
def current(root: Path, revision: str | None = None) -> Iterator["Snapshot"]:
    """The registry at a revision, or as it stands."""
    from schemareg.snapshot.snapshot import Snapshot

    with files(root, revision) as found:
        yield Snapshot(found)


def home(root: Path) -> Path:
    """The folder that holds registry.yaml and products/, to write to.

    Raises RegistryError in a bare repository, which has none, and where there is no registry.
    """
    from schemareg.adapters.git.repository import open_repository

    try:
        with open_repository(root) as repository:
            top = repository.top
    except Undecidable:
        raise
    except RegistryError:
        folder = _registry_above(root)
        if folder is None:
            raise _no_registry(root) from None
        return folder
    if top is None:
        raise RegistryError(
            "a bare repository has no files to write to",
            where=str(root),
            remedy="Work in a clone of it: git clone",
        )
    return top


def _no_registry(root: Path) -> RegistryError:
    return RegistryError(
        "there is no Git repository and no registry here, nor above",
        where=str(root),
        remedy="To make one here: reg init. Or name its folder: -C DIR",
    )


def _registry_above(start: Path) -> Path | None:
    here = start.resolve()
    return next(
        (each for each in (here, *here.parents) if (each / "registry.yaml").is_file()), None
    )
