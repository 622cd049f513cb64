"""A secret of the user, outside every repository: it authenticates the caches of this user's runs.

Content of a Git directory can come from a cache that others can write. A MAC under this key
proves that the user wrote it; without the key, or with another, it is computed again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

_LENGTH = 32
_NAME = "key"


def user_key() -> bytes | None:
    """The secret, created at first use; None if it can be neither read nor written.

    Source: XDG Base Directory Specification, `XDG_STATE_HOME`.
    """
    folder = _folder()
    if folder is None:
        return None
    file = folder / _NAME
    for _ in range(2):
        with contextlib.suppress(OSError):
            found = file.read_bytes()
            return found if len(found) == _LENGTH else None
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = folder / f"{_NAME}.{os.getpid()}.{secrets.token_hex(4)}"
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(secrets.token_bytes(_LENGTH))
            try:
                os.link(made, file)  # never replaces the key of another process
            finally:
                made.unlink()
    return None


def _folder() -> Path | None:
    stated = os.environ.get("XDG_STATE_HOME", "")
    if Path(stated).is_absolute():
        return Path(stated) / "reg"
    try:
        return Path.home() / ".local" / "state" / "reg"
    except RuntimeError:
        return None
