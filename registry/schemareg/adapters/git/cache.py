"""A cache of small files in the Git directory.

The Git directory can come from a cache that others can write. Content that a verdict relies on has
a MAC under a key of the user; content with another MAC is computed again.
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
    """The cached content; None if there is none or it cannot be read."""
    try:
        return (folder / name).read_bytes()
    except OSError:
        return b""


def write(folder: Path, name: str, data: bytes) -> None:
    """Store the content atomically; a folder without write access stores nothing."""
    with contextlib.suppress(OSError, RegistryError):
        folder.mkdir(exist_ok=True)
        write_atomically(folder, name, data)


def read_own(folder: Path, name: str) -> bytes:
    """What `write_own` stored for the same user; None without a valid MAC."""
    mark, _, data = read(folder, name).partition(b" ")
    key = user_key() if data else None
    if key is None or not hmac.compare_digest(_mark(data, key), mark):
        return b""
    return data


def write_own(folder: Path, name: str, data: bytes) -> None:
    """Store the content with a MAC under the user's key; without a key nothing is stored."""
    key = user_key()
    if key is not None:
        write(folder, name, _mark(data, key) + b" " + data)


def _mark(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, data, "sha256").hex().encode("ascii")
