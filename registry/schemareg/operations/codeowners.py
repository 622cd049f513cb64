"""CODEOWNERS made from the registry: rendered, compared with the file, written."""

from pathlib import Path
from typing import NamedTuple

from schemareg.authoring.codeowners import PATHS, Naming, block, merged
from schemareg.model.errors import RegistryError
from schemareg.operations import edits, registry
from schemareg.operations.edits import Progress, Step, ignore

__all__ = ["CodeownersFile", "Naming", "compare", "render"]


class CodeownersFile(NamedTuple):
    """A CODEOWNERS file as it is, and as the registry requires it."""

    home: Path
    path: str
    before: str
    """Empty where there is no file."""
    wanted: str


def render(root: Path, naming: Naming) -> str:
    """A CODEOWNERS file made from the registry alone."""
    with registry.current(root) as snapshot:
        return merged("", block(snapshot, naming))


def compare(
    root: Path,
    naming: Naming,
    *,
    file: str = "",
    write: bool = False,
    progress: Progress = ignore,
) -> CodeownersFile:
    """The CODEOWNERS file here and as it should be; with `write`, written where they differ.

    `file` is a path in the repository, by default where GitHub looks for it.
    """
    with registry.current(root) as snapshot:
        lines = block(snapshot, naming)
    home = registry.home(root)
    path = file or next((each for each in PATHS if (home / each).is_file()), PATHS[0])
    before = _text(home, path)
    wanted = merged(before, lines)
    if write and before != wanted:
        edits.put(home, path, wanted)
        progress(Step("changed" if before else "wrote", path, home=home))
    return CodeownersFile(home, path, before, wanted)


def _text(home: Path, path: str) -> str:
    file = home / path
    if not file.is_file():
        return ""
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise RegistryError("is not UTF-8", where=path, remedy="Save it as UTF-8") from None
