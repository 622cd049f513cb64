"""`reg bump`."""

from pathlib import Path

from schemareg.operations import output, registry, writing
from schemareg_cli.options import Landed, Root, Target


def bump(target: Target, base: Landed = None, root: Root = Path()) -> None:
    """Rename a draft to the version its changes call for.

    Judges the version that has not landed yet against the one before it: words only make a patch,
    what breaks nobody a minor, what breaks a reader a major version.

    \b
    Examples:
      reg bump orders/order_placed               products/orders/…/1.3.0.json becomes 2.0.0.json
    """
    from schemareg.adapters import clock
    from schemareg.authoring import additions, drafts

    home = registry.home(root)
    with registry.drafting(root, base) as (before, after):
        old, new = drafts.bumped(before, after, additions.target_of(target), clock.today())
    if old == new:
        output.hint(f"{old} is the version it should be")
        return
    writing.rename(home, old, new)
    output.give(f"{old} -> {new}\n")
    output.hint("Next: reg check")
