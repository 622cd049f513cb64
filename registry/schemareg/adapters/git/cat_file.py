"""A Git repository through the `git` command, its objects in one long conversation."""

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
"""Objects asked for at once: their names must fit into a pipe that nobody empties meanwhile."""

_ID = re.compile(r"[0-9a-f]{40,64}")
_DAMAGE = re.compile(r"^.*(?:corrupt|inflate|unpack|garbage|invalid|mismatch).*$", re.MULTILINE)


class CommandStore:
    """A repository that only `git` opens, or whose missing objects only `git` can fetch."""

    def __init__(self, path: Path, common: Path | None = None) -> None:
        """`common` is the Git directory where it is known; else git is asked, and may refuse."""
        self._folder = path
        self._common = _opened(path) if common is None else common
        self._ahead: dict[str, _Object] = {}
        self._conversations: dict[str, _Conversation] = {}
        self._finalizer = weakref.finalize(self, _end, self._conversations)

    @cached_property
    def work_tree(self) -> Path | None:
        """The folder of the working tree; None in a bare repository."""
        asked = command.run(self._folder, "rev-parse", "--show-toplevel")
        return None if asked.code else Path(asked.out.decode(errors="surrogateescape").rstrip("\n"))

    @cached_property
    def digest(self) -> str:
        """The name of the hash."""
        return self.setting("extensions.objectformat") or "sha1"

    @cached_property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents were cut off."""
        return shallow_commits(self._common)

    def read(self, id_: str) -> tuple[str, bytes]:
        """Kind and content of an object; git fetches what a partial clone left behind."""
        answer = self._ahead.pop(id_, None) or self._ask("--batch", id_)
        refuse_other(id_, answer.kind, answer.content)
        return answer.kind, answer.content

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Have these objects at hand for one reading each: asked together, they cost a third."""
        conversation = self._conversation("--batch")
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _TOGETHER):
            together = wanted[start : start + _TOGETHER]
            for id_, found in zip(together, conversation.ask_all(together), strict=False):
                if found is not None:  # else it is asked for once more, and then says why
                    self._ahead[id_] = found

    def size(self, id_: str) -> int:
        """The length of an object's content."""
        return self._ask("--batch-check", id_).size

    def fetch(self, ids: Iterable[str]) -> None:
        """Bring, in one go, those of the objects that a partial clone left behind."""
        remote = self._promisor
        lacking = sorted(self._lacking(ids)) if remote else []
        if not remote or not lacking:
            return
        # As git itself does for a checkout. What fails here is asked for one by one, and says why.
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
        asked = command.run(
            self._folder, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"
        )
        if asked.code and "ambiguous" in asked.complaint:
            raise Ambiguous(revision)
        found = asked.out.decode("ascii", "replace").strip()
        return found if _ID.fullmatch(found) else None  # a range is several lines

    def head(self) -> Head:
        """What HEAD says."""
        symbolic = command.run(self._folder, "symbolic-ref", "--quiet", "HEAD")
        branch = symbolic.out.decode(errors="surrogateescape").strip().removeprefix("refs/heads/")
        return Head(self.resolve("HEAD"), branch or None)

    def references(self) -> dict[str, str]:
        """Full name to object id, of all references."""
        asked = command.run(self._folder, "for-each-ref", "--format=%(objectname)%00%(refname)")
        pairs = [
            line.split("\0") for line in asked.out.decode(errors="surrogateescape").splitlines()
        ]
        return {name: id_ for id_, name in pairs}

    def symbolic(self, name: str) -> str | None:
        """The full name that a symbolic reference names, or None."""
        asked = command.run(self._folder, "symbolic-ref", "--quiet", name)
        return None if asked.code else asked.out.decode(errors="surrogateescape").strip()

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits, or None."""
        asked = command.run(self._folder, *command.OBJECTS_ONLY, "merge-base", one, other)
        return asked.out.decode("ascii").strip() or None

    def setting(self, name: str) -> str | None:
        """One value of the configuration, or None."""
        asked = command.run(self._folder, "config", "--get", name)
        return None if asked.code else asked.out.decode(errors="replace").rstrip("\n")

    def close(self) -> None:
        """End the conversations with git."""
        self._finalizer()

    @cached_property
    def _promisor(self) -> str | None:
        asked = command.run(
            self._folder, "config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$"
        )
        names = asked.out.decode(errors="surrogateescape").split()
        return names[0][len("remote.") : -len(".promisor")] if names else None

    def _lacking(self, ids: Iterable[str]) -> set[str]:
        """Which objects are not here. libgit2 looks without fetching, whatever the extensions."""
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
        # The conversation says "missing" of a damaged object too, or ends without a word.
        complaint = command.run(self._folder, "cat-file", "-t", id_).complaint
        damage = _DAMAGE.search(complaint)
        if damage:
            raise corrupt(id_, damage.group())
        raise Missing(id_)


class _Object(NamedTuple):
    """What `git cat-file` says of one object."""

    kind: str
    size: int
    content: bytes


class _Conversation:
    """One `git cat-file --batch` or `--batch-check`."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._process = command.start(folder, "cat-file", mode, talk=True)
        self._contents = mode == "--batch"

    def ask(self, id_: str) -> _Object | None:
        """What git says of an object; None where it is missing, or git fell silent."""
        return next(self.ask_all([id_]))

    def ask_all(self, ids: Sequence[str]) -> Iterator[_Object | None]:
        """The same for several, in their order; no more than fit into a pipe."""
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
        """Let git go."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()


def _opened(path: Path) -> Path:
    """The Git directory that the worktrees of a repository share. Raises Undecidable."""
    asked = command.run(path, "rev-parse", "--git-common-dir")
    if not asked.code:
        # Relative to the folder where git was asked, which is not always the top.
        return path / asked.out.decode(errors="surrogateescape").rstrip("\n")
    if "dubious ownership" in asked.complaint:
        raise not_owned(path, asked.complaint)
    complaint = " ".join(asked.complaint.split()).removeprefix("fatal: ")
    raise Undecidable(
        f"neither libgit2 nor this git opens the repository: {complaint}",
        where=str(path),
        remedy="Upgrade git (`git --version`), or convert the repository to the format that"
        " every git reads: SHA-1 objects, `files` references",
    )


def _end(conversations: dict[str, _Conversation]) -> None:
    while conversations:
        conversations.popitem()[1].end()
