"""Edits that an operation makes: files written and, if asked, committed, pushed and proposed.

All of it or none: where a step fails before the commit, the files are restored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.model import Deprecation


class EditOptions(NamedTuple):
    """How far an edit is taken; each step includes those before it."""

    dry_run: bool = False
    """Refuse what a real run would refuse, and write nothing."""
    commit: bool = False
    branch: str | None = None
    """A new branch for the commit."""
    push: bool = False
    pull_request: bool = False

    @property
    def commits(self) -> bool:
        """Whether a commit is made."""
        return self.commit or self.branch is not None or self.pushes

    @property
    def pushes(self) -> bool:
        """Whether the commit is pushed."""
        return self.push or self.pull_request


WRITE = EditOptions()
"""Write the files, and nothing else."""


class CommitMessage(NamedTuple):
    """The text of the commit and of the pull request."""

    subject: str
    body: str

    @property
    def text(self) -> str:
        """As Git keeps it."""
        return f"{self.subject}\n\n{self.body}\n" if self.body else f"{self.subject}\n"


class Edits(NamedTuple):
    """Files to write, by path; None removes a file."""

    home: Path
    files: Mapping[str, str | None]
    message: CommitMessage
    protected: str
    """The protected branch: nothing is committed to it."""
    proposal: str
    """A name for a new branch, for the remedy where one is needed."""
    new: frozenset[str] = frozenset()
    """Paths that must not exist yet."""


EditAction = Literal[
    "wrote",
    "changed",
    "removed",
    "would write",
    "would remove",
    "committed",
    "pushed",
    "opened",
    "link",
    "no link",
]


class EditStep(NamedTuple):
    """One step of an edit, passed to `progress` as soon as it is done."""

    action: EditAction
    subject: str
    """A path below `home`, a commit, a branch, or the address of a pull request."""
    detail: str = ""
    """The text that would be written, the branch of the commit, or the remote."""
    home: Path = Path()


Progress = Callable[[EditStep], None]


def ignore(_: object) -> None:
    """A `progress` callback that does nothing."""


def deprecation_message(deprecation: "Deprecation") -> CommitMessage:
    """The message of a commit that announces a deprecation."""
    when = f"sunset {deprecation.sunset}" if deprecation.sunset else "no date yet"
    what = f"Deprecate {deprecation.target}"
    if deprecation.loosens:
        what = f"Deprecate {deprecation.loosens} of {deprecation.target}"
    more = (
        f"Use {deprecation.replacement} instead." if deprecation.replacement else "",
        f"How to migrate: {deprecation.migration}" if deprecation.migration else "",
    )
    return message(f"{what} ({when})", deprecation.reason, *more)


def message(subject: str, *paragraphs: str) -> CommitMessage:
    """A commit message of these paragraphs; empty ones are left out."""
    from schemareg.text import escape

    body = "\n\n".join(each.strip() for each in paragraphs if each.strip())
    return CommitMessage(escape.visible(subject), "\n".join(map(escape.visible, body.split("\n"))))


def branch_for(verb: str, path: str) -> str:
    """A name for the branch that edits a file: `deprecate/order_placed-note`."""
    return f"{verb}/{Path(path).stem}"


def refuse(edits: Edits, options: EditOptions) -> None:
    """Raises RegistryError where the edit would fail; nothing is touched."""
    _refuse_existing(edits.home, edits.new)
    if not options.commits:
        return
    from schemareg.adapters.git import branches
    from schemareg.adapters.github import pull_requests

    branches.refuse_to_commit(
        edits.home,
        list(edits.files),
        protected=edits.protected,
        branch=options.branch or "",
        proposal=edits.proposal,
    )
    if options.pushes:
        pull_requests.remote(edits.home, options.branch or _branch(edits.home))


def apply(
    edits: Edits, options: EditOptions = WRITE, progress: Progress = ignore
) -> tuple[EditStep, ...]:
    """Write the files, then commit, push and propose as far as the options say; the steps.

    A dry run refuses what a real run refuses, and its steps say what would be written. Raises
    RegistryError where a step fails; `progress` has received the steps that are done by then.
    """
    refuse(edits, options)
    done: list[EditStep] = []
    for step in _planned(edits) if options.dry_run else _applied(edits, options):
        done.append(step)
        progress(step)
    return tuple(done)


def create(home: Path, files: Mapping[str, str]) -> tuple[EditStep, ...]:
    """Write new files below `home`. Raises RegistryError, before any is written, where one exists."""
    _refuse_existing(home, files)
    for path, text in files.items():
        put(home, path, text)
    return tuple(EditStep("wrote", path, home=home) for path in files)


def put(home: Path, path: str, text: str) -> None:
    """Write one file below `home`, atomically; missing folders are made."""
    from schemareg.adapters.files import write_atomically

    write_atomically(home, path, text.encode())


def rename(home: Path, old: str, new: str) -> None:
    """Rename a file below `home`. Raises RegistryError where the new name is taken."""
    if (home / new).exists():
        raise RegistryError(
            "the file exists already, and nothing is overwritten",
            where=new,
            remedy=f"Compare it with {old}, and delete the one that you do not need",
        )
    (home / old).rename(home / new)


def _refuse_existing(home: Path, paths: Iterable[str]) -> None:
    for path in paths:
        if (home / path).exists() or (home / path).is_symlink():
            raise RegistryError(
                "the file exists already, and nothing is overwritten",
                where=path,
                remedy="Edit it, or choose another name",
            )


def _planned(edits: Edits) -> Iterator[EditStep]:
    for path, text in edits.files.items():
        if text is None:
            yield EditStep("would remove", path, home=edits.home)
        else:
            yield EditStep("would write", path, text, edits.home)


def _applied(edits: Edits, options: EditOptions) -> Iterator[EditStep]:
    actions = _actions(edits)
    with _undone_on_failure(edits):
        _write(edits)
        commit = _commit(edits, options) if options.commits else ""
    yield from (EditStep(action, path, home=edits.home) for path, action in actions.items())
    if commit:
        yield EditStep("committed", commit, _branch(edits.home))
    if options.pushes:
        yield from _push(edits, options)


def _actions(edits: Edits) -> dict[str, EditAction]:
    found: dict[str, EditAction] = {}
    for path, text in edits.files.items():
        there = (edits.home / path).exists()
        found[path] = "removed" if text is None else "changed" if there else "wrote"
    return found


def _write(edits: Edits) -> None:
    for path, text in edits.files.items():
        if text is None:
            (edits.home / path).unlink()
        else:
            put(edits.home, path, text)


def _push(edits: Edits, options: EditOptions) -> Iterator[EditStep]:
    from schemareg.adapters.github import pull_requests

    branch = _branch(edits.home)
    remote = pull_requests.remote(edits.home, branch)
    pull_requests.push(edits.home, remote, branch)
    yield EditStep("pushed", branch, remote)
    if not options.pull_request:
        return
    message = edits.message
    request = pull_requests.PullRequestDraft(edits.protected, branch, message.subject, message.body)
    opened = pull_requests.opened(edits.home, request)
    if opened is not None:
        yield EditStep("opened", opened)
        return
    link = pull_requests.link(edits.home, remote, request)
    yield EditStep("no link", branch, remote) if link is None else EditStep("link", link)


def _commit(edits: Edits, options: EditOptions) -> str:
    from schemareg.adapters.git import branches

    former = branches.whereabouts(edits.home)
    if options.branch:
        branches.begin(edits.home, options.branch)
    try:
        return branches.commit(edits.home, list(edits.files), edits.message.text)
    except BaseException:
        if options.branch:
            branches.leave(edits.home, options.branch, former)
        raise


def _branch(home: Path) -> str:
    from schemareg.adapters.git import branches

    return branches.whereabouts(home).removeprefix("refs/heads/")


@contextmanager
def _undone_on_failure(edits: Edits) -> Iterator[None]:
    """Restore the files where the body fails, for any reason."""
    former = {path: _content(edits.home / path) for path in edits.files}
    folders = {parent for path in former for parent in _missing(edits.home, path)}
    try:
        yield
    except BaseException:
        for path, data in former.items():
            if data is None:
                (edits.home / path).unlink(missing_ok=True)
            elif _content(edits.home / path) != data:
                from schemareg.adapters.files import write_atomically

                write_atomically(edits.home, path, data)
        for folder in sorted(folders, reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _missing(home: Path, path: str) -> Iterator[Path]:
    """The folders that writing the path creates."""
    folder = (home / path).parent
    while folder != home and not folder.exists():
        yield folder
        folder = folder.parent
