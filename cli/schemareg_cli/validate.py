"""`reg validate`."""

from pathlib import Path

from schemareg_cli import answers, opening
from schemareg_cli.options import At, Form, Output, Root


def validate(
    at: At = None, form: Form = "text", output: Output = None, root: Root = Path()
) -> None:
    """Find every mistake in the files, each with its place and its mend.

    Reads registry.yaml and everything under products/: the layout, each YAML file against the
    JSON Schema of its kind, each schema against its dialect, and every reference.

    \b
    Examples:
      reg validate
      reg validate --format github          annotations in GitHub Actions
      reg validate --at v2.3                the files of a tag

    Exit codes: 0 every file is well formed; 2 some file is not.
    """
    from schemareg import checking
    from schemareg.errors import InvalidFiles
    from schemareg.reports import render_mistakes

    with answers.mistakes_as(form, output), opening.files(root, at) as files:
        found = checking.mistakes(files)
        if found:
            raise InvalidFiles(found)
        notices = checking.notices(files)
    page = answers.page(output)
    answers.give(render_mistakes((), form, notices=notices, width=page.width), output)
