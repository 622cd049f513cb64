"""`reg list`."""

from pathlib import Path

from schemareg_cli import answers, opening
from schemareg_cli.options import At, Plain, Root


def list_products(at: At = None, form: Plain = "text", root: Root = Path()) -> None:
    """List products, schemas and their latest versions.

    \b
    Examples:
      reg list
      reg list --at v2.3
      reg list --format json
    """
    from schemareg import overview
    from schemareg.reports import overview as shown

    width, colour = answers.page()
    with opening.current(root, at) as snapshot:
        found = overview.products(snapshot)
    answers.give(shown.products(found, form, colour=colour, width=width))
