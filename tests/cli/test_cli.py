"""The command itself: its help, its start, and how whatever goes wrong reaches the user."""

from __future__ import annotations

import errno
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.model import Mistake, Place
from schemareg.model.errors import InvalidFiles, RegistryError, Undecidable
from schemareg.version import __version__
from schemareg_cli import command_table, main, terminal

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = {"pygit2", "jsonschema", "jsonschema_rs", "deepdiff", "yaml", "rich", "pydantic"}
ROOTS = [str(Path(__file__).parents[2] / name) for name in ("registry", "cli")]


def process(
    *arguments: str, code: str = "from schemareg_cli.main import run; run()", **more: Any
) -> Any:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(ROOTS)} | more.pop("env", {})
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=False,
        env=environment,
        **more,
    )


def test_help_reads_like_a_table_of_contents(
    reg: Callable[..., Any], golden: Callable[..., None]
) -> None:
    code, out, err = reg("--help")
    assert (code, err) == (0, "")
    golden("help.text", out)


def test_no_command_at_all_is_a_call_for_help(reg: Callable[..., Any]) -> None:
    assert reg() == reg("--help") == reg("-h")


@pytest.mark.parametrize("command", command_table.COMMANDS.values(), ids=lambda each: each.name)
def test_every_command_says_what_it_does_and_shows_it(
    command: command_table.Command, reg: Callable[..., Any]
) -> None:
    module = importlib.import_module(f"schemareg_cli.commands.{command.name}")
    for name in command.subcommands or (command.function or command.name,):
        doc = inspect.getdoc(getattr(module, name.replace("-", "_"))) or ""
        assert re.search(r"\n\x08\nExamples:\n  reg ", doc)
        if not command.subcommands:
            assert doc.splitlines()[0] == command.summary
        path = (command.name, name) if command.subcommands else (command.name,)
        code, out, _ = reg(*path, "--help")
        assert code == 0
        assert out.startswith(f"Usage: reg {' '.join(path)} ")
        assert "Examples:\n    reg " in out
    if command.subcommands:
        assert (module.__doc__ or "").strip() == command.summary
        own = getattr(module, command.name, None)  # of a group that does something of its own
        assert not callable(own) or re.search(
            r"\n\x08\nExamples:\n  reg ", inspect.getdoc(own) or ""
        )


def test_every_option_is_explained(reg: Callable[..., Any]) -> None:
    for command in command_table.COMMANDS.values():
        for path in [[command.name], *([command.name, each] for each in command.subcommands)]:
            loaded = command_table.load(command)
            for step in path[1:]:
                loaded = loaded.commands[step]
            for parameter in loaded.params:
                if parameter.param_type_name == "option":
                    assert parameter.help, (path, parameter.name)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["chekc"]])
def test_nothing_heavy_is_imported_to_say_little(arguments: list[str]) -> None:
    code = (
        "import sys; from schemareg_cli.main import main; main(sys.argv[1:]);"
        "print(sorted(sys.modules), file=sys.stderr)"
    )
    done = process(*arguments, code=code)
    imported = set(re.findall(r"'([\w.]+)'", done.stderr.decode()))
    assert "schemareg_cli.main" in imported
    assert imported & HEAVY == set()
    if arguments == ["--version"]:
        assert done.stdout.decode() == f"reg {__version__}\n"
        assert "typer" not in imported
    if arguments == ["--help"]:
        commands = {name for name in imported if name.startswith("schemareg_cli.")}
        assert commands == {
            f"schemareg_cli.{name}"
            for name in ("main", "command_table", "options", "completion", "terminal")
        }


def test_the_version_is_told_wherever_it_is_asked_for(reg: Callable[..., Any]) -> None:
    told = (0, f"reg {__version__}\n", "")
    assert reg("--version") == told
    assert reg("-V") == told
    assert reg("-C", ".", "--version") == told


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ("chekc", "reg: no such command 'chekc'. Did you mean 'check'?\n  reg --help\n"),
        ("frobnicate", "reg: no such command 'frobnicate'.\n  reg --help\n"),
        ("new", "reg: missing command.\n  reg new --help\n"),
        (
            "new prodct x",
            "reg: no such command 'prodct'. Did you mean 'product'?\n  reg new --help\n",
        ),
        (
            "check --bse main",
            "reg: no such option: --bse (Possible options: --base)\n  reg check --help\n",
        ),
        ("show", "reg: missing argument 'PRODUCT[/SCHEMA[@VERSION]]'.\n  reg show --help\n"),
        (
            "check --today tomorrow",
            (
                "reg: invalid value for '--today': 'tomorrow' is not a day, such as 2026-11-22\n"
                "  reg check --help\n"
            ),
        ),
        (
            "check --format xml",
            (
                "reg: invalid value for '--format' / '-f': 'xml' is not one of 'text', 'json',"
                " 'markdown', 'github', 'summary', 'comment', 'sarif', 'junit', 'html'.\n"
                "  reg check --help\n"
            ),
        ),
        ("check --x\x1b[2Jy", "reg: no such option: --x\\x1b[2Jy\n  reg check --help\n"),
    ],
)
def test_a_call_that_does_not_parse_is_answered_with_the_help_to_read(
    call: str, complaint: str, reg: Callable[..., Any]
) -> None:
    assert reg(*call.split(" ")) == (2, "", complaint)


MISTAKES = (
    Mistake(Place("registry.yaml", 2, 1), "key-unknown", "'x' is not a key", "Take it out."),
    Mistake(Place("registry.yaml", 5, 1), "duplicate-key", "'version' twice", ""),
)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Makes one of the commands end in an error."""

    def schema() -> None:
        raise error

    monkeypatch.setattr("schemareg_cli.commands.schema.schema", schema)


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (
            RegistryError("there is none", where="orders\x1b", remedy="reg list"),
            2,
            "reg: orders\\x1b: there is none\n  reg list\n",
        ),
        (RegistryError("there is none"), 2, "reg: there is none\n"),
        (Undecidable("no base", remedy="git fetch"), 3, "reg: no base\n  git fetch\n"),
        (
            InvalidFiles(MISTAKES),
            2,
            (
                "registry.yaml:2:1: error key-unknown\n  'x' is not a key\n  Take it out.\n"
                "registry.yaml:5:1: error duplicate-key\n  'version' twice\n"
                "reg: 2 mistakes in 1 file\n"
            ),
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "a/b"),
            2,
            ("reg: a/b: Permission denied\n  Get permission to read it and to write there\n"),
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            2,
            "reg: No space left on device\n  Free some space there\n",
        ),
        (OSError("it is raining"), 2, "reg: it is raining\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            ZeroDivisionError("division by zero"),
            70,
            (
                "reg: this is a bug in reg, not an error in your input: ZeroDivisionError: division by zero\n"
                "  To see where: set REG_DEBUG=1 and run it again; please report the output.\n"
            ),
        ),
    ],
)
def test_what_goes_wrong_is_told_with_its_mend_and_its_code(
    error: BaseException,
    code: int,
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    reg: Callable[..., Any],
) -> None:
    failing(monkeypatch, error)
    assert reg("schema") == (code, "", complaint)


def test_a_traceback_is_shown_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    failing(monkeypatch, ZeroDivisionError())
    assert "Traceback" not in reg("schema")[2]
    monkeypatch.setenv("REG_DEBUG", "1")
    assert "Traceback (most recent call last)" in reg("schema")[2]


def test_answers_are_utf8_under_any_locale() -> None:
    code = "from schemareg_cli import terminal as t; t.speak_utf8(); t.say('\\u2192 \\ud800 \\u6570\\n')"
    done = process(code=code, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.stdout == "→ \\ud800 数\n".encode()


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = (
        "import os, sys; from schemareg_cli import main;"
        "reading, writing = os.pipe(); os.close(reading); os.dup2(writing, 1);"
        "sys.exit(main.main(['--help']))"
    )
    done = process(code=code)
    assert (done.returncode, done.stderr) == (main.UNREAD, b"")


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert terminal.colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.colour()
    monkeypatch.setenv("NO_COLOR", "")
    monkeypatch.setenv("TERM", "dumb")
    assert not terminal.colour()


def test_the_width_is_the_terminals_or_what_columns_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal.width() == terminal.UNKNOWN_WIDTH
    monkeypatch.setenv("COLUMNS", "72")
    assert terminal.width() == 72
    monkeypatch.setenv("COLUMNS", "7")
    assert terminal.width() == 40
    monkeypatch.setenv("COLUMNS", "wide")
    assert terminal.width() == terminal.UNKNOWN_WIDTH


# -- the shell


def completed(line: str, folder: Path) -> list[str]:
    words = line.split(" ")
    shell = {
        "_REG_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    code = "import sys; sys.argv[0] = 'reg'; from schemareg_cli.main import run; run()"
    done = process(code=code, env=shell, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    return sorted(done.stdout.decode().split())


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for path in (
        "products/orders/product.yaml",
        "products/orders/schemas/order_placed/1.0.0.json",
        "products/orders/schemas/order_placed/1.1.0.json",
        "products/finance/payments/product.yaml",
        "products/finance/payments/schemas/payment/2.0.0.yaml",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    said = tmp_path / "products/orders/deprecations/note.yaml"
    said.parent.mkdir()
    said.write_text("target: 'orders/order_placed#note'  # soon\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("reg ch", ["check"]),
        ("reg new ", ["product", "schema"]),
        ("reg check --fo", ["--format"]),
        ("reg show ", ["orders", "payments"]),
        ("reg show orders/", ["orders/order_placed"]),
        ("reg draft p", ["payments/payment"]),
        (
            "reg show orders/order_placed@",
            ["orders/order_placed@1.0.0", "orders/order_placed@1.1.0"],
        ),
        ("reg diff payments/payment@2", ["payments/payment@2.0.0"]),
        ("reg schema rep", ["report"]),
        ("reg explain property-req", ["property-required"]),
        ("reg -C products/orders show pay", ["payments"]),
        ("reg extend orders/order", ["orders/order_placed#note"]),
    ],
)
def test_the_shell_is_offered_what_is_there(line: str, offered: list[str], shop: Path) -> None:
    assert completed(line, shop) == offered


def test_completion_can_be_installed_for_each_shell() -> None:
    done = process(
        "--show-completion", "zsh", env={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    )
    assert done.returncode == 0
    assert b"compdef" in done.stdout


# -- explain, schema


def test_explain_knows_every_rule_and_the_nearest_one(reg: Callable[..., Any]) -> None:
    code, out, _ = reg("explain")
    assert code == 0
    rules = json.loads(reg("explain", "--format", "json")[1])
    assert [line.split()[0] for line in out.splitlines()[1:] if line[0] != " "] == [
        each["id"] for each in rules
    ]
    for each in rules:
        assert {"id", "title", "rationale", "remedy", "source"} <= set(each)
        code, out, err = reg("explain", each["id"])
        assert (code, err) == (0, "")
        assert out.startswith(f"{each['id']}: {each['title']}\n")
    assert reg("explain", "property-requird") == (
        2,
        "",
        "reg: there is no rule 'property-requird'\n  Did you mean: reg explain property-required\n",
    )


def test_explain_shows_what_breaks_and_what_does_not(
    reg: Callable[..., Any], golden: Callable[..., None]
) -> None:
    golden("explain.text", reg("explain", "property-required")[1])


def test_every_kind_of_file_has_a_schema_to_print(reg: Callable[..., Any]) -> None:
    code, out, _ = reg("schema")
    assert code == 0
    kinds = [line.split()[0] for line in out.splitlines()]
    assert {"registry", "product", "report", "mistakes", "verdict"} <= set(kinds)
    for kind in kinds:
        code, out, _ = reg("schema", kind)
        assert code == 0
        assert json.loads(out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    code, out, err = reg("schema", "prodct")
    assert (code, out, err) == (2, "", "reg: there is no kind 'prodct'\n  Did you mean product?\n")
