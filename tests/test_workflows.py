"""What runs on a pull request trusts nothing of it, and is the same every time."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from schemareg.documents import parse_yaml

TOP = Path(__file__).parent.parent
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))


def steps(workflow: Any) -> list[Any]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def workflow(path: Path) -> Any:
    return parse_yaml(path.read_bytes(), path.name).value


def test_a_workflow_may_do_only_what_each_job_names(workflow: Any) -> None:
    assert workflow["permissions"] == {}
    assert all(
        "permissions" in job and "timeout-minutes" in job for job in workflow["jobs"].values()
    )


def test_an_action_is_named_by_its_commit_with_the_version_beside_it(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert used
    for each in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*", each), each


def test_nothing_of_the_event_stands_in_a_command(workflow: Any) -> None:
    assert [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")] == []


def test_a_checkout_keeps_no_credentials_and_brings_the_whole_history(workflow: Any) -> None:
    checkouts = [step for step in steps(workflow) if "checkout" in step.get("uses", "")]
    assert [step["with"] for step in checkouts] == [
        {"fetch-depth": 0, "persist-credentials": False} for _ in checkouts
    ]
    assert checkouts


def test_a_pull_request_is_checked_without_secrets_of_the_repository(workflow: Any) -> None:
    assert "pull_request_target" not in workflow["on"]


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
