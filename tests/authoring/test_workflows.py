"""What runs on a pull request trusts nothing of it, is the same every time, and lints clean."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.authoring import workflows
from schemareg.documents import parse_yaml
from schemareg.manifests import parse_registry
from schemareg.model import Channel, Mail, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOP = Path(__file__).parents[2]
GITHUB = TOP / ".github"
FILES = sorted([*GITHUB.glob("workflows/*.yml"), *GITHUB.glob("actions/*/action.yml")])
PAGE = TOP / "registry" / "docs" / "how-to-workflows.md"
INPUTS = {"base", "fail-on", "artifact", "token"}
OWN = "--constraint ../../../.ci/constraints.txt\n."
"""This repository runs the `reg` of the very commit that is looked at."""

ELSEWHERE = Policy(
    protected_branch="release/2.x",
    channels=(
        Channel("chat", "${CHAT_URL}"),
        Channel("hook", "https://example.com/${HOOK_PATH}", secret="${HOOK_SECRET}"),
    ),
    mail=Mail("smtps://${MAIL_USER}:${MAIL_PASSWORD}@mail.example.com", "reg@example.com"),
)
"""What another registry may ask for."""


def tool(name: str) -> str:
    """A linter of the development extra: beside this Python, or on the PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    assert found, f"{name} is missing: pip install '.[dev]'"
    return found


def value(path: Path) -> Any:
    return parse_yaml(path.read_bytes(), path.name).value


def steps(path: Path) -> list[Any]:
    document = value(path)
    if path.name == "action.yml":
        found: list[Any] = document["runs"]["steps"]
        return found
    return [step for job in document["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture(params=sorted(GITHUB.glob("workflows/*.yml")), ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Any:
    return value(request.param)


def test_this_repository_uses_the_files_that_it_gives_to_others(
    request: pytest.FixtureRequest,
) -> None:
    registry = parse_yaml((TOP / "registry.yaml").read_bytes(), "registry.yaml")
    given = workflows.files(OWN, parse_registry(registry))
    if request.config.getoption("--update-golden"):
        for name, text in given.items():
            (TOP / name).parent.mkdir(parents=True, exist_ok=True)
            (TOP / name).write_text(text, encoding="utf-8")
    assert {name: (TOP / name).read_text("utf-8") for name in given} == given
    assert {str(each.relative_to(TOP)) for each in FILES} - {*given} == {
        ".github/workflows/test.yml"
    }


def test_another_registry_gets_its_own_branch_secrets_and_version() -> None:
    here = workflows.files("schemareg==1.2.3", Policy())
    there = workflows.files("schemareg==1.2.3", ELSEWHERE)
    assert here[workflows.REQUIREMENTS].splitlines()[1:] == ["schemareg==1.2.3"]
    changed = {
        name: sorted(set(there[name].splitlines()) - set(here[name].splitlines()))
        for name in here
        if there[name] != here[name]
    }
    branch = "    branches: [release/2.x]"
    named = ["CHAT_URL", "HOOK_PATH", "HOOK_SECRET", "MAIL_PASSWORD", "MAIL_USER"]
    secrets = [f"          {name}: ${{{{ secrets.{name} }}}}" for name in named]
    assert changed == {
        ".github/workflows/check.yml": [branch],
        ".github/workflows/notify.yml": [*secrets, branch],
        ".github/workflows/reminders.yml": secrets,
    }


@pytest.mark.parametrize("branch", ["main", "release/2.x", "feature+x", "!x", "on", "a#b", "1.0"])
def test_the_branch_is_one_branch_to_yaml_and_to_the_filter(branch: str) -> None:
    text = workflows.files("x", Policy(protected_branch=branch))[".github/workflows/check.yml"]
    (written,) = parse_yaml(text.encode(), "check.yml").value["on"]["push"]["branches"]
    assert re.sub(r"\\(.)", r"\1", str(written)) == branch
    assert not re.search(r"(?<!\\)[!*+?\[]", str(written))


def test_a_workflow_may_do_only_what_each_job_names(workflow: Any) -> None:
    assert workflow["permissions"] == {}
    assert all(
        "permissions" in job and "timeout-minutes" in job for job in workflow["jobs"].values()
    )


def test_an_action_is_named_by_its_commit_with_the_version_beside_it(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    pinned = r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    own = r"\./\.github/actions/\w+"
    assert [each for each in used if not re.fullmatch(f"{pinned}|{own}", each)] == []


def test_nothing_of_the_event_stands_in_a_command(path: Path) -> None:
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_a_checkout_keeps_no_credentials_and_brings_what_history_needs(path: Path) -> None:
    whole = {"fetch-depth": 0, "persist-credentials": False}
    known = {
        "comment.yml": {"persist-credentials": False},
        "test.yml": whole,
        **dict.fromkeys(("check.yml", "notify.yml", "reminders.yml"), whole | {"filter": "tree:0"}),
    }
    checkouts = [step["with"] for step in steps(path) if "checkout@" in step.get("uses", "")]
    assert checkouts == ([known[path.name]] if path.name in known else [])


def test_a_pull_request_is_checked_without_secrets_of_the_repository(workflow: Any) -> None:
    assert "pull_request_target" not in workflow["on"]
    if "pull_request" in workflow["on"]:
        assert "secrets." not in str(workflow)
        assert {str(job["permissions"]) for job in workflow["jobs"].values()} <= {
            "{}",
            "{'contents': 'read'}",
        }


def test_the_page_says_when_each_runs_and_what_it_may_do() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {name: (code(events), code(rights)) for name, events, rights in rows[:4]}
    found = {}
    for each in (name for name in workflows.TEMPLATES if name.startswith("workflows/")):
        document = value(GITHUB / each)
        granted: dict[str, str] = {}
        for job in document["jobs"].values():
            granted |= job["permissions"]
        rights = {f"{name}: {level}" for name, level in granted.items()} - {"contents: read"}
        found[Path(each).stem] = (set(document["on"]), rights)
    assert told == found


def code(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_the_page_says_what_the_action_takes_and_gives() -> None:
    action = value(GITHUB / "actions" / "check" / "action.yml")
    rows = re.findall(
        r"^\| `([\w-]+)` \| ?(.*?) ?\| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    told = {name: (default.strip("` "), what) for name, default, what in rows if name in INPUTS}
    assert told == {
        name: (each["default"], each["description"]) for name, each in action["inputs"].items()
    }
    page = PAGE.read_text("utf-8")
    assert all(f"`{name}`" in page for name in action["outputs"])


def test_the_required_check_answers_whatever_happens() -> None:
    check = value(GITHUB / "workflows" / "check.yml")
    gate = check["jobs"]["reg"]
    assert (gate["name"], gate["if"], gate["permissions"]) == ("reg", "always()", {})
    assert [gate["needs"]] == [name for name in check["jobs"] if name != "reg"]
    filters = {"paths", "paths-ignore", "branches-ignore"}
    assert not filters & {key for event in check["on"].values() if event for key in event}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this one's files, and one with what another registry gets."""
    top = tmp_path_factory.mktemp("given")
    for name, files in (
        ("own", _own()),
        ("other", workflows.files("schemareg==1.2.3", ELSEWHERE)),
    ):
        subprocess.run(["git", "init", "--quiet", str(top / name)], check=True)
        for path, text in files.items():
            (top / name / path).parent.mkdir(parents=True, exist_ok=True)
            (top / name / path).write_text(text, encoding="utf-8")
    return top


def _own() -> dict[str, str]:
    paths = [*FILES, GITHUB / "actions/setup/install.sh", TOP / ".pre-commit-hooks.yaml"]
    return {str(each.relative_to(TOP)): each.read_text("utf-8") for each in paths}


def _commands(given: Path) -> Iterator[Path]:
    """The scripts of all actions, each as a file; those of workflows are actionlint's."""
    for number, action in enumerate(sorted(given.glob("*/.github/actions/*/action.yml"))):
        for index, step in enumerate(steps(action)):
            if "run" in step:
                script = given / f"{number}-{index}.sh"
                script.write_text(f"#!/usr/bin/env bash\n{step['run']}", encoding="utf-8")
                yield script


def _zizmor(given: Path) -> list[str]:
    settings = str(Path(__file__).parents[1] / "actions" / "zizmor.yml")
    return [
        *(tool("zizmor"), "--offline", "--strict-collection", "--persona=pedantic"),
        *("--quiet", "--config", settings, str(given / "own"), str(given / "other")),
    ]


LINTERS: dict[str, Callable[[Path], list[str]]] = {
    "zizmor": _zizmor,
    "actionlint": lambda given: [
        *(tool("actionlint"), "-no-color", "-shellcheck", tool("shellcheck")),
        *map(str, sorted(given.glob("*/.github/workflows/*.yml"))),
    ],
    "the schema of workflows": lambda given: [
        *(tool("check-jsonschema"), "--quiet", "--builtin-schema", "vendor.github-workflows"),
        *map(str, sorted(given.glob("*/.github/workflows/*.yml"))),
    ],
    "the schema of actions": lambda given: [
        *(tool("check-jsonschema"), "--quiet", "--builtin-schema", "vendor.github-actions"),
        *map(str, sorted(given.glob("*/.github/actions/*/action.yml"))),
    ],
    "shellcheck": lambda given: [
        *(tool("shellcheck"), str(TOP / ".ci" / "run")),
        *map(str, sorted(given.glob("*/.github/actions/*/*.sh"))),
        *map(str, _commands(given)),
    ],
}


@pytest.mark.parametrize("linter", LINTERS)
def test_all_of_them_lint_clean(linter: str, given: Path) -> None:
    quiet = {**os.environ, "NO_COLOR": "1", "GIT_CEILING_DIRECTORIES": str(given)}
    done = subprocess.run(
        LINTERS[linter](given), cwd=given / "own", capture_output=True, check=False, env=quiet
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_the_linters_would_see_it(given: Path) -> None:
    """What is forbidden is found, so that silence above means something."""
    bad = given / "bad" / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(
        "on: pull_request_target\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - uses: actions/checkout@v5\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    settings = _zizmor(given)[:-2]
    done = subprocess.run([*settings, str(given / "bad")], capture_output=True, check=False)
    assert done.returncode != 0
    found = set(re.findall(r"\[([a-z-]+)\]", done.stdout.decode()))
    assert found >= {"template-injection", "unpinned-uses", "artipacked", "dangerous-triggers"}


def test_ci_installs_an_exact_version_of_whatever_the_project_asks_for() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(each for extra in extras for each in extra)]
    names = {re.split(r"[\[<>=~! ]", each)[0].lower() for each in asked} - {project["name"]}
    lines = (TOP / ".ci" / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [each for each in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", each)] == []
    pinned = {each.partition("==")[0].lower().replace("_", "-") for each in pins}
    assert {each.replace("_", "-") for each in names} - pinned == set()
