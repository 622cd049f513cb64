"""`reg demo`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemareg.operations import demo as operation
from schemareg_cli import output
from schemareg_cli.options import Root

if TYPE_CHECKING:
    from schemareg.authoring.deprecations import DeprecationDraft
    from schemareg.model import Report
    from schemareg.operations.setup import BumpResult


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Make the repository in this folder, and keep it."),
    ] = None,
    root: Root = Path(),
) -> None:
    """Show the main use of reg on a temporary repository, in a few seconds.

    Makes a registry, lands two versions of a schema, opens a branch with a breaking change, checks
    it, shows the report, and fixes it. Then it ends a promise: announced, waited for, and removed on
    its sunset. Nothing outside that folder is read or written.

    \b
    Examples:
      reg demo
      reg demo --keep shop && cd shop && reg check
    """
    operation.play(root / keep if keep else None, _show)
    output.give("\nTo go on by yourself:\n")
    if keep is None:
        output.give(
            "  reg demo --keep shop     the same, in a folder to play with\n"
            "  reg init shop-registry   a registry of your own\n"
            "  reg explain              every rule, with what it protects\n"
        )
        return
    output.give(
        f"  cd {keep}\n"
        f"  git log --stat           what happened\n"
        f"  reg show {operation.TARGET}\n"
        f"  reg diff {operation.TARGET}@1.1.0 {operation.TARGET}@2.0.0\n"
        f"  reg status {operation.GOING}\n"
        f"  reg check --replay ..main\n"
    )


def _show(
    scene: "operation.Narration | operation.ShellCommand | BumpResult | Report | DeprecationDraft",
) -> None:
    """Write one scene of the demonstration: results indented below the command that gives them."""
    from schemareg.model import Report
    from schemareg.operations.setup import BumpResult
    from schemareg.reports.review import render
    from schemareg.reports.views.deprecations import announced

    width, colour = output.page()
    if isinstance(scene, operation.Narration):
        output.give(f"- {scene.text}\n")
    elif isinstance(scene, operation.ShellCommand):
        output.give("\n" + "".join(f"  $ {line}\n" for line in scene.lines) + "\n")
    elif isinstance(scene, BumpResult):
        output.give(f"    {scene.old} -> {scene.new}\n")
    elif isinstance(scene, Report):
        output.give(_indented(render(scene, "text", colour=colour, width=width - 4)))
    else:
        output.give(_indented(announced(scene, (), width=width - 4)))


def _indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.splitlines()) + "\n"
