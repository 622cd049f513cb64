"""`reg validate`."""

from pathlib import Path

from schemareg.operations import check
from schemareg_cli import output as show
from schemareg_cli.options import At, Form, Output, Root


def validate(
    at: At = None, form: Form = "text", output: Output = None, root: Root = Path()
) -> None:
    """Find every mistake in the files, with its place and how to fix it.

    Reads registry.yaml and all files under products/: the layout, each YAML file against the JSON
    Schema of its kind, each schema against its dialect, and every reference.

    \b
    Examples:
      reg validate
      reg validate --format github          annotations in GitHub Actions
      reg validate --at v2.3                the files of a tag

    Exit codes: 0 every file is well formed; 2 some file is not.
    """
    from schemareg.reports.review import render_mistakes

    with show.mistakes_as(form, output):
        notices = check.validate(root, at)
    width = show.page(output).width
    show.give(render_mistakes((), form, notices=notices, width=width), output)
