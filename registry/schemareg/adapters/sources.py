"""A reader's own SQL files: found by patterns below one folder, and never outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_FILES = 100_000
MAX_BYTES = 40_000_000
"""Of one file; longer ones are given as text of this length, which nothing reads further."""


def texts(folder: Path, patterns: Iterable[str]) -> dict[str, str]:
    """Path below the folder to text, sorted, of the files that any of the patterns matches.

    A link that leads outside the folder is passed over. Raises RegistryError for a pattern that
    does, and where there are more than `MAX_FILES` files.
    """
    top = folder.resolve()
    found: dict[str, str] = {}
    for pattern in patterns:
        if pattern.startswith(("/", "~")) or ".." in pattern.split("/") or ":" in pattern:
            raise RegistryError(
                f"{pattern!r} leads outside the folder",
                remedy="Write a pattern of paths below it, as sql/**/*.sql",
            )
        for path in top.glob(pattern):
            if not path.is_file() or not path.resolve().is_relative_to(top):
                continue
            if len(found) >= MAX_FILES:
                raise RegistryError(
                    f"more than {MAX_FILES:,} files match {pattern!r}", remedy="Narrow the pattern"
                )
            with path.open("rb") as file:
                data = file.read(MAX_BYTES)
            found[path.relative_to(top).as_posix()] = data.decode("utf-8", "replace")
    return dict(sorted(found.items()))
