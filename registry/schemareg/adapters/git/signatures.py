"""Signatures by SSH keys, through ssh-keygen."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "reg-checkpoint"
"""What a signature is for, so that none made for another purpose counts here.

Source: ssh-keygen(1), -Y sign.
"""


def sign(text: str, key: Path) -> str:
    """The armoured signature of a text. Raises RegistryError, Undecidable."""
    if not key.is_file():
        raise RegistryError(
            "there is no such key", where=str(key), remedy="Name the file of an SSH key: --sign KEY"
        )
    try:
        done = subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(key)],
            input=text.encode(),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise Undecidable(
            "the command ssh-keygen is needed here, and is not on the PATH",
            remedy="Install OpenSSH",
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RegistryError(
            f"ssh-keygen cannot sign: {said[-1] if said else 'it gives no reason'}",
            where=str(key),
            remedy="Name a key that ssh-keygen can use; its agent must hold the key if it has a"
            " passphrase",
        )
    return done.stdout.decode("ascii")
