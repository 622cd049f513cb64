"""The workflows run by `act`, which knows nothing of our own runner, and installed as they install."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo
    from tests.doubles.github import GitHub
    from tests.doubles.receivers import Hook

TOP = Path(__file__).parents[2]
ACT = Path(sys.executable).parent / "act"
ORDER = "products/orders/schemas/order"
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG"),
    pytest.mark.skipif(not ACT.exists(), reason="act is not installed"),
]

COMMIT = "3f2a9c1d" * 5
CHECKOUT = """\
name: stands in for actions/checkout
description: A clone as deep and as complete, of a repository on this machine.
inputs:
  fetch-depth: {default: "1"}
  filter: {default: ""}
  persist-credentials: {default: "true"}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        FILTER: ${{ inputs.filter }}
      run: |
        find . -mindepth 1 -delete
        git init --quiet
        git remote add origin "$ORIGIN"
        git fetch --quiet ${FILTER:+"--filter=$FILTER"} origin '+refs/heads/*:refs/remotes/origin/*' \\
          '+refs/pull/*:refs/remotes/pull/*'
        case $GITHUB_REF in
          refs/heads/*) git checkout --quiet -B "${GITHUB_REF#refs/heads/}" "$GITHUB_SHA" ;;
          *) git checkout --quiet --detach "$GITHUB_SHA" ;;
        esac
"""
UPLOAD = """\
name: stands in for actions/upload-artifact
description: A copy.
inputs:
  name: {}
  path: {}
  if-no-files-found: {}
  overwrite: {}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        FROM: ${{ inputs.path }}
      run: cp -r "$FROM" "$ARTIFACTS"
"""
DOWNLOAD = """\
name: stands in for actions/download-artifact
description: A copy.
inputs:
  name: {}
  path: {}
  run-id: {}
  github-token: {}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        TO: ${{ inputs.path }}
      run: cp -r "$ARTIFACTS" "$TO"
"""
ACTIONS = {"checkout": CHECKOUT, "upload-artifact": UPLOAD, "download-artifact": DOWNLOAD}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine without a network: pip finds this package as a wheel, and the rest as installed."""
    top = tmp_path_factory.mktemp("machine")
    wheel = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(top / "wheels"),
    ]
    subprocess.run([sys.executable, "-m", "pip", *wheel, str(TOP)], check=True)
    packages = Path(sysconfig.get_paths()["purelib"])
    (top / "packages").mkdir()
    for each in packages.iterdir():
        if "schemareg" not in each.name and each.suffix != ".pth":
            (top / "packages" / each.name).symlink_to(each)
    python = top / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(
        "#!/bin/sh\n"
        f'{shlex.quote(sys.executable)} "$@" || exit\n'
        'if [ "$1 $2" = "-m venv" ]; then\n'
        f'  for each in "$3"/lib/python*/site-packages; do\n'
        f'    echo {shlex.quote(str(top / "packages"))} >"$each/here.pth"\n'
        "  done\n"
        "fi\n"
    )
    python.chmod(0o755)
    return {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(top / "wheels"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the answer to "with isolation?"
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "XDG_CACHE_HOME": str(top / "cache"),
        "HOME": str(top),
    }


@pytest.fixture
def registry(repo: Repo, reg: Callable[..., Any]) -> Repo:
    """A registry with the workflows, and its origin."""
    assert reg("init", "--github", "-C", str(repo.path))[0] == 0
    repo.git("add", ".")
    fields = {"id": {"type": "string"}}
    first = {"products/orders/product.yaml": PRODUCT, f"{ORDER}/1.0.0.json": schema(fields)}
    repo.commit(first, "Add orders")
    return repo


def serves(registry: Repo) -> None:
    """It answers what a forge answers: clones without contents, and any commit by its name."""
    registry.git("config", "uploadpack.allowFilter", "true")
    registry.git("config", "uploadpack.allowAnySHA1InWant", "true")


def schema(fields: Any, **more: Any) -> str:
    return json.dumps({"type": "object", "properties": fields, **more}, indent=2) + "\n"


def act(
    registry: Repo,
    machine: dict[str, str],
    event: str,
    payload: Any,
    folder: Path,
    workflow: str = "check",
    **secrets: str,
) -> tuple[int, str]:
    """Exit code and log of a workflow on an event, at the commit that is checked out."""
    flags = ["--no-cache-server", "--no-skip-checkout", "--rm", "--concurrent-jobs=1"]
    flags += ["--local-repository", f"acme/schemareg@{COMMIT}={TOP}"]
    text = (registry.path / f".github/workflows/{workflow}.yml").read_text()
    text += (registry.path / ".github/actions/check/action.yml").read_text()
    for used, name in set(re.findall(r"uses: (actions/([\w-]+)@\w+)", text)):
        (folder / name).mkdir(parents=True)
        (folder / name / "action.yml").write_text(ACTIONS[name])
        flags += ["--local-repository", f"{used}={folder / name}"]
    told = folder / "event.json"
    told.write_text(json.dumps(payload))
    artifacts = folder / "artifacts"
    done = subprocess.run(
        [
            *(str(ACT), event, "--platform", "ubuntu-24.04=-self-hosted", "--eventpath", str(told)),
            *("--workflows", f".github/workflows/{workflow}.yml", *flags),
            *(f"--env={name}={machine[name]}" for name in machine if name.startswith("GITHUB_")),
            *("--env", f"ORIGIN=file://{registry.path}", "--env", f"ARTIFACTS={artifacts}"),
            *(each for name, value in secrets.items() for each in ("--secret", f"{name}={value}")),
        ],
        cwd=registry.path,
        env={**os.environ, **machine},
        capture_output=True,
        check=False,
        timeout=300,
    )
    log = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    return done.returncode, log


def test_a_pull_request_and_a_push_are_checked_by_another_runner(
    registry: Repo, machine: dict[str, str], tmp_path: Path
) -> None:
    before = registry.git("rev-parse", "HEAD")
    serves(registry)
    registry.branch("topic")
    fields = {"id": {"type": "string"}}
    head = registry.commit({f"{ORDER}/1.1.0.json": schema(fields, required=["id"])}, "Require it")
    registry.checkout("main")
    registry.git("checkout", "--quiet", "--detach")
    merge = registry.merge("topic")
    registry.git("update-ref", "refs/pull/7/merge", merge)
    pull = {
        "number": 7,
        "head": {"sha": head, "ref": "topic"},
        "base": {"ref": "main", "sha": before},
    }
    payload = {"action": "opened", "number": 7, "pull_request": pull}
    code, log = act(registry, machine, "pull_request", payload, tmp_path / "one")
    assert code == 1, log
    found = json.loads((tmp_path / "one/artifacts/result.json").read_text())
    assert [each["rule"] for each in found["findings"]] == ["bump-too-small", "property-required"]
    assert found["base_commit"] == before
    assert "::error file=products/orders/schemas/order/1.1.0.json" in log
    assert re.search(r"reg\b.*Failure - Main The check has passed", log), log

    registry.checkout("main")
    after = registry.commit({f"{ORDER}/1.1.0.json": schema(fields)}, "Go on")
    payload = {"ref": "refs/heads/main", "before": before, "after": after}
    code, log = act(registry, machine, "push", payload, tmp_path / "two")
    assert code == 0, log
    assert json.loads((tmp_path / "two/artifacts/result.json").read_text())["verdict"] == "pass"


def test_a_workflow_of_another_repository_uses_the_action_by_its_commit(
    registry: Repo, machine: dict[str, str], tmp_path: Path
) -> None:
    """Then the `reg` of that commit is installed, with its exact dependencies."""
    serves(registry)
    before = registry.git("rev-parse", "HEAD")
    path = registry.path / ".github/workflows/check.yml"
    text = path.read_text().replace("./.github/", "acme/schemareg/.github/")
    text = text.replace("actions/check\n", f"actions/check@{COMMIT} # v1.0.0\n")
    fields = {"id": {"type": "string"}}
    files = {
        ".github/workflows/check.yml": text,
        f"{ORDER}/1.1.0.json": schema(fields, required=["id"]),
    }
    after = registry.commit(files, "Require it")
    payload = {"ref": "refs/heads/main", "before": before, "after": after}
    code, log = act(registry, machine, "push", payload, tmp_path)
    assert code == 1, log
    found = json.loads((tmp_path / "artifacts/result.json").read_text())
    assert [each["rule"] for each in found["findings"]] == ["bump-too-small", "property-required"]


def test_the_queue_is_checked_by_another_runner(
    registry: Repo, machine: dict[str, str], tmp_path: Path
) -> None:
    """What waits before it is what it is held against, and not the branch."""
    serves(registry)
    fields = {"id": {"type": "string"}}
    waiting = registry.commit({f"{ORDER}/1.1.0.json": schema(fields)}, "Go on")
    head = registry.commit({f"{ORDER}/1.0.1.json": schema(fields, title="Order")}, "And back")
    group = {"base_sha": waiting, "head_sha": head, "base_ref": "refs/heads/main"}
    payload = {"action": "checks_requested", "merge_group": group}
    code, log = act(registry, machine, "merge_group", payload, tmp_path)
    assert code == 1, log
    found = json.loads((tmp_path / "artifacts/result.json").read_text())
    assert [each["rule"] for each in found["findings"]] == ["version-backwards"]
    assert found["base_commit"] == waiting


def test_a_pull_request_is_commented_on_by_another_runner(
    registry: Repo,
    reg: Callable[..., Any],
    machine: dict[str, str],
    tmp_path: Path,
    github: GitHub,
) -> None:
    registry.branch("topic")
    fields = {"id": {"type": "string"}}
    head = registry.commit({f"{ORDER}/1.1.0.json": schema(fields, required=["id"])}, "Require it")
    registry.checkout("main")
    serves(registry)
    (tmp_path / "artifacts").mkdir()
    result = str(tmp_path / "artifacts/result.json")
    judged = ("--base", "main", "--head", "topic", "--format", "json", "--output", result)
    assert reg("check", *judged, "-C", str(registry.path))[0] == 1
    github.tokens["a-token"] = "github-actions[bot]"
    github.pull(7, head, branch="topic", owner="mallory")
    run = {
        "id": 101,
        "name": "check",
        "event": "pull_request",
        "conclusion": "failure",
        "head_sha": head,
        "head_branch": "topic",
        "run_number": 1,
        "run_attempt": 1,
        "head_repository": {"full_name": "mallory/registry", "owner": {"login": "mallory"}},
        "pull_requests": [],
    }
    elsewhere = {
        "GITHUB_API_URL": github.url,
        "GITHUB_GRAPHQL_URL": f"{github.url}/graphql",
        "GITHUB_REPOSITORY": "acme/registry",
    }
    payload = {"action": "completed", "workflow_run": run}
    code, log = act(
        registry,
        machine | elsewhere,
        *("workflow_run", payload, tmp_path, "comment"),
        GITHUB_TOKEN="a-token",
    )
    assert code == 0, log
    (body,) = github.bodies(7)
    assert "property-required" in body


def test_people_are_told_and_reminded_once_by_another_runner(
    repo: Repo, reg: Callable[..., Any], machine: dict[str, str], tmp_path: Path, hook: Hook
) -> None:
    key = "whsec_c2VjcmV0LXRoYXQtc3RhbmRzLW5vd2hlcmU="
    channel = '{url: "${HUB}", kind: webhook, secret: "${KEY}"}'
    gone = {
        "target": "orders/order#mail",
        "sunset": (date.today() + timedelta(days=5)).isoformat(),
        "reason": "Personal data leaves.",
    }
    files = {
        "registry.yaml": f"version: 1\nchannels: {{hub: {channel}}}\nnotify: {{default: [hub]}}\n",
        "products/orders/product.yaml": PRODUCT,
        f"{ORDER}/1.0.0.json": schema({"id": {"type": "string"}, "mail": {"type": "string"}}),
        "products/orders/deprecations/order-mail.yaml": json.dumps(gone),
    }
    begin = repo.commit(files, "Begin", on=date(2026, 3, 1))
    assert reg("init", "--github", "-C", str(repo.path))[0] == 0
    repo.git("add", ".")
    after = repo.commit({}, "Set up the workflows", on=date(2026, 3, 2))
    serves(repo)

    def run(number: int, workflow: str, event: str, payload: Any) -> list[str]:
        """What kinds of event arrived."""
        where = tmp_path / str(number)
        given = {"HUB": hook.url, "KEY": key, "GITHUB_TOKEN": "a-token"}
        code, log = act(repo, machine, event, payload, where, workflow, **given)
        assert code == 0, log
        assert [each for each in given.values() if each in log] == []
        kinds = [
            json.loads(each.body)["type"].removeprefix("dev.schemareg.") for each in hook.posts
        ]
        hook.posts.clear()
        return kinds

    push = {"ref": "refs/heads/main", "before": "0" * 40, "after": after}
    schedule = {"schedule": "23 5 * * *"}
    assert run(1, "notify", "push", push) == ["registry.watched"]
    assert run(2, "notify", "push", push) == []
    assert run(3, "reminders", "schedule", schedule) == ["sunset.approaching"]
    assert run(4, "reminders", "schedule", schedule) == []
    by_hand = {"ref": "refs/heads/main", "inputs": {"replay": begin}}
    assert run(5, "notify", "workflow_dispatch", by_hand)[0] == "deprecation.announced"
    assert f"receipts/{after[:2]}/{after}.json" in repo.git(
        "ls-tree", "-r", "--name-only", "refs/reg/ledger"
    )
