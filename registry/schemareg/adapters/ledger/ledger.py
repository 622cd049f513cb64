"""The ledger's files in `refs/reg/ledger`: read, and written by compare-and-swap.

It is a line of commits of its own, made by plumbing: no file of the working tree, no index and no
other ref is touched. Where there is a remote, its ref is the ledger, and the one here is a copy of
what was seen last; without a remote, the one here is the ledger.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.adapters import clock
from schemareg.adapters.git import command as git_command
from schemareg.adapters.git.command import GitOutput
from schemareg.adapters.ledger import trees
from schemareg.adapters.ledger.ref import REF
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FETCH = f"git fetch --no-filter origin +{REF}:{REF}"
"""What brings the ledger into a clone."""

LONGEST = 2_000
"""So many commits the line may have; then it begins anew, with the same files."""
PATIENCE = 120.0
"""Seconds that one command of git may take over the network."""

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FETCHING = (
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-prune"),
    *("--no-auto-gc", "--no-recurse-submodules"),
)
"""Objects alone are wanted: no ref of the user's moves."""
_PUSHING = (
    *("push", "--porcelain", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed"),
    "--no-recurse-submodules",
)
"""One ref alone is meant, whatever the user has set for pushes of their own."""
_WHO = {
    f"GIT_{who}_{what}": word
    for who in ("AUTHOR", "COMMITTER")
    for what, word in (("NAME", "reg"), ("EMAIL", "reg@localhost"))
}
_PASSWORD = re.compile(r"(\w+://)[^@/\s]*@")
_RACE = re.compile(
    r"stale info|cannot lock ref|reference already exists|fetch first|failed to (?:lock|update ref)"
)
"""What git says where somebody else was quicker."""
_FINAL = re.compile(
    r"remote rejected|denied|declined|error: 40[134]|[Aa]uthentication failed|could not read"
    r"|not found|not appear to be|does not exist|terminal prompts disabled|[Pp]ermission"
)
"""What git says where trying again as it is cannot help."""
_PAUSES = (0.5, 1.5)
"""Seconds before a command over the network is tried again."""
_TIMED_OUT = 124
"""As timeout(1) says it."""


class LedgerRef:
    """The ledger of one repository."""

    def __init__(self, folder: Path, remote: str) -> None:
        """`remote` is the name of one, or `""`: then the ref here is the ledger."""
        self._folder = folder
        self.remote = remote
        self.said = ""
        """What git said when `tip` was outdated the last time."""

    @property
    def here(self) -> LedgerRef:
        """The ledger as it was seen last here, whatever the remote has."""
        return LedgerRef(self._folder, "")

    def known(self) -> str:
        """The newest commit of the ledger as it was seen last here; `""` where there is none."""
        return self._id("rev-parse", "--quiet", "--verify", f"{REF}^{{commit}}")

    def tip(self) -> str:
        """The newest commit of the ledger, its objects at hand; `""` where there is none.

        Raises Undecidable where the remote does not answer.
        """
        if not self.remote:
            return self.known()
        found = self._at_the_remote(REF)
        if found and not self._has(found):
            self._fetch(found)
        return found

    def branch(self, name: str) -> str:
        """The newest commit of a branch where the ledger is; `""` where there is no such branch.

        Raises Undecidable where the remote does not answer.
        """
        ref = f"refs/heads/{name}"
        if not self.remote:
            return self._id("rev-parse", "--quiet", "--verify", f"{ref}^{{commit}}")
        return self._at_the_remote(ref)

    def leads_to(self, commit: str, other: str) -> bool | None:
        """Whether the first commit is one of the second's ancestors; None where that cannot be told.

        The second is fetched where it is not here, if it can be had.
        """
        if not self._there(other) and self.remote and _ID.fullmatch(other):
            self._over_the_network(*_FETCHING, self.remote, other)
        if not self._there(other):
            return None
        asked = self._run("merge-base", "--is-ancestor", commit, other)
        return None if asked.code > 1 else not asked.code

    def keep(self, tip: str) -> None:
        """Have the ref here say what was seen."""
        if self.remote and _ID.fullmatch(tip):
            self._run("update-ref", "--no-deref", REF, tip)

    def read(self, tip: str, folders: Iterable[str], paths: Iterable[str]) -> dict[str, bytes]:
        """The files that a commit of the ledger, or the ref here, has in these folders and at these paths.

        Path to content, sorted. Raises Undecidable where git cannot say.
        """
        if not tip:
            return {}
        ids = self._listed(tip, [*folders, *paths])
        return dict(zip(ids, self._contents(list(ids.values())), strict=True))

    def glance(self, *paths: str) -> tuple[bytes, ...]:
        """What the ledger here has at these paths, by one run of git; nothing where it has nothing.

        Of a folder it is something that is not to be read.
        """
        told = self._run("cat-file", "--batch", lines=[f"{REF}:{path}" for path in paths])
        found, at = [], 0
        for _ in paths:
            end = told.out.find(b"\n", at)
            words = told.out[at:end].split(b" ")
            if end < 0 or words[-1] == b"missing" or not words[-1].isdigit():
                found.append(b"")
                at = end + 1
                continue
            size = int(words[-1])
            found.append(told.out[end + 1 : end + 1 + size])
            at = end + 2 + size
        return tuple(found)

    def names(self, tip: str, folders: Iterable[str]) -> tuple[str, ...]:
        """The paths of the files that a commit of the ledger has in these folders, sorted."""
        return tuple(self._listed(tip, list(folders))) if tip else ()

    def added(self, folder: str) -> dict[str, int]:
        """When the files of a folder came into the ledger here: path to seconds since 1970.

        Its first commit is left out. Raises Undecidable where git cannot say.
        """
        told = self._run(
            *("log", "--no-renames", "--diff-filter=A", "--name-only", "-z", "--min-parents=1"),
            *("--format=%x01%ct", REF, "--", folder),
        )
        if told.code:
            raise _unread(REF, told.complaint)
        found: dict[str, int] = {}
        for part in told.out.decode(errors="surrogateescape").split("\x01")[1:]:
            time, _, paths = part.partition("\n")
            if time.strip("\0").isdigit():
                found |= {
                    path: int(time.strip("\0")) for path in paths.strip("\n").split("\0") if path
                }
        return found

    def swap(self, tip: str, changed: Mapping[str, bytes | None], why: str) -> str | None:
        """The ledger's new commit, in which these files are changed; None where `tip` is outdated.

        A path without content is removed. Raises RegistryError where the remote refuses, Undecidable
        where it does not answer.
        """
        made = self._commit(tip, changed, why)
        if not self.remote:
            done = self._run("update-ref", "--no-deref", REF, made, tip or "0" * len(made))
            if done.code and self.known() == tip and not _RACE.search(done.complaint):
                raise _unwritten("update-ref", done)
            self.said = _plain(done.complaint)
            return None if done.code else made
        lease = f"--force-with-lease={REF}:{tip}"
        # A mirror would have all its refs pushed, and refuses to push one.
        single = ("-c", f"remote.{self.remote}.mirror=false")
        pushed = self._over_the_network(*single, *_PUSHING, lease, self.remote, f"{made}:{REF}")
        # Where only the answer was lost, it is there all the same.
        if pushed.code and (now := self.tip()) != made:
            if now != tip or _RACE.search(_said(pushed)):
                self.said = _plain(_said(pushed))
                return None
            if _FINAL.search(_said(pushed)):
                raise _refused(self.remote, pushed)
            raise _unreached(self.remote, pushed)
        self.keep(made)
        return made

    def _commit(self, tip: str, changed: Mapping[str, bytes | None], why: str) -> str:
        tree = trees.changed(self._git, tip, self._blobs(changed))
        parents = ("-p", tip) if tip and not self._long(tip) else ()
        return self._made("commit-tree", tree, *parents, "-m", why, extra=_WHO)

    def _blobs(self, changed: Mapping[str, bytes | None]) -> dict[str, str | None]:
        """The contents as objects: path to id. By one process, and without the user's filters."""
        import tempfile

        written = [path for path, content in changed.items() if content is not None]
        with tempfile.TemporaryDirectory(prefix="reg-ledger-") as scratch:
            names = [f"{scratch}/{number}" for number in range(len(written))]
            for name, path in zip(names, written, strict=True):
                Path(name).write_bytes(changed[path] or b"")
            made = self._made("hash-object", "-w", "--no-filters", "--stdin-paths", lines=names)
        found: dict[str, str | None] = dict.fromkeys(changed)
        return found | dict(zip(written, made.split(), strict=True))

    def _git(self, command: tuple[str, ...], text: bytes) -> bytes:
        done = self._run(*command, text=text)
        if done.code:
            raise _unwritten(command[0], done)
        return done.out

    def _long(self, tip: str) -> bool:
        counted = self._made("rev-list", "--count", f"--max-count={LONGEST}", tip)
        return int(counted) >= LONGEST

    def _listed(self, tip: str, names: list[str]) -> dict[str, str]:
        """Path to id of the files at and below these names."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", tip, "--", *names)
        if listed.code and tip == REF and not self.known():
            return {}
        if listed.code:
            raise _unread(tip, listed.complaint)
        found = {}
        for line in listed.out.split(b"\0"):
            about, _, path = line.partition(b"\t")
            mode, _, rest = about.decode().partition(" ")
            if mode == "100644":
                found[os.fsdecode(path)] = rest.split(" ")[1]
        return found

    def _contents(self, ids: list[str]) -> list[bytes]:
        told = self._run("cat-file", "--batch", lines=ids)
        found, at = [], 0
        for id_ in ids:
            end = told.out.find(b"\n", at)
            head = told.out[at:end].decode(errors="replace").split(" ")
            if end < 0 or len(head) != 3 or head[1] != "blob":
                raise _unread(id_, told.complaint)
            size = int(head[2])
            found.append(told.out[end + 1 : end + 1 + size])
            at = end + 2 + size
        return found

    def _there(self, commit: str) -> bool:
        # Whoever asks a partial clone in another way has it fetch the whole history anew.
        asked = self._run("rev-list", "--missing=print", "--max-count=1", commit, "--")
        return not asked.code and b"?" not in asked.out  # before Git 2.45 it is an error

    def _has(self, commit: str) -> bool:
        if commit == self.known():
            return True
        asked = self._run("rev-list", "--objects", "--missing=print", "--max-count=1", commit)
        return not asked.code and b"\n?" not in b"\n" + asked.out

    def _at_the_remote(self, ref: str) -> str:
        listed = self._over_the_network("ls-remote", "--quiet", "--refs", self.remote, ref)
        if listed.code:
            raise _unreached(self.remote, listed)
        # Git lists as well what only ends in this name, such as a branch that is called so.
        for line in listed.out.decode(errors="replace").splitlines():
            id_, _, name = line.partition("\t")
            if name == ref and _ID.fullmatch(id_):
                return id_
        return ""

    def _fetch(self, tip: str) -> None:
        done = self._over_the_network(*_FETCHING, "--no-filter", self.remote, REF)
        if done.code or not self._has(tip):
            raise _unreached(self.remote, done)

    def _id(self, *arguments: str) -> str:
        told = self._run(*arguments)
        text = told.out.decode(errors="replace").strip()
        return text if not told.code and _ID.fullmatch(text) else ""

    def _made(
        self, *arguments: str, lines: Iterable[str] = (), extra: Mapping[str, str] | None = None
    ) -> str:
        done = self._run(*arguments, lines=lines, extra=extra)
        if done.code:
            raise _unwritten(arguments[0], done)
        return done.out.decode(errors="replace").strip()

    def _over_the_network(self, *arguments: str) -> GitOutput:
        """What git says; after a failure that may pass, what it says some moments later."""
        done = self._run(*arguments, patience=PATIENCE)
        for wait in _PAUSES:
            said = _said(done)
            if done.code in (0, _TIMED_OUT) or _FINAL.search(said) or _RACE.search(said):
                break
            clock.pause(wait)
            done = self._run(*arguments, patience=PATIENCE)
        return done

    def _run(
        self,
        *arguments: str,
        lines: Iterable[str] = (),
        text: bytes = b"",
        extra: Mapping[str, str] | None = None,
        patience: float | None = None,
    ) -> GitOutput:
        try:
            done = subprocess.run(
                ["git", "-C", str(self._folder), *arguments],
                input=text or "".join(f"{line}\n" for line in lines).encode(),
                capture_output=True,
                check=False,
                env=git_command.environment() | dict(extra or {}),
                timeout=patience,
            )
        except subprocess.TimeoutExpired:
            return GitOutput(_TIMED_OUT, b"", f"no answer within {PATIENCE:.0f} seconds")
        except FileNotFoundError:
            raise Undecidable(
                "the command git is needed here, and is not on the PATH", remedy="Install git"
            ) from None
        return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())


def ledger(folder: Path, branch: str) -> LedgerRef:
    """The ledger of the repository that a folder lies in: at the remote where the branch lives.

    Raises RegistryError where there are remotes, and none of them to choose.
    """
    listed = git_command.run(folder, "remote")
    names = listed.out.decode(errors="replace").split()
    asked = git_command.run(folder, "config", "--get", f"branch.{branch}.remote")
    own = asked.out.decode(errors="replace").strip()
    for each in (own, "upstream", "origin", *(names if len(names) == 1 else ())):
        if each in names:
            return LedgerRef(folder, each)
    if names:
        raise RegistryError(
            "there are several remotes, and none is called origin",
            remedy=f"Say which has the protected branch: git config branch.{branch}.remote"
            f" {names[0]}",
        )
    return LedgerRef(folder, "")


def _plain(text: str) -> str:
    return _PASSWORD.sub(r"\1", " ".join(text.split())) or "it does not say why"


def _unwritten(command: str, done: GitOutput) -> RegistryError:
    return RegistryError(
        f"git could not write the ledger: {_plain(done.complaint)}",
        where=f"git {command}",
        remedy="Make room, or give yourself the right to write to the Git directory",
    )


def _unreached(remote: str, done: GitOutput) -> Undecidable:
    return Undecidable(
        f"the ledger cannot be asked for at {remote!r}: {_plain(done.complaint)}",
        where=REF,
        remedy=f"See what this says: git ls-remote {remote} {REF}",
    )


def _said(done: GitOutput) -> str:
    return f"{done.out.decode(errors='replace')} {done.complaint}"


def _refused(remote: str, done: GitOutput) -> RegistryError:
    lines = done.out.decode(errors="replace").splitlines()
    told = " ".join(line.rpartition("\t")[2] for line in lines if line.startswith("!"))
    return RegistryError(
        f"{remote!r} refused the ledger: {_plain(f'{told} {done.complaint}')}",
        where=REF,
        remedy="Whoever runs this needs the right to push that ref: in GitHub Actions"
        " `permissions: contents: write`, and a checkout that keeps its credentials or a token"
        " given to git",
    )


def _unread(what: str, complaint: str) -> Undecidable:
    return Undecidable(
        f"git cannot read {what[:12]} of the ledger: {_plain(complaint)}",
        where=REF,
        remedy=f"Fetch it anew: {FETCH}",
    )
