"""Whatever stands in a repository: a sentence with its place and mend, never a traceback or a hang."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "products/orders/schemas/order"
GOOD = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\nschemas:\n  order: {}\n",
    f"{ORDER}/1.0.0.json": '{"type": "object"}\n',
}


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    repo.commit(GOOD, "Add orders")
    monkeypatch.chdir(repo.path)
    return repo


BAD: list[tuple[str, str, bytes, int, str]] = [
    ("invalid UTF-8", f"{ORDER}/1.1.0.json", b'{"title": "\xff"}', 1, "file-not-utf8"),
    ("a byte order mark", f"{ORDER}/1.1.0.json", b"\xef\xbb\xbf{}", 1, "file-has-bom"),
    ("a byte order mark", "registry.yaml", b"\xef\xbb\xbfversion: 1\n", 1, "file-has-bom"),
    (
        "a duplicate key",
        f"{ORDER}/1.1.0.json",
        b'{"title": "a",\n "title": "b"}',
        2,
        "duplicate-key",
    ),
    ("a duplicate key", "registry.yaml", b"version: 1\nversion: 1\n", 2, "duplicate-key"),
    ("NaN", f"{ORDER}/1.1.0.json", b'{"minimum": NaN}', 1, "number-not-json"),
    ("Infinity", f"{ORDER}/1.1.0.json", b'{"minimum":\n -Infinity}', 2, "number-not-json"),
    (
        "2 MiB",
        f"{ORDER}/1.1.0.json",
        b'{"title": "' + b"x" * (2 << 20) + b'"}',
        1,
        "file-too-large",
    ),
    (
        "nesting",
        f"{ORDER}/1.1.0.json",
        b'{"not": ' * 101 + b"{}" + b"}" * 101,
        1,
        "nesting-too-deep",
    ),
    ("nesting", "registry.yaml", b"version: " + b"[" * 100_000, 1, "nesting-too-deep"),
    ("no version", f"{ORDER}/v1.json", b"{}", 1, "version-name"),
    ("no version", f"{ORDER}/1.1.json", b"{}", 1, "version-name"),
    ("no schema", f"{ORDER}/1.1.0.json", b'{"type": "strin"}', 1, "schema-malformed"),
    (
        "unknown dialect",
        f"{ORDER}/1.1.0.json",
        b'{"$schema": "https://x.example/"}',
        1,
        "dialect-unknown",
    ),
    ("dangling", f"{ORDER}/1.1.0.json", b'{\n"$ref": "#/$defs/x"}', 2, "reference-dangling"),
    (
        "remote",
        f"{ORDER}/1.1.0.json",
        b'{"$ref": "https://x.example/s.json"}',
        1,
        "reference-dangling",
    ),
    (
        "dangling",
        f"{ORDER}/1.1.0.json",
        b'{"$ref": "reg:orders/order@9.0.0"}',
        1,
        "reference-dangling",
    ),
    ("no JSON", f"{ORDER}/1.1.0.json", b'{"type": }', 1, "json-syntax"),
    ("nothing", f"{ORDER}/1.1.0.json", b"", 1, "file-empty"),
    ("unknown key", "registry.yaml", b"version: 1\noverides: stricter\n", 2, "key-unknown"),
    ("an alias", "registry.yaml", b"version: &v 1\nx: *v\n", 1, "yaml-anchor"),
    ("a tag", "registry.yaml", b"version: !!python/object/apply:os.system [id]\n", 1, "yaml-tag"),
]


@pytest.mark.parametrize(
    ("why", "path", "content", "line", "rule"), BAD, ids=lambda each: str(each)[:20]
)
def test_a_wrong_file_is_told_with_its_place(
    why: str, path: str, content: bytes, line: int, rule: str, shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({path: content})
    code, out, err = reg("validate")
    assert (code, out) == (2, "")
    assert re.search(rf"^{re.escape(path)}:{line}:\d+: error {rule}$", err, re.MULTILINE), err
    assert err.splitlines()[-1].startswith("reg: ")
    assert reg("check")[0] == 2


def test_every_mistake_of_every_file_is_told_at_once(shop: Any, reg: Callable[..., Any]) -> None:
    shop.write(
        {
            "registry.yaml": "version: 1\noverides: stricter\nlevel: FULL\n",
            "products/orders/product.yaml": "title: Orders\nschemas: {order: {}}\n",
            f"{ORDER}/1.1.0.json": '{"type": "strin",\n "minLength": -1}',
            f"{ORDER}/x.json": "{}",
        }
    )
    code, out, err = reg("validate")
    assert (code, out) == (2, "")
    told = re.findall(r"^(\S+):\d+:\d+: error ([\w-]+)$", err, re.MULTILINE)
    assert {path for path, _ in told} == {
        "registry.yaml",
        "products/orders/product.yaml",
        f"{ORDER}/1.1.0.json",
        f"{ORDER}/x.json",
    }
    assert [path for path, _ in told] == sorted(path for path, _ in told)
    assert err.splitlines()[-1] == f"reg: {len(told)} mistakes in 4 files"


def test_mistakes_have_the_form_that_is_asked_for(shop: Any, reg: Callable[..., Any]) -> None:
    shop.write({"registry.yaml": "version: 1\noverides: stricter\n"})
    for command in ("validate", "check"):
        code, out, err = reg(command, "--format", "github")
        assert code == 2
        assert out.startswith("::error file=registry.yaml,line=2,col=1,title=key-unknown::")
        assert err.endswith("reg: 1 mistake in 1 file\n")
        code, out, _ = reg(command, "--format", "json")
        assert (code, json.loads(out)["verdict"]) == (2, "invalid")
    shop.write({"registry.yaml": "version: 1\n"})
    assert reg("validate") == (0, "valid: no mistakes\n", "")
    assert json.loads(reg("validate", "--format", "json")[1])["verdict"] == "valid"


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "submodule"])
def test_nothing_but_files_and_folders_stands_below_products(
    kind: str, shop: Any, tmp_path: Path, reg: Callable[..., Any]
) -> None:
    (tmp_path / "secret.json").write_text("{}")
    place = shop.path / ORDER / "1.1.0.json"
    if kind == "link to a file":
        place.symlink_to(tmp_path / "secret.json")
    elif kind == "link to a folder":
        place = shop.path / "products/lines"
        place.symlink_to(tmp_path, target_is_directory=True)
    else:
        place = shop.path / "products/lines"
        shop.git(
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            "./.git",
            "products/lines",
        )
    code, out, err = reg("validate")
    assert (code, out) == (2, "")
    assert f"{place.relative_to(shop.path).as_posix()}:1:1: " in err
    assert reg("check")[0] == 2


def test_a_name_no_terminal_should_see_is_shown_as_escapes(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({f"{ORDER}/\x1b[2J\u202e.json": "{}"})
    code, out, err = reg("validate")
    assert (code, out) == (2, "")
    assert "\x1b" not in err
    assert "\u202e" not in err
    assert f"{ORDER}/\\x1b[2J\\u202e.json:1:1: " in err


def test_a_repository_without_commits_is_all_new(
    repo: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.chdir(repo.path)
    repo.write(GOOD)
    code, out, err = reg("check")
    assert (code, err) == (0, "")
    assert "base nothing, head working tree" in out


@pytest.mark.parametrize("command", ["check", "impact"])
def test_where_there_is_no_registry_nothing_passes(
    command: str, repo: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.chdir(repo.path)
    missing = "registry.yaml:1:1: error registry-file-missing\n"
    assert reg(command)[0] == 2
    repo.commit({f"data/{path}": text for path, text in GOOD.items()}, "In a folder")
    repo.branch("topic")
    repo.commit({"data/products/orders/product.yaml": "title: Orders\n"}, "Break it")
    for call in ((command,), (command, "-C", "data"), (command, "--base", "main")):
        code, out, err = reg(*call)
        assert (code, out) == (2, "")
        assert err.startswith(missing)
        assert "  reg init writes one\n" in err


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("--base", "mian"), 2, "reg: there is no commit 'mian' in this clone\n  Perhaps `main`"),
        (("--head", "0" * 40), 2, "reg: there is no commit '" + "0" * 40),
        (("-C", "nowhere"), 2, "reg: nowhere: the folder does not exist"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_a_revision_that_is_not_there_is_answered_with_one_that_is(
    arguments: tuple[str, ...], code: int, complaint: str, reg: Callable[..., Any]
) -> None:
    got, out, err = reg("check", *arguments)
    assert (got, out) == (code, "")
    assert err.startswith(complaint)


def test_no_base_is_no_verdict(shop: Any, reg: Callable[..., Any]) -> None:
    shop.git("branch", "-m", "main", "trunk")
    code, out, err = reg("check")
    assert (code, out) == (3, "")
    assert err.startswith("reg: there is no base: no branch `main`")
    assert "protected-branch: trunk" in err


def test_a_shallow_clone_that_hides_the_base_names_the_fetch(
    shop: Any, tmp_path: Path, reg: Callable[..., Any]
) -> None:
    shop.branch("topic")
    shop.commit({f"{ORDER}/1.1.0.json": "{}\n"})
    shop.commit({"README.md": "x"})
    shop.git(
        "clone",
        "--quiet",
        "--depth=1",
        f"file://{shop.path}",
        str(tmp_path / "clone"),
        "--no-single-branch",
    )
    code, out, err = reg("-C", str(tmp_path / "clone"), "check", "--head", "origin/topic")
    assert (code, out) == (3, "")
    assert "git fetch --unshallow" in err


def test_a_merge_that_is_not_finished_is_no_state_to_judge(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.branch("topic")
    shop.commit({"registry.yaml": "version: 1 # topic\n"})
    shop.checkout("main")
    shop.commit({"registry.yaml": "version: 1 # main\n"})
    shop.git("merge", "topic", fails=True)
    code, out, err = reg("check")
    assert (code, out) == (2, "")
    assert err.startswith("reg: registry.yaml: ")


def test_hostile_environment_variables_change_nothing(
    shop: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    before = reg("list")
    monkeypatch.setenv("GIT_DIR", os.devnull)
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    assert reg("list") == before
