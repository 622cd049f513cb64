"""Small files in the Git directory: what can be found again, kept to save the time.

The Git directory may come from a cache that others can write. What a verdict would believe bears a mark
under a key of the user; what has another mark is found again.
"""

from __future__ import annotations

import contextlib
import hmac
from typing import TYPE_CHECKING

from schemareg.adapters.files import write_atomically
from schemareg.adapters.user_key import user_key
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


def read_own(folder: Path, name: str) -> bytes:
    """What `write_own` kept for the same user; nothing where it bears no mark of theirs."""
    mark, _, data = read(folder, name).partition(b" ")
    key = user_key() if data else None
    if key is None or not hmac.compare_digest(_mark(data, key), mark):
        return b""
    return data


def write_own(folder: Path, name: str, data: bytes) -> None:
    """Keep it with a mark under the user's key; where they can have no key, it is not kept."""
    key = user_key()
    if key is not None:
        write(folder, name, _mark(data, key) + b" " + data)


def _mark(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha256").hex().encode("ascii")
