"""The ledger's files in `refs/reg/ledger`: read, and written by compare-and-swap.

It is a separate line of commits, made by plumbing: no file of the working tree, no index and no
other ref changes. With a remote, its ref is the ledger, and the local ref is a copy of the
last fetched state; without a remote, the local ref is the ledger.
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
"""The command that fetches the ledger into a clone."""

LONGEST = 2_000
"""The maximum length of the line in commits; then it starts again with the same files."""
PATIENCE = 120.0
"""Seconds for one git command over the network."""

_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FETCHING = (
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--no-prune"),
    *("--no-auto-gc", "--no-recurse-submodules"),
)
"""Fetches objects only: no ref of the user changes."""
_PUSHING = (
    *("push", "--porcelain", "--quiet", "--no-verify", "--no-follow-tags", "--no-signed"),
    "--no-recurse-submodules",
)
"""Pushes one ref only, whatever the user's push settings are."""
_WHO = {
    f"GIT_{who}_{what}": word
    for who in ("AUTHOR", "COMMITTER")
    for what, word in (("NAME", "reg"), ("EMAIL", "reg@localhost"))
}
_PASSWORD = re.compile(r"(\w+://)[^@/\s]*@")
_RACE = re.compile(
    r"stale info|cannot lock ref|reference already exists|fetch first|failed to (?:lock|update ref)"
)
"""The messages of git if another writer was faster."""
_FINAL = re.compile(
    r"remote rejected|denied|declined|error: 40[134]|[Aa]uthentication failed|could not read"
    r"|not found|not appear to be|does not exist|terminal prompts disabled|[Pp]ermission"
)
"""The messages of git if a retry cannot succeed."""
_PAUSES = (0.5, 1.5)
"""Seconds before a retry of a command over the network."""
_TIMED_OUT = 124
"""The exit code of timeout(1)."""


class LedgerRef:
    """The ledger of one repository."""

    def __init__(self, folder: Path, remote: str) -> None:
        """`remote` is the name of a remote; `""`: the local ref is the ledger."""
        self._folder = folder
        self.remote = remote
        self.said = ""
        """The message of git when `tip` was last outdated."""

    @property
    def here(self) -> LedgerRef:
        """The local copy of the ledger, without the remote."""
        return LedgerRef(self._folder, "")

    def known(self) -> str:
        """The newest commit of the local copy; `""` if there is none."""
        return self._id("rev-parse", "--quiet", "--verify", f"{REF}^{{commit}}")

    def tip(self) -> str:
        """The newest commit of the ledger, with its objects fetched; `""` if there is none.

        Raises Undecidable if the remote does not answer.
        """
        if not self.remote:
            return self.known()
        found = self._at_the_remote(REF)
        if found and not self._has(found):
            self._fetch(found)
        return found

    def branch(self, name: str) -> str:
        """The newest commit of a branch in the repository of the ledger; `""` if there is none.

        Raises Undecidable if the remote does not answer.
        """
        ref = f"refs/heads/{name}"
        if not self.remote:
            return self._id("rev-parse", "--quiet", "--verify", f"{ref}^{{commit}}")
        return self._at_the_remote(ref)

    def leads_to(self, commit: str, other: str) -> bool | None:
        """Whether the first commit is an ancestor of the second; None if unknown.

        The second is fetched if it is missing and available.
        """
        if not self._there(other) and self.remote and _ID.fullmatch(other):
            self._over_the_network(*_FETCHING, self.remote, other)
        if not self._there(other):
            return None
        result = self._run("merge-base", "--is-ancestor", commit, other)
        return None if result.code > 1 else not result.code

    def keep(self, tip: str) -> None:
        """Update the local ref to the fetched state."""
        if self.remote and _ID.fullmatch(tip):
            self._run("update-ref", "--no-deref", REF, tip)

    def read(self, tip: str, folders: Iterable[str], paths: Iterable[str]) -> dict[str, bytes]:
        """The files of a commit of the ledger, or of the local ref, in these folders and at these
        paths.

        Path to content, sorted. Raises Undecidable if git fails.
        """
        if not tip:
            return {}
        ids = self._listed(tip, [*folders, *paths])
        return dict(zip(ids, self._contents(list(ids.values())), strict=True))

    def glance(self, *paths: str) -> tuple[bytes, ...]:
        """The content of the local ledger at these paths, by one run of git; empty if missing.

        For a folder the content is meaningless.
        """
        result = self._run("cat-file", "--batch", lines=[f"{REF}:{path}" for path in paths])
        found, at = [], 0
        for _ in paths:
            end = result.out.find(b"\n", at)
            words = result.out[at:end].split(b" ")
            if end < 0 or words[-1] == b"missing" or not words[-1].isdigit():
                found.append(b"")
                at = end + 1
                continue
            size = int(words[-1])
            found.append(result.out[end + 1 : end + 1 + size])
            at = end + 2 + size
        return tuple(found)

    def names(self, tip: str, folders: Iterable[str]) -> tuple[str, ...]:
        """The paths of the files in these folders at a commit of the ledger, sorted."""
        return tuple(self._listed(tip, list(folders))) if tip else ()

    def added(self, folder: str) -> dict[str, int]:
        """The times when files of a folder came into the local ledger: path to seconds since 1970.

        Its first commit is left out. Raises Undecidable if git fails.
        """
        result = self._run(
            *("log", "--no-renames", "--diff-filter=A", "--name-only", "-z", "--min-parents=1"),
            *("--format=%x01%ct", REF, "--", folder),
        )
        if result.code:
            raise _unread(REF, result.complaint)
        found: dict[str, int] = {}
        for part in result.out.decode(errors="surrogateescape").split("\x01")[1:]:
            time, _, paths = part.partition("\n")
            if time.strip("\0").isdigit():
                found |= {
                    path: int(time.strip("\0")) for path in paths.strip("\n").split("\0") if path
                }
        return found

    def swap(self, tip: str, changed: Mapping[str, bytes | None], why: str) -> str | None:
        """Commit changed files to the ledger; returns the new commit, or None if `tip` is outdated.

        A path without content is removed. Raises RegistryError if the remote refuses, Undecidable
        if it does not answer.
        """
        made = self._commit(tip, changed, why)
        if not self.remote:
            done = self._run("update-ref", "--no-deref", REF, made, tip or "0" * len(made))
            if done.code and self.known() == tip and not _RACE.search(done.complaint):
                raise _unwritten("update-ref", done)
            self.said = _plain(done.complaint)
            return None if done.code else made
        lease = f"--force-with-lease={REF}:{tip}"
        # A mirror remote pushes all refs and refuses to push one.
        single = ("-c", f"remote.{self.remote}.mirror=false")
        pushed = self._over_the_network(*single, *_PUSHING, lease, self.remote, f"{made}:{REF}")
        # If only the answer was lost, the push still succeeded.
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
        """Write the contents as objects: path to id. One process, without the user's filters."""
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
        result = self._run("cat-file", "--batch", lines=ids)
        found, at = [], 0
        for id_ in ids:
            end = result.out.find(b"\n", at)
            head = result.out[at:end].decode(errors="replace").split(" ")
            if end < 0 or len(head) != 3 or head[1] != "blob":
                raise _unread(id_, result.complaint)
            size = int(head[2])
            found.append(result.out[end + 1 : end + 1 + size])
            at = end + 2 + size
        return found

    def _there(self, commit: str) -> bool:
        # Other questions make a partial clone fetch the whole history again.
        result = self._run("rev-list", "--missing=print", "--max-count=1", commit, "--")
        return not result.code and b"?" not in result.out  # before Git 2.45 it is an error

    def _has(self, commit: str) -> bool:
        if commit == self.known():
            return True
        result = self._run("rev-list", "--objects", "--missing=print", "--max-count=1", commit)
        return not result.code and b"\n?" not in b"\n" + result.out

    def _at_the_remote(self, ref: str) -> str:
        listed = self._over_the_network("ls-remote", "--quiet", "--refs", self.remote, ref)
        if listed.code:
            raise _unreached(self.remote, listed)
        # Git also lists refs that only end in this name, such as a branch with this name.
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
        result = self._run(*arguments)
        text = result.out.decode(errors="replace").strip()
        return text if not result.code and _ID.fullmatch(text) else ""

    def _made(
        self, *arguments: str, lines: Iterable[str] = (), extra: Mapping[str, str] | None = None
    ) -> str:
        done = self._run(*arguments, lines=lines, extra=extra)
        if done.code:
            raise _unwritten(arguments[0], done)
        return done.out.decode(errors="replace").strip()

    def _over_the_network(self, *arguments: str) -> GitOutput:
        """The output of git; after a temporary failure, of a retry."""
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
                "the command git is needed and is not on the PATH", remedy="Install git"
            ) from None
        return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace").strip())


def ledger(folder: Path, branch: str) -> LedgerRef:
    """The ledger of a folder's repository: at the remote of the branch.

    Raises RegistryError if there are remotes and none can be chosen.
    """
    listed = git_command.run(folder, "remote")
    names = listed.out.decode(errors="replace").split()
    result = git_command.run(folder, "config", "--get", f"branch.{branch}.remote")
    own = result.out.decode(errors="replace").strip()
    for each in (own, "upstream", "origin", *(names if len(names) == 1 else ())):
        if each in names:
            return LedgerRef(folder, each)
    if names:
        raise RegistryError(
            "there are several remotes, and none is named origin",
            remedy=f"Name the remote of the protected branch: git config branch.{branch}.remote"
            f" {names[0]}",
        )
    return LedgerRef(folder, "")


def _plain(text: str) -> str:
    return _PASSWORD.sub(r"\1", " ".join(text.split())) or "no reason given"


def _unwritten(command: str, done: GitOutput) -> RegistryError:
    return RegistryError(
        f"git could not write the ledger: {_plain(done.complaint)}",
        where=f"git {command}",
        remedy="Free disk space, or get write access to the Git directory",
    )


def _unreached(remote: str, done: GitOutput) -> Undecidable:
    return Undecidable(
        f"the ledger at {remote!r} cannot be reached: {_plain(done.complaint)}",
        where=REF,
        remedy=f"Run this to see the cause: git ls-remote {remote} {REF}",
    )


def _said(done: GitOutput) -> str:
    return f"{done.out.decode(errors='replace')} {done.complaint}"


def _refused(remote: str, done: GitOutput) -> RegistryError:
    lines = done.out.decode(errors="replace").splitlines()
    refusal = " ".join(line.rpartition("\t")[2] for line in lines if line.startswith("!"))
    return RegistryError(
        f"{remote!r} refused the ledger: {_plain(f'{refusal} {done.complaint}')}",
        where=REF,
        remedy="This command needs the right to push that ref: in GitHub Actions "
        "`permissions: contents: write`, and a checkout that persists its credentials "
        "or a token for git",
    )


def _unread(what: str, complaint: str) -> Undecidable:
    return Undecidable(
        f"git cannot read {what[:12]} of the ledger: {_plain(complaint)}",
        where=REF,
        remedy=f"Fetch it again: {FETCH}",
    )
