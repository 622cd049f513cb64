"""`reg report`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from schemareg.model.errors import RegistryError
from schemareg_cli import output as show
from schemareg_cli import source

if TYPE_CHECKING:
    from schemareg.model import Report, Severity
    from schemareg.reports.review.json_reader import Mistakes
    from schemareg.reports.review.links import Host


def report(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="The output of `reg check --format json` or `reg validate --format json`; - is"
            " stdin.",
            show_default=False,
        ),
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMS",
            help="text, json, markdown, github, summary, comment, sarif, junit, html: one, or"
            " several separated by commas; by default text.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE|DIR",
            help="A file, or a folder for several forms. github always goes to stdout, where the"
            " runner reads it.",
        ),
    ] = None,
    web: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="The page of the repository: links in the comment then open prefilled files there.",
        ),
    ] = "",
    branch: Annotated[
        str, typer.Option(metavar="NAME", help="With --web: the branch for new files.")
    ] = "main",
    run: Annotated[str, typer.Option(metavar="URL", help="The page with the whole report.")] = "",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with the exit code of the check.")
    ] = False,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="With --exit-code: the lowest severity that makes it 1."),
    ] = "error",
) -> None:
    """Render the result of an earlier check in one or several forms.

    The result is untrusted input: verdict and counts are computed from its findings.

    \b
    Examples:
      reg check --format json -o result.json
      reg report result.json                                       as text
      reg report result.json --to sarif -o report.sarif
      reg report result.json --to github,summary,junit,html -o reports/
      reg report - --to comment --web https://github.com/acme/data <result.json
      reg report result.json --exit-code                           with the exit code of the check

    Files in a folder: report.txt, report.json, report.md, summary.md, comment.md, report.sarif,
    junit.xml, index.html.

    Exit codes: 0 rendered; 2 the result or the call is wrong. With --exit-code those of `reg check`:
    0, 1, 3, and 2 where files have mistakes.
    """
    from schemareg.model import Severity

    forms = _forms(to or [])
    places = _places(forms, output)
    host = _host(web, branch, run)
    found = source.result(result)
    for form, place in places.items():
        show.give(_render(found, form, host, place), place)
    if exit_code:
        raise typer.Exit(_code(found, Severity(fail_on)))


def _forms(wanted: list[str]) -> tuple[str, ...]:
    """Each form once, in the order given. Raises RegistryError for an unknown form."""
    from schemareg.reports.review import FORMS
    from schemareg.text.wording import nearest, quoted

    names = [name.strip() for each in wanted for name in each.split(",")]
    for name in names:
        if name not in FORMS:
            near = nearest(name, FORMS)
            raise RegistryError(
                f"there is no form {quoted(name)}",
                where="--to",
                remedy=f"Did you mean {near}?" if near else f"There are {', '.join(FORMS)}",
            )
    return tuple(dict.fromkeys(names)) or ("text",)


def _places(forms: tuple[str, ...], output: Path | None) -> Mapping[str, Path | None]:
    """The file of each form; None is stdout. Raises RegistryError where two would share one."""
    from schemareg.reports.review import FILES

    if output is None:
        if len(forms) > 1:
            raise RegistryError(
                f"{len(forms)} forms cannot share stdout",
                where="--to",
                remedy="Name a folder for them: --output DIR",
            )
        return {forms[0]: None}
    written = [form for form in forms if form != "github"]
    folder = len(written) > 1 or output.is_dir() or "github" in forms
    if written and folder and output.exists() and not output.is_dir():
        raise RegistryError(
            f"{len(forms)} forms do not go into one file",
            where=output.as_posix(),
            remedy="Name a folder for them: --output DIR",
        )
    whole: dict[str, Path | None] = {
        form: output / FILES[form] if folder else output for form in written
    }
    return whole | ({"github": None} if "github" in forms else {})


def _host(web: str, branch: str, run: str) -> "Host | None":
    from schemareg.reports.review.links import Host, is_page
    from schemareg.text.wording import quoted

    for option, address in (("--web", web), ("--run", run)):
        if address and not is_page(address):
            raise RegistryError(
                f"{quoted(address)} is not a page to link to",
                where=option,
                remedy="Name it as the browser does: https://github.com/acme/data",
            )
    return Host(web, branch, run) if web or run else None


def _render(found: "Report | Mistakes", form: str, host: "Host | None", place: Path | None) -> str:
    from schemareg.reports.review import render, render_mistakes
    from schemareg.reports.review.json_reader import Mistakes

    width, colour = show.page(place)
    if isinstance(found, Mistakes):
        return render_mistakes(found.mistakes, form, notices=found.notices, width=width, host=host)
    return render(found, form, colour=colour, width=width, host=host)


def _code(found: "Report | Mistakes", fail_on: "Severity") -> int:
    from schemareg.reports.review.json_reader import Mistakes

    if isinstance(found, Mistakes):
        return 2 if found.mistakes else 0
    return found.exit_code(fail_on)
