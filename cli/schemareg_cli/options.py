"""Options and arguments that several commands share, each declared once."""

import inspect
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from schemareg_cli import completion


def day(text: str) -> date:
    """A day in ISO 8601: 2026-11-22."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day, such as 2026-11-22") from None


def span(text: str) -> int:
    """Days, as 90d, 2w or P90D."""
    from schemareg.manifests.durations import days

    try:
        return days(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a span of days, such as 90d or 2w") from None


Root = Annotated[
    Path,
    typer.Option(
        "--root", "-C", metavar="DIR", help="Work as if started in this folder.", show_default=False
    ),
]
Form = Annotated[
    Literal[
        "text",
        "json",
        "markdown",
        "github",
        "summary",
        "comment",
        "sarif",
        "junit",
        "html",
    ],
    typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
]
Plain = Annotated[
    Literal["text", "json"],
    typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the answer to a file."),
]
Base = Annotated[
    str | None,
    typer.Option(
        metavar="REF",
        help="The base of the comparison; by default the merge base with the protected branch.",
    ),
]
Landed = Annotated[
    str | None,
    typer.Option(
        "--base",
        metavar="REF",
        help="Where versions have landed; by default the protected branch.",
    ),
]
Head = Annotated[
    str | None,
    typer.Option(metavar="REF", help="What to check; by default the working tree."),
]
At = Annotated[
    str | None,
    typer.Option(
        metavar="REF|DATE",
        help="A revision, or what had landed by a day; by default the working tree.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="REF|DATE",
        help="What had landed at a revision, or by a day, as of then; by default now.",
    ),
]
Today = Annotated[
    date | None,
    typer.Option(parser=day, metavar="DATE", help="The day of the check; by default today, UTC."),
]
Element = Annotated[
    str,
    typer.Argument(metavar="TARGET", autocompletion=completion.anything, show_default=False),
]
Announced = Annotated[
    str,
    typer.Argument(metavar="TARGET", autocompletion=completion.deprecated, show_default=False),
]
Loosens = Annotated[
    Literal[
        "required",
        "values",
        "type",
        "range",
        "form",
        "size",
        "meaning",
        "key",
        "classification",
        "freshness",
        "latency",
        "availability",
        "completeness",
        "retention",
    ]
    | None,
    typer.Option(
        help="Deprecate this guarantee about the target, not the target.", case_sensitive=False
    ),
]
Team = Annotated[str, typer.Option(metavar="TEXT", help="The team, where several read it.")]
ConsumerName = Annotated[
    str, typer.Option("--name", metavar="NAME", help="The file, where a team has several.")
]
Target = Annotated[
    str,
    typer.Argument(metavar="PRODUCT/SCHEMA", autocompletion=completion.schemas, show_default=False),
]
Level = Literal[
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    "FULL_TRANSITIVE",
    "NONE",
]
ContentModel = Annotated[
    Literal["declared", "open"],
    typer.Option(
        "--content",
        help="declared: a writer writes only what its schema declares. open: anything that it accepts.",
        case_sensitive=False,
    ),
]

EDIT_OPTIONS: dict[str, tuple[Any, object]] = {
    "dry_run": (
        Annotated[
            bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
        ],
        False,
    ),
    "commit": (
        Annotated[bool, typer.Option("--commit", help="Commit these files, and no other change.")],
        False,
    ),
    "branch": (
        Annotated[
            str | None,
            typer.Option("--branch", metavar="NAME", help="Create this branch for the commit."),
        ],
        None,
    ),
    "push": (
        Annotated[bool, typer.Option("--push", help="Commit, and push the branch.")],
        False,
    ),
    "pull_request": (
        Annotated[
            bool,
            typer.Option(
                "--pr", help="Commit, push, and open a pull request, or print the link to open it."
            ),
        ],
        False,
    ),
}
"""The options of every command that edits files: name, type and default."""


def with_edit_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the edit options; it receives their values as `options`, an EditOptions."""
    signature = inspect.signature(command, eval_str=True)
    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, kind, default=default, annotation=annotation)
        for name, (annotation, default) in EDIT_OPTIONS.items()
    ]
    own = [each.replace(kind=kind) for each in signature.parameters.values()]
    position = next(i for i, each in enumerate(own) if each.name == "options")
    merged = [*own[:position], *added, *own[position + 1 :]]

    @wraps(command)
    def run(**values: Any) -> None:
        from schemareg.operations.edits import EditOptions

        options: EditOptions = EditOptions(**{name: values.pop(name) for name in EDIT_OPTIONS})
        command(**values, options=options)

    run.__signature__ = signature.replace(parameters=merged)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in merged} | {"return": None}
    return run
