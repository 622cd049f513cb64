"""`reg codeowners`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemareg.operations import codeowners as operation
from schemareg_cli import output
from schemareg_cli.options import Root

if TYPE_CHECKING:
    from schemareg.operations.codeowners import Naming


def codeowners(
    prefix: Annotated[
        str,
        typer.Option("--team-prefix", metavar="@ORG/", help="The prefix of team names on GitHub."),
    ] = "",
    team: Annotated[
        list[str] | None,
        typer.Option(metavar="TEAM=@NAME", help="A team with another name there; may be repeated."),
    ] = None,
    hub: Annotated[
        str,
        typer.Option(metavar="TEAM", help="The owner of registry.yaml, .github/ and new products."),
    ] = "",
    owners_only: Annotated[
        bool, typer.Option("--owners-only", help="Give consumers' files to the owners alone.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the file, and show the difference.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write it into the file; other lines stay.")
    ] = False,
    file: Annotated[
        str,
        typer.Option(metavar="FILE", help="The file, by default where GitHub looks for it."),
    ] = "",
    root: Root = Path(),
) -> None:
    """Print a CODEOWNERS file of owners and consumers, or check the existing one.

    Each product belongs to its owner, each consumer's file to owner and consumer (either may
    approve), the policy to the hub. So no consumer is removed without review.

    \b
    Examples:
      reg codeowners --team-prefix @acme/ --hub data-platform
      reg codeowners --team-prefix @acme/ --hub data-platform --write
      reg codeowners --team-prefix @acme/ --hub data-platform --check    in CI
      reg codeowners --team-prefix @acme/ --team "Customer Care=@acme/care"

    Exit codes: 0 the file is up to date; 1 it is not; 2 a team has no name there, or the call is
    wrong.
    """
    from schemareg.model.errors import RegistryError

    if check and write:
        raise RegistryError("--check and --write contradict each other", remedy="Give one")
    naming = operation.Naming(prefix, dict(map(_named, team or ())), hub, not owners_only)
    if not check and not write:
        output.give(operation.render(root, naming))
        return
    found = operation.compare(root, naming, file=file, write=write, progress=output.show_step)
    if check:
        output.give(_difference(found.before, found.wanted, found.path))
        if found.before != found.wanted:
            output.hint(f"To fix it: {_command(naming, file)}")
        raise typer.Exit(int(found.before != found.wanted))


def _named(text: str) -> tuple[str, str]:
    team, sign, name = text.rpartition("=")
    if not sign or not team:
        raise typer.BadParameter(f"{text!r} is not TEAM=@NAME", param_hint="--team")
    return team, name


def _difference(before: str, wanted: str, path: str) -> str:
    from difflib import unified_diff

    from schemareg.text import escape

    sides = (before.splitlines(), wanted.splitlines())
    lines = unified_diff(*sides, path, f"{path}, as it should be", lineterm="", n=1)
    return escape.inert("".join(f"{escape.visible(line)}\n" for line in lines))


def _command(naming: "Naming", file: str) -> str:
    """The call that writes the file."""
    import shlex

    words = ["reg", "codeowners"]
    if naming.prefix:
        words += ["--team-prefix", naming.prefix]
    for team, name in naming.teams.items():
        words += ["--team", f"{team}={name}"]
    if naming.hub:
        words += ["--hub", naming.hub]
    if not naming.readers:
        words.append("--owners-only")
    if file:
        words += ["--file", file]
    return shlex.join([*words, "--write"])
