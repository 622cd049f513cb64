"""`reg demo`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from schemareg_cli.options import Root


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Make the repository here, and leave it there to play with."
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Show the main job on a throw-away repository, in a few seconds.

    Makes a registry, lands two versions of a schema, opens a branch with a breaking change, checks
    it, shows the report, and mends it. Then it ends a promise: announced, waited for, and gone on
    its day. Nothing outside that folder is read or written.

    \b
    Examples:
      reg demo
      reg demo --keep shop && cd shop && reg check
    """
    from schemareg.operations import demo as operations_demo

    with _folder(root / keep if keep else None) as folder:
        operations_demo.tell(folder, kept=keep)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    import tempfile

    if keep is None:
        with tempfile.TemporaryDirectory(prefix="reg-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    from schemareg.model.errors import RegistryError

    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise RegistryError(
            "is there already, and is not empty",
            where=str(keep),
            remedy="Name a folder that does not exist yet: reg demo --keep shop",
        )
    keep.mkdir(parents=True, exist_ok=True)
    yield keep
