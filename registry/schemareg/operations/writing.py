"""Files that a command writes: all of them or none, never over what is there."""

from collections.abc import Mapping
from pathlib import Path

from schemareg.model.errors import RegistryError


def create(home: Path, files: Mapping[str, str]) -> list[str]:
    """Write new files below `home`; their paths. Raises RegistryError where one is there already."""
    for path in files:
        if (home / path).exists() or (home / path).is_symlink():
            raise RegistryError(
                "is there already, and nothing is overwritten",
                where=path,
                remedy="Edit it, or choose another name",
            )
    for path, text in files.items():
        put(home, path, text)
    return list(files)


def put(home: Path, path: str, text: str) -> None:
    """Write one file below `home`, whole or not at all; folders on the way are made."""
    from schemareg.adapters.files import write_atomically

    write_atomically(home, path, text.encode())


def rename(home: Path, old: str, new: str) -> None:
    """Rename a file below `home`. Raises RegistryError where the new name is taken."""
    if (home / new).exists():
        raise RegistryError(
            "is there already, and nothing is overwritten",
            where=new,
            remedy=f"Compare it with {old}, and take away the one that is not wanted",
        )
    (home / old).rename(home / new)
