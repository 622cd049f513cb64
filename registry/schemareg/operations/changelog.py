"""The facts of a history, newest first: of all products or of one, computed as they are read."""

import os
from collections.abc import Generator, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.adapters.history.history import GitHistory
    from schemareg.changelog.facts import Fact, Facts
    from schemareg.model import Landing, PathChange


def facts(
    root: Path,
    history: "GitHistory",
    folders: Sequence[str] | None = None,
    since: date | None = None,
) -> Generator["Fact"]:
    """Facts of a history, newest first, computed as they are read.

    Only of these folders of products, where they are given; none that landed before `since`.
    """
    from schemareg.changelog.facts import Facts

    teller = Facts(history)
    for changes in _changes(root, history, folders):
        newest = reversed(changes)
        while some := tuple(islice(newest, _TOGETHER)):
            for change, said in zip(some, facts_of(history, teller, some), strict=True):
                if since is not None and change.landing.time.date() < since:
                    return
                yield from reversed(said)


_TOGETHER = 200
"""Changes whose cached facts are looked up at a time."""


def facts_of(
    history: "GitHistory", teller: "Facts", changes: Sequence["PathChange"]
) -> Iterator[tuple["Fact", ...]]:
    """The facts of each of these changes, from the cache, or computed and cached."""
    from schemareg.changelog import cache as remembered

    keys = [remembered.key(each) for each in changes]
    known = history.noted(key for key in keys if key is not None)
    new: dict[bytes, bytes] = {}
    try:
        for change, key in zip(changes, keys, strict=True):
            if key in known:
                yield remembered.facts(known[key], change)
                continue
            facts = tuple(teller.of((change,)))
            if key is not None:
                new[key] = remembered.kept(facts)
            yield facts
    finally:  # the caller may stop early
        history.note(new)


def _changes(
    root: Path, history: "GitHistory", folders: Sequence[str] | None
) -> Iterator[tuple["PathChange", ...]]:
    """The changes in portions, newest portion first."""
    if folders is not None:
        found = [change for folder in folders for change in history.changes(folder)]
        yield tuple(sorted(found, key=lambda each: (each.landing.ordinal, each.path)))
        return
    shown: Landing | None = None
    for steps in (200, 2_000, None):
        since = None if steps is None else _before(root, history, steps)
        portion = history.changes("", after=since)
        last = shown.ordinal if shown else None
        yield tuple(each for each in portion if last is None or each.landing.ordinal <= last)
        if since is None:
            return
        shown = since


def _before(root: Path, history: "GitHistory", steps: int) -> "Landing | None":
    """The landing `steps` before the newest; None where there are fewer."""
    from schemareg.adapters.git import command

    asked = command.run(
        root, "rev-parse", "--quiet", "--verify", f"{history.commit}~{steps}^{{commit}}"
    )
    return history.landing(asked.out.decode().strip()) if not asked.code else None


def folders(root: Path, history: "GitHistory", product: str) -> list[str]:
    """The folders that a product of this name has, or ever had, sorted."""
    from schemareg.history.paths import PathPart, path_subject

    flat = f"products/{product}"
    if any(each.path == f"{flat}/product.yaml" for each in history.changes(flat)):
        return [flat]
    standing = _standing(root, history, product)
    found = standing or {
        path_subject(each.path).folder
        for each in history.changes("products")
        if path_subject(each.path).part is PathPart.PRODUCT
        and path_subject(each.path).product == product
    }
    if not found:
        raise RegistryError(
            f"no product called {product!r} ever landed",
            remedy="To see what there is: reg list; what is proposed has no history yet",
        )
    return sorted(found)


def _standing(root: Path, history: "GitHistory", product: str) -> set[str]:
    """The folders of a product in domains at the head; asking Git is cheap."""
    from schemareg.adapters.git import command

    listed = command.run(
        root, "ls-tree", "-dz", "--full-tree", "--name-only", history.commit, "products/"
    )
    folders = [os.fsdecode(each) for each in listed.out.split(b"\0") if each and b"\n" not in each]
    asked = [f"{history.commit}:{each}/{product}/product.yaml" for each in folders]
    answer = command.run(root, "cat-file", "--batch-check=%(objecttype)", lines=asked)
    kinds = answer.out.decode("utf-8", "replace").splitlines()
    if len(kinds) != len(folders):
        return set()
    return {
        f"{each}/{product}" for each, kind in zip(folders, kinds, strict=True) if kind == "blob"
    }
