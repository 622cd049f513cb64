"""Small files in the Git directory: what can be found again, kept to save the time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from schemareg.adapters.files import write_atomically
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from pathlib import Path


def read(folder: Path, name: str) -> bytes:
    """What was kept; nothing where nothing was, or where it cannot be read."""
    try:
        return (folder / name).read_bytes()
    except OSError:
        return b""


def write(folder: Path, name: str, data: bytes) -> None:
    """Keep it, whole or not at all; where the folder may not be written to, it is not kept."""
    with contextlib.suppress(OSError, RegistryError):
        folder.mkdir(exist_ok=True)
        write_atomically(folder, name, data)
