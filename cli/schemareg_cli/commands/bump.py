"""`reg bump`."""

from pathlib import Path

from schemareg.operations import setup
from schemareg_cli import output
from schemareg_cli.options import Landed, Root, Target


def bump(target: Target, base: Landed = None, root: Root = Path()) -> None:
    """Rename a draft to the version that its changes require.

    Compares the version that has not landed with the one before it. Changed descriptions require a
    patch version, changes that break no reader a minor version, breaking changes a major version.

    \b
    Examples:
      reg bump orders/order_placed               products/orders/…/1.3.0.json becomes 2.0.0.json
    """
    found = setup.bump(root, target, base=base)
    if found.old == found.new:
        output.hint(f"{found.old} already has the required version")
        return
    output.give(f"{found.old} -> {found.new}\n")
    output.hint("Next: reg check")
