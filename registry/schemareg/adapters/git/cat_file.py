"""A Git repository through the `git` command, with one long-running process for objects."""

from __future__ import annotations

import contextlib
import re
import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.git import command
from schemareg.adapters.git.store import (
    Ambiguous,
    Head,
    Missing,
    corrupt,
    not_owned,
    refuse_other,
    shallow_commits,
)
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_TOGETHER = 400
"""Objects in one batch: their names must fit into a pipe that is not read meanwhile."""

_ID = re.compile(r"[0-9a-f]{40,64}")
_DAMAGE = re.compile(r"^.*(?:corrupt|inflate|unpack|garbage|invalid|mismatch).*$", re.MULTILINE)


class CommandStore:
    """A repository that only `git` can open, or whose missing objects only `git` can fetch."""

    def __init__(self, path: Path, common: Path | None = None) -> None:
        """`common` is the Git directory if known; else `git` gives it and can refuse."""
        self._folder = path
        self._common = _opened(path) if common is None else common
        self._ahead: dict[str, _Object] = {}
        self._conversations: dict[str, _Conversation] = {}
        self._finalizer = weakref.finalize(self, _end, self._conversations)

    @cached_property
    def work_tree(self) -> Path | None:
        """The folder of the working tree; None in a bare repository."""
        result = command.run(self._folder, "rev-parse", "--show-toplevel")
        return (
            None if result.code else Path(result.out.decode(errors="surrogateescape").rstrip("\n"))
        )

    @cached_property
    def digest(self) -> str:
        """The name of the hash."""
        return self.setting("extensions.objectformat") or "sha1"

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents were cut off."""
        return shallow_commits(self._common)

    def read(self, id_: str) -> tuple[str, bytes]:
        """Kind and content of an object; git fetches the missing objects of a partial clone."""
        answer = self._ahead.pop(id_, None) or self._ask("--batch", id_)
        refuse_other(id_, answer.kind, answer.content)
        return answer.kind, answer.content

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read these objects in advance, for one read each: a batch costs a third."""
        conversation = self._conversation("--batch")
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _TOGETHER):
            together = wanted[start : start + _TOGETHER]
            for id_, found in zip(together, conversation.ask_all(together), strict=False):
                if (
                    found is not None
                ):  # else the object is read again, and that read gives the reason
                    self._ahead[id_] = found

    def size(self, id_: str) -> int:
        """The length of an object's content."""
        return self._ask("--batch-check", id_).size

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch, in one batch, those objects that are missing in a partial clone."""
        remote = self._promisor
        lacking = sorted(self._lacking(ids)) if remote else []
        if not remote or not lacking:
            return
        # As git does for a checkout. Objects that fail here are read one by one, with the reason.
        command.run(
            self._folder,
            *("-c", "fetch.negotiationAlgorithm=noop", "fetch", remote, "--quiet", "--no-tags"),
            *("--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin"),
            lines=lacking,
        )

    def resolve(self, revision: str) -> str | None:
        """The commit a revision names, or None."""
        if "\n" in revision or "\0" in revision:
            return None
        result = command.run(
            self._folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
        )
        if result.code and "ambiguous" in result.complaint:
            raise Ambiguous(revision)
        found = result.out.decode("ascii", "replace").strip()
        return found if _ID.fullmatch(found) else None  # a range is several lines

    def head(self) -> Head:
        """The content of HEAD."""
        symbolic = command.run(self._folder, "symbolic-ref", "--quiet", "HEAD")
        branch = symbolic.out.decode(errors="surrogateescape").strip().removeprefix("refs/heads/")
        return Head(self.resolve("HEAD"), branch or None)

    def references(self) -> dict[str, str]:
        """Full name to object id, of all references."""
        result = command.run(self._folder, "for-each-ref", "--format=%(objectname)%00%(refname)")
        pairs = [
            line.split("\0") for line in result.out.decode(errors="surrogateescape").splitlines()
        ]
        return {name: id_ for id_, name in pairs}

    def symbolic(self, name: str) -> str | None:
        """The full name that a symbolic reference names, or None."""
        result = command.run(self._folder, "symbolic-ref", "--quiet", name)
        return None if result.code else result.out.decode(errors="surrogateescape").strip()

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""
        result = command.run(self._folder, *command.OBJECTS_ONLY, "merge-base", one, other)
        return result.out.decode("ascii").strip() or None

    def setting(self, name: str) -> str | None:
        """One value of the configuration, or None."""
        result = command.run(self._folder, "config", "--get", name)
        return None if result.code else result.out.decode(errors="replace").rstrip("\n")

    def close(self) -> None:
        """End the git processes."""
        self._finalizer()

    @cached_property
    def _promisor(self) -> str | None:
        result = command.run(
            self._folder, "config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$"
        )
        names = result.out.decode(errors="surrogateescape").split()
        return names[0][len("remote.") : -len(".promisor")] if names else None

    def _lacking(self, ids: Iterable[str]) -> set[str]:
        """The objects missing in this clone. libgit2 looks without fetching, with any
        extensions."""
        import pygit2

        if self.digest != "sha1":
            return set()
        odb = pygit2.Odb(str(self._common / "objects"))
        return {id_ for id_ in ids if not odb.exists(id_)}

    def _conversation(self, mode: str) -> _Conversation:
        if mode not in self._conversations:
            self._conversations[mode] = _Conversation(self._folder, mode)
        return self._conversations[mode]

    def _ask(self, mode: str, id_: str) -> _Object:
        found = self._conversation(mode).ask(id_)
        if found is not None:
            return found
        # The process also says "missing" for a damaged object, or ends silently.
        complaint = command.run(self._folder, "cat-file", "-t", id_).complaint
        damage = _DAMAGE.search(complaint)
        if damage:
            raise corrupt(id_, damage.group())
        raise Missing(id_)


class _Object(NamedTuple):
    """The answer of `git cat-file` for one object."""

    kind: str
    size: int
    content: bytes


class _Conversation:
    """One process of `git cat-file --batch` or `--batch-check`."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._process = command.start(folder, "cat-file", mode, talk=True)
        self._contents = mode == "--batch"

    def ask(self, id_: str) -> _Object | None:
        """The answer for an object; None if it is missing or git ended."""
        return next(self.ask_all([id_]))

    def ask_all(self, ids: Sequence[str]) -> Iterator[_Object | None]:
        """The answers for several objects, in order; at most as many as fit into a pipe."""
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            yield from (None for _ in ids)
            return
        try:
            sink.write("".join(f"{id_}\n" for id_ in ids).encode())
            sink.flush()
        except BrokenPipeError:
            yield from (None for _ in ids)
            return
        for _ in ids:
            answer = source.readline().decode("ascii", "replace").split()
            if len(answer) != 3:
                yield None
                continue
            size = int(answer[2])
            content = source.read(size + 1)[:size] if self._contents else b""
            yield _Object(answer[1], size, content)

    def end(self) -> None:
        """End the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()


def _opened(path: Path) -> Path:
    """The common Git directory of all worktrees of a repository. Raises Undecidable."""
    result = command.run(path, "rev-parse", "--git-common-dir")
    if not result.code:
        # Relative to the folder in which git ran, which is not always the top.
        return path / result.out.decode(errors="surrogateescape").rstrip("\n")
    if "dubious ownership" in result.complaint:
        raise not_owned(path, result.complaint)
    complaint = " ".join(result.complaint.split()).removeprefix("fatal: ")
    raise Undecidable(
        f"neither libgit2 nor this git opens the repository: {complaint}",
        where=str(path),
        remedy="Upgrade git (`git --version`), or convert the repository to the format that"
        " every git reads: SHA-1 objects, `files` references",
    )


def _end(conversations: dict[str, _Conversation]) -> None:
    while conversations:
        conversations.popitem()[1].end()
