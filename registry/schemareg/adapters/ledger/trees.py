"""A Git tree with some files replaced: only the trees above those files are written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Git = Callable[[tuple[str, ...], bytes], bytes]
    """Runs a git command on an input and returns its output."""


class _Entry(NamedTuple):
    mode: str
    id: str


_Tree = dict[bytes, _Entry]
_FOLDER = "40000"
_FILE = "100644"
_KINDS = {_FOLDER: "tree", "160000": "commit"}


def changed(git: Git, tip: str, files: Mapping[str, str | None]) -> str:
    """The id of a commit's tree (`""`: empty) after replacing these files.

    Path to the id of a blob; None removes the file, and with the last file its folder.
    """
    folders = sorted({above for path in files for above in _above(path)})
    trees = _read(git, tip, folders)
    for path, id_ in files.items():
        folder, _, name = path.rpartition("/")
        _put(trees[folder], name, None if id_ is None else _Entry(_FILE, id_))
    made = ""
    for depth in sorted({_depth(each) for each in folders}, reverse=True):
        level = [each for each in folders if _depth(each) == depth]
        for folder, id_ in zip(level, _write(git, (trees[each] for each in level)), strict=True):
            made = id_
            if folder:
                above, _, name = folder.rpartition("/")
                _put(trees[above], name, _Entry(_FOLDER, id_) if trees[folder] else None)
    return made


def _above(path: str) -> Iterable[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _put(tree: _Tree, name: str, entry: _Entry | None) -> None:
    if entry is None:
        tree.pop(os.fsencode(name), None)
    else:
        tree[os.fsencode(name)] = entry


def _read(git: Git, tip: str, folders: list[str]) -> dict[str, _Tree]:
    """The trees of these folders; an empty tree for a missing one."""
    if not tip:
        return {each: {} for each in folders}
    names = "".join(f"{tip}:{each}\n" for each in folders).encode()
    out = git(("cat-file", "--batch"), names)
    found: dict[str, _Tree] = {}
    at = 0
    for folder in folders:
        end = out.index(b"\n", at)
        words = out[at:end].split(b" ")
        if words[-1] == b"missing":
            found[folder], at = {}, end + 1
            continue
        size = int(words[2])
        content = out[end + 1 : end + 1 + size] if words[1] == b"tree" else b""
        found[folder] = _parsed(content, len(tip) // 2)
        at = end + 2 + size
    return found


def _parsed(content: bytes, length: int) -> _Tree:
    """Source: the form of a tree object: mode, space, name, NUL, the id in `length` bytes."""
    found: _Tree = {}
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        found[name] = _Entry(mode.decode(), content[end + 1 : end + 1 + length].hex())
        at = end + 1 + length
    return found


def _write(git: Git, trees: Iterable[_Tree]) -> list[str]:
    """Write these trees in one run; returns their ids."""
    text = b"".join(
        b"".join(
            f"{mode} {_KINDS.get(mode, 'blob')} {id_}\t".encode() + name + b"\0"
            for name, (mode, id_) in tree.items()
        )
        + b"\0"
        for tree in trees
    )
    return git(("mktree", "-z", "--batch", "--missing"), text).decode().split()
