"""The table of commands: their order and summaries; a command is imported when it is called."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from schemareg_cli import terminal
from schemareg_cli.options import Root


class Command(NamedTuple):
    """One row of the table."""

    name: str
    summary: str
    """The first line of the function's docstring, kept here so that help need not import it."""
    function: str = ""
    """In the module `schemareg_cli.commands.<name>`; by default the name of the command."""
    subcommands: tuple[str, ...] = ()


SECTIONS: dict[str, tuple[Command, ...]] = {
    "Start": (
        Command("demo", "Show the main use of reg on a temporary repository, in a few seconds."),
        Command("init", "Make a registry of a folder or a Git repository."),
        Command(
            "new",
            "Add a data product, or a schema to one.",
            subcommands=("product", "schema"),
        ),
    ),
    "Write": (
        Command("draft", "Copy a schema's latest version to the next one, for you to edit."),
        Command("bump", "Rename a draft to the version that its changes require."),
        Command("validate", "Find every mistake in the files, with its place and how to fix it."),
    ),
    "Check": (
        Command(
            "check", "Check, before the merge, whether a change keeps the registry's promises."
        ),
        Command("report", "Render the result of an earlier check in one or several forms."),
        Command("diff", "Show what changed between two versions, and which readers it breaks."),
        Command(
            "compat",
            "Check the compatibility of two schema files, or of many pairs, without a repository.",
        ),
    ),
    "Promises": (
        Command(
            "status",
            "Show the status of a promise, since when it holds, and what blocks its removal.",
        ),
        Command("when", "Show from which day a target may be removed, and why."),
        Command("sunsets", "List the sunsets of all products, earliest first."),
        Command("timeline", "Draw what ends, and when, on a time axis."),
        Command("deprecate", "Announce that a promise ends, and when."),
        Command("extend", "Move the sunset of a deprecation; the rest of its file stays."),
        Command("undeprecate", "Withdraw a deprecation: the promise holds again without an end."),
        Command("retire", "Remove a deprecated field or value; refused before its sunset."),
        Command("waive", "Accept one finding, for a time."),
        Command(
            "waivers",
            "List waivers: approver, last day, and expired ones.",
        ),
    ),
    "Consumers": (
        Command(
            "consumers", "List the consumers of everything, or of a product, a schema, a field."
        ),
        Command(
            "impact", "Show the consumers of a target, or those that the current change breaks."
        ),
        Command("subscribe", "Register a team as a consumer of a schema, or of more of it."),
        Command(
            "unsubscribe", "Remove a team from the consumers of a product, a schema or a field."
        ),
        Command(
            "acknowledge", "Agree, as a consumer of a target, that it may go before its sunset."
        ),
        Command(
            "codeowners",
            "Print a CODEOWNERS file of owners and consumers, or check the existing one.",
        ),
    ),
    "Audit": (
        Command("log", "List what landed, newest first: who, what, when, who approved."),
        Command(
            "events",
            "List the events of what landed, or the reminders of a day, as channels receive them.",
        ),
        Command(
            "blame",
            "Show who introduced each field and value, changed its promise, or deprecated it.",
        ),
        Command(
            "audit",
            "Prove that nothing that landed was altered, removed or cut short.",
            subcommands=("verify", "checkpoint", "prove", "check-proof", "export", "scan"),
        ),
    ),
    "Notify": (
        Command(
            "notify",
            "Notify owners and consumers of what landed and what ends soon, each once.",
            subcommands=("status", "test"),
        ),
        Command(
            "comment",
            "Write the result of a check in one comment on its pull request, and keep it up to date.",
        ),
        Command(
            "issues",
            "Keep a GitHub issue for each deprecation, and one that shows the whole status.",
        ),
    ),
    "Look": (
        Command(
            "sql",
            "Print tables, migrations and views for a SQL engine; apply them.",
            subcommands=("ddl", "migrate", "views", "plan", "diff", "apply", "infer", "lineage"),
        ),
        Command("list", "List products, schemas and their latest versions.", "list_products"),
        Command("show", "Show a product, a schema or one version with its fields."),
        Command("explain", "Explain a rule: what it finds, why, and how to fix it."),
        Command("schema", "Print the JSON Schema of one of the registry's file kinds."),
    ),
}
"""In the order in which a new user needs them."""

COMMANDS = {command.name: command for section in SECTIONS.values() for command in section}

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


EPILOG = """
`reg COMMAND --help` shows examples.

Exit codes: 0 nothing breaks; 1 something breaks; 2 the input or the call is wrong; 3 undecided.
"""


class _Loaded(Mapping[str, Any]):
    """Commands by name; a command's module is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        return load(COMMANDS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def load(command: Command) -> Any:
    """The Typer command of a row."""
    module = import_module(f"schemareg_cli.commands.{command.name}")
    app = _typer()
    if not command.subcommands:
        function = getattr(module, command.function or command.name)
        app.command(command.name, context_settings=_SETTINGS)(function)
        return get_command(app)
    if callable(getattr(module, command.name, None)):  # it is a command itself as well
        app.callback(invoke_without_command=True)(getattr(module, command.name))
    else:
        app.callback(help=module.__doc__)(_nothing)
    for name in command.subcommands:
        app.command(name, context_settings=_SETTINGS)(getattr(module, name.replace("-", "_")))
    group = get_command(app)
    group.name = command.name
    return group


def _nothing() -> None:
    """The callback of a group: it does nothing before the subcommand."""


class CommandGroup(TyperGroup):
    """The group of all commands: its help comes from the table, without importing a command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": {}})
        self.commands = _Loaded()  # type: ignore[assignment]  # only ever read

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Commands before options, since readers look for commands."""
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
    app = _typer(cls=CommandGroup, context_settings=_SETTINGS, add_completion=True)
    app.callback(epilog=EPILOG)(reg)
    return get_command(app)


def _typer(**settings: Any) -> typer.Typer:
    # Rich costs 130 ms for a help text, and draws boxes that do not copy and paste.
    plain = {"rich_markup_mode": None, "pretty_exceptions_enable": False, "add_completion": False}
    return typer.Typer(**plain | settings)


def _version(wanted: bool) -> None:
    """`--version` after other options; alone it is handled before Typer is imported."""
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
    merged, `reg check` decides whether it keeps the promises made to readers: compatible with a
    proof, or breaking with a record that shows why.
    """
    # An option before the command's name applies to every command, as with git -C.
    default = {"root": str(root)}
    context.default_map = {
        name: {**default, **dict.fromkeys(command.subcommands, default)}
        for name, command in COMMANDS.items()
    }
