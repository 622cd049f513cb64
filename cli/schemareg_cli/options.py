"""The options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[
    Path,
    typer.Option(
        "--root", "-C", metavar="DIR", help="Work as if started in this folder.", show_default=False
    ),
]
