"""`reg validate`."""

from pathlib import Path

from schemareg.operations import output as operations_output
from schemareg.operations import registry
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
    from schemareg.model.errors import InvalidFiles
    from schemareg.reports.review import render_mistakes
    from schemareg.validation import files as validation_files

    with operations_output.mistakes_as(form, output), registry.files(root, at) as files:
        found = validation_files.mistakes(files)
        if found:
            raise InvalidFiles(found)
        notices = validation_files.notices(files)
    page = operations_output.page(output)
    operations_output.give(render_mistakes((), form, notices=notices, width=page.width), output)
