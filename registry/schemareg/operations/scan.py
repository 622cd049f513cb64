"""Scan any repository of schema files: what it did to versions that it had published."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.scan.scan import Reach, Scan


def scan(
    repository: Path,
    *,
    layout: str | None = None,
    head: str = "HEAD",
    since: date | None = None,
    level: str = "BACKWARD",
    content: str = "declared",
) -> "Scan":
    """What a repository did to the versions that it had published, up to a revision.

    `layout` is a pattern such as `schemas/{product}/{schema}/{version}.json`, by default that of
    most of its files. Raises Undecidable where the clone is shallow.
    """
    from schemareg.adapters.history import history
    from schemareg.model import Content, Level
    from schemareg.scan import scan as scans
    from schemareg.scan.layout import Layout

    with history.history(repository, head) as named:
        commit = named.commit
    pattern = layout or propose_layout(repository, commit)
    paths = Layout(pattern)
    watched = (paths.root,) if paths.root else ()
    rules = scans.Rules(Level[level], Content(content))
    with history.history(repository, commit, watched=watched) as line:
        asked = scans.Asked(
            repository.resolve().name, commit, paths, pattern, layout is None, rules, since
        )
        try:
            return scans.scan(asked, line.stream().landings, line.read_all, _reach(line))
        except KeyError as error:
            raise Undecidable(
                f"the content of a published version is missing here: {error.args[0]}",
                where=str(repository),
                remedy="`git fsck` names what is damaged; a partial clone: git fetch --refetch",
            ) from None


def _reach(line: "GitHistory") -> "Reach":
    from schemareg.documents.text import LARGEST
    from schemareg.model import Kind

    files = line.files("head")

    def reach(path: str) -> bytes | None:
        entry = files.entry(path)
        if entry is None or entry.kind is not Kind.FILE or files.size(path) > LARGEST:
            return None
        return files.read(path)

    return reach


def propose_layout(repository: Path, commit: str) -> str:
    """The layout that most schema files of a commit have. Raises RegistryError where there is none."""
    from schemareg.adapters.git import command
    from schemareg.scan.layout_guess import propose

    listed = command.run(
        repository, "ls-tree", "-rz", "--full-tree", "--name-only", commit
    ).out.split(b"\0")
    try:
        return propose(os.fsdecode(each) for each in listed if each)
    except RegistryError as error:
        raise RegistryError(error.what, where=str(repository), remedy=error.remedy) from None
