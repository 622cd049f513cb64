"""The table of contents: which commands there are, in which order, loaded only when called."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from schemareg.adapters import terminal
from schemareg_cli.options import Root


class Command(NamedTuple):
    """One line of the table of contents."""

    name: str
    summary: str
    """The first line of the function's docstring, kept here so that help need not import it."""
    function: str = ""
    """In the module `schemareg_cli.<name>`; by default named like the command."""
    subcommands: tuple[str, ...] = ()


SECTIONS: dict[str, tuple[Command, ...]] = {
    "Start": (
        Command("demo", "Show the main job on a throw-away repository, in a few seconds."),
        Command("init", "Make a registry of a folder or a Git repository."),
        Command(
            "new",
            "Add a data product, or a schema to one.",
            subcommands=("product", "schema"),
        ),
    ),
    "Write": (
        Command("draft", "Copy a schema's latest version to the next one, to be edited."),
        Command("bump", "Rename a draft to the version its changes call for."),
        Command("validate", "Find every mistake in the files, each with its place and its mend."),
    ),
    "Judge": (
        Command("check", "Say, before the merge, whether a change keeps its promises."),
        Command("report", "Show a check that was made before, in as many forms as are wanted."),
        Command("diff", "Say what changed between two versions, and whom it breaks."),
        Command("compat", "Judge two schema files, or many pairs, without a repository."),
    ),
    "Promises": (
        Command("status", "Say where a promise stands, since when, and what is in the way."),
        Command("when", "Say from which day on something may be gone, and why."),
        Command("sunsets", "List what ends, in all products, the soonest first."),
        Command("timeline", "Draw on a time axis what ends, and when."),
        Command("deprecate", "Announce that a promise will end, and from when."),
        Command(
            "extend", "Move the sunset of what is deprecated; the rest of its file stays as it is."
        ),
        Command("undeprecate", "Withdraw a deprecation: the promise is whole again."),
        Command("retire", "Take out what is over, in the one legal way; refuses before its day."),
        Command("waive", "Accept one finding, for a time."),
        Command(
            "waivers",
            "List what is accepted for a time, by whom, until when, and what has run out.",
        ),
    ),
    "Readers": (
        Command(
            "consumers", "List who reads what: of everything, or of a product, a schema, a field."
        ),
        Command(
            "impact", "Say who would be hit if something went, or is hit by the change at hand."
        ),
        Command("subscribe", "Register a team as a reader of a schema, or of more of it."),
        Command("unsubscribe", "Take a team out of the readers of a product, a schema or a field."),
        Command("acknowledge", "Agree, as a reader of something, to lose it before its day."),
        Command(
            "codeowners",
            "Print a CODEOWNERS from who owns and who reads each product; or check the one there is.",
        ),
    ),
    "Audit": (
        Command("log", "Tell what landed, the newest first: who did what, when, who agreed."),
        Command(
            "events",
            "Tell what landed, or what a day brings, as those are told whom it concerns.",
        ),
        Command(
            "blame",
            "Say of each field and value who introduced it, changed its promise, announced its end.",
        ),
        Command(
            "audit",
            "Prove what landed: that nothing was altered, removed or cut short.",
            subcommands=("verify", "checkpoint", "prove", "check-proof", "export", "scan"),
        ),
    ),
    "Tell": (
        Command(
            "notify",
            "Tell people what landed and what ends soon: whom it concerns, each once.",
            subcommands=("status", "test"),
        ),
        Command(
            "comment",
            "Say in one comment on a pull request what the check found, and keep it up to date.",
        ),
        Command(
            "issues",
            "Keep an issue on GitHub for each deprecation, and one that shows how all of it stands.",
        ),
    ),
    "Look": (
        Command(
            "sql",
            "Print tables, migrations and views for a SQL engine; apply them.",
            subcommands=("ddl", "migrate", "views", "plan", "diff", "apply", "infer"),
        ),
        Command("list", "List products, schemas and their latest versions.", "list_products"),
        Command("show", "Show a product, a schema or one version with its fields."),
        Command("explain", "Explain a rule: what it says, why, and how to go on."),
        Command("schema", "Print the JSON Schema of one of the registry's own file kinds."),
    ),
}
"""In the order of a user's first day."""

COMMANDS = {command.name: command for section in SECTIONS.values() for command in section}

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


EPILOG = """
`reg COMMAND --help` shows examples.

Exit codes: 0 nothing breaks; 1 something breaks; 2 the input or the call is wrong; 3 it cannot be decided.
"""


class _Loaded(Mapping[str, Any]):
    """Name to command; importing a command's module when it is asked for, and no other's."""

    def __getitem__(self, name: str) -> Any:
        return loaded(COMMANDS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def loaded(command: Command) -> Any:
    """The command as Typer runs it."""
    module = import_module(f"schemareg_cli.commands.{command.name}")
    app = _typer()
    if not command.subcommands:
        function = getattr(module, command.function or command.name)
        app.command(command.name, context_settings=_SETTINGS)(function)
        return get_command(app)
    if callable(getattr(module, command.name, None)):  # it does something of its own as well
        app.callback(invoke_without_command=True)(getattr(module, command.name))
    else:
        app.callback(help=module.__doc__)(_nothing)
    for name in command.subcommands:
        app.command(name, context_settings=_SETTINGS)(getattr(module, name.replace("-", "_")))
    group = get_command(app)
    group.name = command.name
    return group


def _nothing() -> None:
    """What a group does before its subcommand."""


class Contents(TyperGroup):
    """The group of all commands: help is read off the table, a command is imported when called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": {}})
        self.commands = _Loaded()  # type: ignore[assignment]  # only ever read

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands before the options: they are what a reader looks for."""
        self.format_commands(ctx, formatter)
        records = [parameter.get_help_record(ctx) for parameter in self.get_params(ctx)]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """A section of help for each section of the table."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{each.name:<8}", each.summary) for each in commands])


def application() -> Any:
    """The whole of `reg`, ready to run."""
    app = _typer(cls=Contents, context_settings=_SETTINGS, add_completion=True)
    app.callback(epilog=EPILOG)(reg)
    return get_command(app)


def _typer(**settings: Any) -> typer.Typer:
    # Rich costs 130 ms for a help text, and draws boxes that do not copy and paste.
    plain = {"rich_markup_mode": None, "pretty_exceptions_enable": False, "add_completion": False}
    return typer.Typer(**plain | settings)


def _version(wanted: bool) -> None:
    """`--version` after other options; alone it is answered before Typer is imported."""
    if wanted:
        from schemareg.version import __version__

        terminal.say(f"reg {__version__}\n")
        raise typer.Exit


def reg(
    context: typer.Context,
    root: Root = Path(),
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", is_eager=True, callback=_version, help="Print the version."
        ),
    ] = False,
) -> None:
    """A schema registry for data products that lives in Git.

    Products and their versioned schemas are files; a change is a pull request. Before it is
    merged, `reg check` says whether it keeps the promises made to readers: proved, or with a
    record that shows what breaks.
    """
    # What is said before the command's name holds for every command, as with git -C.
    default = {"root": str(root)}
    context.default_map = {
        name: {**default, **dict.fromkeys(command.subcommands, default)}
        for name, command in COMMANDS.items()
    }
