"""Setting a registry up where it is hosted: workflows, hooks, and which `reg` they install."""

from __future__ import annotations

import json
import os
import re
import shlex
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.hosted import tools

from schemareg.authoring.workflows import REQUIREMENTS, TEMPLATES
from schemareg.documents import parse_yaml
from schemareg.operations import install_source
from schemareg.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

    Run = Callable[..., tuple[int, str, str]]

TOP = Path(__file__).parents[2]
GIVEN = sorted([*(f".github/{name}" for name in TEMPLATES), REQUIREMENTS])
COMMIT = "3f2a9c1d" * 5


def told(out: str) -> list[str]:
    return [line.removeprefix("wrote ") for line in out.splitlines()]


def begun(repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch, *options: str) -> list[str]:
    """What `reg init` writes."""
    monkeypatch.chdir(repo.path)
    code, out, _ = reg("init", *options)
    assert code == 0
    return told(out)


def test_a_repository_at_github_gets_workflows_and_another_does_not(
    make_repo: Callable[..., Repo], reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, elsewhere = (make_repo(name) for name in ("here", "there", "elsewhere"))
    here.git("remote", "add", "origin", "git@github.com:acme/registry.git")
    there.commit({".github/CODEOWNERS": "* @acme/hub\n"})
    elsewhere.git("remote", "add", "origin", "https://gitlab.com/acme/registry.git")
    assert begun(here, reg, monkeypatch) == ["registry.yaml", *GIVEN]
    assert begun(there, reg, monkeypatch) == ["registry.yaml", *GIVEN]
    assert begun(elsewhere, reg, monkeypatch) == ["registry.yaml"]


def test_who_says_so_decides(
    make_repo: Callable[..., Repo], reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = make_repo("here"), make_repo("there")
    assert begun(here, reg, monkeypatch, "--github") == ["registry.yaml", *GIVEN]
    there.commit({".github/CODEOWNERS": "* @acme/hub\n"})
    assert begun(there, reg, monkeypatch, "--no-github") == ["registry.yaml"]


def test_a_registry_gets_the_workflows_that_it_lacks_and_keeps_those_it_has(
    repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(
        {
            "registry.yaml": "version: 1\nprotected-branch: trunk\n"
            'channels: {chat: {url: "${CHAT_URL}"}}\nnotify: {default: [chat]}\n',
            ".github/workflows/check.yml": "name: ours\n",
        }
    )
    monkeypatch.chdir(repo.path)
    code, out, err = reg("init", "--github")
    assert code == 0
    assert told(out) == [path for path in GIVEN if path != ".github/workflows/check.yml"]
    assert err.splitlines() == [
        ".github/workflows/check.yml exists already, and was not changed",
        "On GitHub, require the check `reg` for the protected branch.",
    ]
    assert (repo.path / ".github/workflows/check.yml").read_text() == "name: ours\n"
    notify = (repo.path / ".github/workflows/notify.yml").read_text()
    assert "    branches: [trunk]\n" in notify
    assert "          CHAT_URL: ${{ secrets.CHAT_URL }}\n" in notify
    code, out, err = reg("init")
    assert (code, out) == (2, "")
    assert err.startswith(
        "reg: registry.yaml: the file exists already, and nothing is overwritten\n"
    )


def test_the_branch_whose_merges_count_is_the_one_that_is_there(
    make_repo: Callable[..., Repo], reg: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def said(repo: Repo) -> list[str]:
        begun(repo, reg, monkeypatch, "--github")
        notify = (repo.path / ".github/workflows/notify.yml").read_text()
        registry = (repo.path / "registry.yaml").read_text()
        return [
            *re.findall(r"^protected-branch: (.*)$", registry, re.MULTILINE),
            *re.findall(r"^    branches: \[(.*)\]$", notify, re.MULTILINE),
        ]

    main, master, unborn, clone = (
        make_repo(name) for name in ("main", "master", "unborn", "clone")
    )
    main.commit({"README.md": "x"})
    main.branch("topic")
    assert said(main) == ["main", "main"]
    master.commit({"README.md": "x"})
    master.git("branch", "-m", "main", "master")
    master.branch("topic")
    assert said(master) == ["master", "master"]
    unborn.git("symbolic-ref", "HEAD", "refs/heads/on")
    assert said(unborn) == ['"on"', '"on"']
    assert reg("validate")[0] == 0
    clone.path = tmp_path / "cloned"
    master.git("branch", "-m", "master", "release/1")
    master.checkout("release/1")
    master.git("clone", "--quiet", str(master.path), str(clone.path))
    clone.branch("topic")
    assert said(clone) == ["release/1", "release/1"]


def test_a_channel_that_came_later_is_named_to_the_workflows_by_hand(
    repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(repo, reg, monkeypatch, "--github")
    repo.write({"registry.yaml": 'version: 1\nchannels: {chat: {url: "${CHAT_URL}"}}\n'})
    code, out, err = reg("init", "--github")
    assert (code, out) == (0, "")
    line = "CHAT_URL: ${{ secrets.CHAT_URL }}"
    lacks = [each for each in err.splitlines() if " needs " in each]
    assert lacks == [
        f".github/workflows/{name}.yml needs this line in its `env`:  {line}"
        for name in ("notify", "reminders")
    ]
    for name in ("notify", "reminders"):
        path = repo.path / f".github/workflows/{name}.yml"
        path.write_text(
            path.read_text().replace("        run: reg", f"          {line}\n        run: reg")
        )
    assert " lacks " not in reg("init", "--github")[2]


@pytest.mark.parametrize(
    ("channel", "wanted"),
    [
        ('{url: "${CHAT_URL}"}', f"schemareg=={__version__}"),
        ('{url: "${CHAT_URL}", kind: apprise}', f"schemareg[notify]=={__version__}"),
        ('{url: "matrix://${TOKEN}@example.com"}', f"schemareg[notify]=={__version__}"),
    ],
)
def test_what_a_channel_needs_is_installed_with_it(
    channel: str, wanted: str, repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"registry.yaml": f"version: 1\nchannels: {{chat: {channel}}}\n"})
    monkeypatch.setattr(metadata, "distribution", lambda _: Installed(None))
    begun(repo, reg, monkeypatch, "--github")
    assert (repo.path / REQUIREMENTS).read_text().splitlines()[1:] == [wanted]


def test_a_link_in_the_way_is_not_followed(
    repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (repo.path / ".github").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(repo.path)
    code, _, err = reg("init", "--github")
    assert code == 2
    assert "the path leads out of the registry, or through a link" in err
    assert list((tmp_path / "outside").iterdir()) == []


VCS = {"vcs": "git", "commit_id": COMMIT}
WANTED = f"schemareg @ git+https://example.com/acme/schemareg@{COMMIT}"
ORIGINS: list[tuple[str, Any, str]] = [
    ("from an index", None, f"schemareg=={__version__}"),
    ("over HTTPS", {"url": "https://example.com/acme/schemareg", "vcs_info": VCS}, WANTED),
    (
        "with somebody's password",
        {"url": "https://ada:s3cret@example.com/acme/schemareg?token=s3cret", "vcs_info": VCS},
        WANTED,
    ),
    ("over SSH", {"url": "ssh://git@example.com/acme/schemareg", "vcs_info": VCS}, WANTED),
    ("over SSH, in short", {"url": "git@example.com:acme/schemareg", "vcs_info": VCS}, WANTED),
    (
        "by a file that only this machine has",
        {"url": "file:///home/ada/schemareg", "vcs_info": VCS},
        f"schemareg=={__version__}",
    ),
    (
        "from a wheel",
        {"url": "file:///tmp/schemareg.whl", "archive_info": {}},
        f"schemareg=={__version__}",
    ),
    (
        "from a folder that is gone",
        {"url": "file:///nowhere/at/all", "dir_info": {}},
        f"schemareg=={__version__}",
    ),
]


class Installed(metadata.Distribution):
    """A distribution whose direct_url.json is this one."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def read_text(self, filename: str) -> str | None:
        return None if self._record is None else json.dumps(self._record)

    def locate_file(self, path: Any) -> Any:
        return path

    @property
    def metadata(self) -> Any:
        return Message()


def installed(monkeypatch: pytest.MonkeyPatch, record: Any) -> str:
    """What is required where this package was installed so."""
    monkeypatch.setattr(metadata, "distribution", lambda _: Installed(record))
    return install_source.requirement()


@pytest.mark.parametrize(
    ("record", "wanted"), [row[1:] for row in ORIGINS], ids=[row[0] for row in ORIGINS]
)
def test_workflows_install_the_reg_that_wrote_them(
    record: Any, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installed(monkeypatch, record) == wanted


def test_a_clone_counts_by_its_commit_once_that_was_pushed(
    make_repo: Callable[..., Repo], monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = make_repo("a clone")
    pushed = clone.commit({"a": "1"})
    clone.git("remote", "add", "origin", "git@example.com:acme/schemareg.git")
    record = {"url": clone.path.as_uri(), "dir_info": {"editable": True}}
    assert installed(monkeypatch, record) == f"schemareg=={__version__}"
    clone.git("update-ref", "refs/remotes/origin/main", pushed)
    there = f"schemareg @ git+https://example.com/acme/schemareg.git@{pushed}"
    assert installed(monkeypatch, record) == there
    clone.commit({"a": "2"})
    assert installed(monkeypatch, record) == f"schemareg=={__version__}"


def test_the_hooks_of_pre_commit_are_commands_that_run(
    repo: Repo, reg: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: Any = parse_yaml((TOP / ".pre-commit-hooks.yaml").read_bytes(), "hooks").value
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": "title: O\nowner: {team: t}\nschemas: {order: {}}\n",
            "products/orders/schemas/order/1.0.0.json": '{"properties": {"id": {}}}\n',
        }
    )
    monkeypatch.chdir(repo.path)
    # As in a hook: git says which repository and index it is about.
    monkeypatch.setenv("GIT_DIR", os.fspath(repo.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(repo.path / ".git/index"))

    def ends() -> dict[str, int]:
        return {each["id"]: reg(*shlex.split(each["entry"])[1:])[0] for each in hooks}

    assert ends() == {"reg-validate": 0, "reg-check": 0}
    repo.write({"products/orders/schemas/order/1.1.0.json": '{"required": ["id"]}\n'})
    assert ends() == {"reg-validate": 0, "reg-check": 1}
    repo.write({"products/orders/product.yaml": "titel: O\n"})
    assert ends() == {"reg-validate": 2, "reg-check": 2}
    assert all(shlex.split(each["entry"])[0] == "reg" for each in hooks)


def test_a_hook_of_git_refuses_a_commit_that_breaks_a_promise(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'reg' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    order = "products/orders/schemas/order"
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": "title: O\nowner: {team: t}\nschemas: {order: {}}\n",
            f"{order}/1.0.0.json": '{"type": "object", "properties": {"id": {}}}\n',
        }
    )
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec reg check\n")
    hook.chmod(0o755)
    repo.write({f"{order}/1.1.0.json": '{"type": "object", "required": ["id"]}\n'})
    repo.git("add", order)
    repo.git("commit", "--quiet", "-m", "Break", fails=True)
    repo.write({f"{order}/1.1.0.json": '{"type": "object", "properties": {"id": {}, "a": {}}}\n'})
    repo.git("add", order)
    repo.git("commit", "--quiet", "-m", "Add a field")
