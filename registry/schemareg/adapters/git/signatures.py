"""Signatures with SSH keys, through ssh-keygen."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "reg-checkpoint"
"""The namespace of a signature, so that a signature for another purpose is not accepted.

Source: ssh-keygen(1), -Y sign.
"""


def sign(text: str, key: Path) -> str:
    """Sign a text; returns the armoured signature. Raises RegistryError, Undecidable."""
    if not key.is_file():
        raise RegistryError(
            "the key does not exist",
            where=str(key),
            remedy="Name the file of an SSH key: --sign KEY",
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
            "the command ssh-keygen is needed and is not on the PATH",
            remedy="Install OpenSSH",
        ) from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RegistryError(
            f"ssh-keygen cannot sign: {said[-1] if said else 'no reason given'}",
            where=str(key),
            remedy="Name a key that ssh-keygen can use; its agent must hold the key if it has a"
            " passphrase",
        )
    return done.stdout.decode("ascii")
