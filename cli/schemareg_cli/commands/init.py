"""`reg init`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemareg.operations import output, writing
from schemareg.operations import registry as operations_registry
from schemareg_cli.options import Root

if TYPE_CHECKING:
    from schemareg.model import Policy

_LONGEST = 200
"""Of a branch's name, in registry.yaml."""


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="By default this one.", show_default=False),
    ] = None,
    github: Annotated[
        bool | None,
        typer.Option(
            "--github/--no-github",
            help="Whether to write the workflows for GitHub Actions; by default where there is a"
            " .github folder, or a remote at GitHub.",
            show_default=False,
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Make a registry of a folder or a Git repository.

    Writes registry.yaml, with every default said, at the top of the repository, and begins a
    repository where there is none. Where its branch is not called main, it says so. For GitHub it also writes the workflows that check pull
    requests, comment on them, and tell those concerned of what has landed. What is there already
    stays as it is.

    \b
    Examples:
      reg init                     here
      reg init shop-registry       in a new folder
      reg init --github            with workflows; those that are missing, in a registry
    """
    from schemareg.authoring import scaffold

    home = operations_registry.begun(root / (folder or ""))
    begins = not _there(home, "registry.yaml")
    wanted = github or (github is None and _at_github(home))
    begun = scaffold.registry(_branch(home) if begins else "main")
    files = dict(begun) if begins else {}
    if wanted:
        files |= _workflows(home, begins)
    missing = {path: text for path, text in files.items() if not _there(home, path)}
    # Where there is nothing to do, and nobody asked for the workflows, this says so.
    output.wrote(home, writing.create(home, missing if missing or github else begun))
    if begins:
        output.hint(
            "Next: reg new product orders --team checkout --contact checkout@example.com",
            "Then: reg new schema orders/order_placed",
        )
    if wanted:
        output.hint(
            *(f"{path} is there already, and stays" for path in files if path not in missing),
            *_lacking(home, files),
            "On GitHub, require the check `reg` for the protected branch.",
        )


def _workflows(home: Path, begins: bool) -> dict[str, str]:
    from schemareg.authoring import workflows
    from schemareg.operations import install_source

    policy = _policy(home, begins)
    return workflows.files(install_source.requirement(workflows.extras(policy)), policy)


def _lacking(home: Path, files: Mapping[str, str]) -> Iterator[str]:
    """The lines that workflows of before lack for the secrets that the channels name by now."""
    for path, text in files.items():
        if not (home / path).is_file():
            continue
        has = (home / path).read_text("utf-8", "replace")
        for line in text.splitlines():
            if ": ${{ secrets." in line and line.strip() not in has:
                yield f"{path} lacks a line of its `env`:  {line.strip()}"


def _policy(home: Path, begins: bool) -> "Policy":
    from schemareg.model import Policy

    if begins:
        return Policy(protected_branch=_branch(home))
    with operations_registry.current(home) as registry:
        return registry.policy


def _there(home: Path, path: str) -> bool:
    return (home / path).exists() or (home / path).is_symlink()


def _at_github(home: Path) -> bool:
    """Whether the repository says that it is, or is to be, at GitHub."""
    from schemareg.adapters.git import command

    if (home / ".github").is_dir():
        return True
    answer = command.run(home, "config", "--get-regexp", r"^remote\..*\.url$")
    return b"github" in answer.out.lower()


def _branch(home: Path) -> str:
    """The branch whose merges count: what the remote says, else `main`, `master`, the one at hand."""
    from schemareg.adapters.git import command

    named = command.run(home, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").out
    for usual in (b"main", b"master"):
        there = (f"refs/{place}/{usual.decode()}" for place in ("heads", "remotes/origin"))
        if not named and command.run(home, "for-each-ref", *there).out:
            named = usual
    named = named or command.run(home, "symbolic-ref", "--quiet", "HEAD").out
    branch = named.strip().removeprefix(b"refs/remotes/origin/").removeprefix(b"refs/heads/")
    try:
        return branch.decode("utf-8") if 0 < len(branch) <= _LONGEST else "main"
    except UnicodeDecodeError:
        return "main"
