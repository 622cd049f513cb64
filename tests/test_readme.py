"""What README.md tells a newcomer is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.documents import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

TOP = Path(__file__).parent.parent
README = TOP / "README.md"


class Block(NamedTuple):
    """One fenced block, and where its text stands in the page."""

    language: str
    text: str
    start: int


def blocks(language: str, page: Path = README) -> list[Block]:
    text = page.read_text("utf-8")
    fences = re.finditer(r"^( *)```(\w+)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [
        Block(each[2], re.sub(f"^{each[1]}", "", each[3], flags=re.MULTILINE), each.start(3))
        for each in fences
        if each[2] == language
    ]


def agrees(request: pytest.FixtureRequest, block: Block, text: str) -> None:
    """A block of output holds a text; `--update-golden` makes it so."""
    if request.config.getoption("--update-golden"):
        page = README.read_text("utf-8")
        end = block.start + len(block.text)
        README.write_text(page[: block.start] + text + page[end:], encoding="utf-8")
    else:
        assert block.text == text, "run it with --update-golden"


def quoted(request: pytest.FixtureRequest, text: str) -> None:
    """The page's one quotation is this text, as GitHub would show it."""
    page = README.read_text("utf-8")
    wanted = "".join(f"> {line}".rstrip() + "\n" for line in text.rstrip("\n").splitlines())
    (found,) = re.findall(r"(?:^>(?: .*)?\n)+", page, re.MULTILINE)
    if request.config.getoption("--update-golden"):
        README.write_text(page.replace(found, wanted), encoding="utf-8")
    else:
        assert found == wanted, "run it with --update-golden"


def test_the_first_block_installs_and_runs_the_demonstration_the_second_all_tests() -> None:
    run, test, *_ = blocks("sh")
    for block in (run, test):
        lines = block.text.splitlines()
        assert lines[:2] == ["python3 -m venv .venv", ". .venv/bin/activate"]
        assert lines[2].startswith("python -m pip install ")
    assert run.text.splitlines()[3:] == ["reg demo"]
    assert test.text.splitlines()[3:] == ["python -m pytest"]


def test_the_list_of_commands_is_that_of_help(
    request: pytest.FixtureRequest, reg: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, _ = reg("--help")
    commands = out[out.index("Start:") : out.index("Options:")].rstrip() + "\n"
    assert code == 0
    agrees(request, blocks("text")[1], commands)


def test_every_call_that_a_page_shows_is_one_that_the_command_takes(
    reg: Callable[..., tuple[int, str, str]],
) -> None:
    shown = [
        shlex.split(line, comments=True)[1:]
        for page in (README, TOP / "products" / "README.md")
        for block in blocks("sh", page)
        for line in block.text.splitlines()
        if line.startswith("reg ")
    ]
    assert len(shown) > 5
    for call in shown:
        command = call[: 2 if call[0] == "new" else 1]
        code, out, _ = reg(*command, "--help")
        assert code == 0, call
        options = {each.partition("=")[0] for each in call if each.startswith("-")}
        assert options <= set(re.findall(r"--?[a-z][a-z-]*", out)), call


def test_the_first_verdict_is_the_one_that_the_page_shows(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    begin, check, mend = (block.text for block in blocks("sh")[2:5])
    told = blocks("text")[0]
    home, *commands = begin.splitlines()
    assert home == 'cd "$(mktemp -d)"'
    run = _shell(tmp_path)
    assert run("\n".join(commands))[0] == 0
    draft = tmp_path / "products/orders/schemas/order_placed/1.1.0.json"
    draft.write_text(_edited(draft.read_text("utf-8")), encoding="utf-8")
    code, out = run(check)
    assert code == 1
    agrees(request, told, re.sub(r"^base .*\n", "", out, flags=re.MULTILINE))
    _, comment = run("reg check --format comment || true")
    quoted(request, re.sub(r"\n<sub>.*</sub>\n", "", comment))
    code, out = run(mend)
    assert code == 0
    assert "orders/order_placed 2.0.0: compatible" in out
    assert "pass: no findings" in out


def _edited(schema: str) -> str:
    """The edit that the page asks for, as one makes it in an editor."""
    property_, required = '"currency": {"type": "string"}', '"currency"'
    page = README.read_text("utf-8")
    assert f"`{property_}`, put `{required}` into `required`" in page
    schema = schema.replace('"properties": {', f'"properties": {{\n    {property_},', 1)
    return schema.replace('"required": [', f'"required": [\n    {required},', 1)


def _shell(folder: Path) -> Callable[[str], tuple[int, str]]:
    """Runs a block as a newcomer's shell does; whatever is installed here is `reg` there."""
    tools = folder.parent / "tools"
    tools.mkdir()
    command = tools / "reg"
    start = "from schemareg_cli.main import run; run()"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{start}" "$@"\n')
    command.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return lambda block: _ran(["sh", "-e", "-c", block], folder, PATH=path)


def _ran(command: list[str], folder: Path, **environment: str) -> tuple[int, str]:
    """Exit code and stdout of a process that finds this checkout's packages, and no one's Git."""
    people = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada Lovelace"), ("EMAIL", "ada@example.com"))
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if not _alters(name)},
            **people,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": os.pathsep.join(str(TOP / root) for root in ("registry", "cli")),
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8")


def _alters(variable: str) -> bool:
    """Whether a variable of whoever runs the tests would show in what a command prints."""
    return variable.startswith("GIT_") or variable in ("COLUMNS", "NO_COLOR", "REG_DEBUG")


def test_what_the_page_sets_up_is_a_registry_with_its_workflows(
    tmp_path: Path, make_repo: Any
) -> None:
    shop = make_repo("shop")
    (setting_up,) = [block.text for block in blocks("sh") if "--github" in block.text]
    run = _shell(shop.path)
    assert run(setting_up)[0] == 0
    assert shop.git("status", "--short") == ""
    listed = shop.git("ls-files").splitlines()
    workflows = ["check", "comment", "notify", "reminders"]
    assert [each for each in listed if "/workflows/" in each] == [
        f".github/workflows/{name}.yml" for name in workflows
    ]
    page = README.read_text("utf-8")
    assert all(f"`{each}`" in page for each in workflows)
    for path in re.findall(r"`(\.github/[\w./]*)`", page):
        assert (shop.path / path).exists(), path


def test_what_the_page_says_for_gitlab_is_valid_and_runs(tmp_path: Path, make_repo: Any) -> None:
    from xml.etree import ElementTree

    shop = make_repo("shop")
    base = shop.commit({"registry.yaml": "version: 1\n"})
    (pipeline,) = (block.text for block in blocks("yaml"))
    job: Any = parse_yaml(pipeline.encode(), ".gitlab-ci.yml").value["reg"]
    assert _shell(shop.path)(f"CI_MERGE_REQUEST_DIFF_BASE_SHA={base}; {job['script']}")[0] == 0
    assert ElementTree.parse(shop.path / job["artifacts"]["reports"]["junit"]).getroot().tag  # noqa: S314
    schema = ["--quiet", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    (tmp_path / "gitlab.yml").write_text(pipeline)
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(tmp_path / "gitlab.yml")]
    assert subprocess.run(command, check=False).returncode == 0


def test_what_the_page_does_from_python_can_be_done(tmp_path: Path, make_repo: Any) -> None:
    shop = make_repo("shop")
    shop.commit({"registry.yaml": "version: 1\n"})
    session = tmp_path / "session.txt"
    session.write_text("".join(block.text for block in blocks("pycon")), encoding="utf-8")
    assert session.read_text("utf-8").count(">>> ") > 8
    assert _ran([sys.executable, "-m", "doctest", str(session)], shop.path) == (0, "")


def test_the_page_is_short() -> None:
    lines = README.read_text("utf-8").splitlines()
    shown = sum(len(block.text.splitlines()) for block in blocks("text"))
    shown += sum(line == ">" or line.startswith("> ") for line in lines)
    assert len(lines) - shown <= 180
