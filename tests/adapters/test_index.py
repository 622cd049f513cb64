"""The history of a registry, answered by the index, on real repositories."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemareg.adapters.git.repository import open_repository
from schemareg.adapters.history import index as index_room
from schemareg.adapters.history.history import history, protected
from schemareg.model import Entry, Kind, Landing, PathChange
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.conftest import Repo

    from schemareg.model import History

ORDERS = "products/orders"
ORDER = f"{ORDERS}/schemas/order/1.0.0.json"
POLICY = {"registry.yaml": "version: 1\n"}
INDEX = Path(".git/reg/index-1.sqlite")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def landed(repo: Repo, path: str, head: str = "main") -> tuple[str, int, datetime] | None:
    """Commit, ordinal and time of the landing of a path."""
    with history(repo.path, head) as found:
        landing = found.landed(path)
    return None if landing is None else (landing.commit, landing.ordinal, landing.time)


def story(repo: Repo, path: str = "", head: str = "main") -> list[tuple[str, str, str]]:
    """Commit, path, and what happened to it, in one letter each as Git has it."""
    with history(repo.path, head) as found:
        return [(each.landing.commit, each.path, _letter(each)) for each in found.changes(path)]


def _letter(change: PathChange) -> str:
    if change.before is None:
        return "A"
    if change.after is None:
        return "D"
    return "M" if change.before.kind is change.after.kind else "T"


# What lands, and when


def test_a_path_lands_with_the_merge_that_brings_it_not_with_the_commit_that_made_it(
    repo: Repo,
) -> None:
    repo.commit(POLICY, on=date(2026, 3, 1))
    repo.branch("side")
    repo.commit({ORDER: "{}"}, on=date(2025, 1, 1))
    repo.checkout("main")
    merge = repo.merge("side", on=date(2026, 4, 1))
    assert landed(repo, ORDER) == (merge, 1, noon(date(2026, 4, 1)))
    assert landed(repo, "products") == landed(repo, ORDERS) == landed(repo, ORDER)
    assert landed(repo, f"{ORDERS}/nothing") is None


def test_a_squash_lands_as_one_and_a_rebase_commit_by_commit(repo: Repo) -> None:
    repo.commit(POLICY, on=date(2026, 3, 1))
    repo.branch("side")
    repo.commit({ORDER: "{}"}, on=date(2026, 3, 2))
    repo.commit({f"{ORDERS}/product.yaml": "title: Orders\n"}, on=date(2026, 3, 3))
    repo.checkout("main")
    repo.commit({"README.md": "here\n"}, on=date(2026, 3, 4))
    repo.git("merge", "--squash", "--quiet", "side")
    repo.git("commit", "--quiet", "-m", "Squashed", on=date(2026, 3, 9))
    squashed = repo.git("rev-parse", "HEAD")
    assert landed(repo, ORDER) == (squashed, 2, noon(date(2026, 3, 9)))
    repo.git("reset", "--quiet", "--hard", "HEAD^")
    repo.checkout("side")
    repo.git("rebase", "--quiet", "main", on=date(2026, 3, 10))
    repo.checkout("main")
    repo.git("merge", "--quiet", "--ff-only", "side")
    first = repo.git("rev-parse", "HEAD^")
    assert landed(repo, ORDER) == (first, 2, noon(date(2026, 3, 10)))
    assert landed(repo, f"{ORDERS}/product.yaml") == (
        repo.git("rev-parse", "HEAD"),
        3,
        noon(date(2026, 3, 10)),
    )


def test_what_was_reverted_and_brought_back_landed_when_it_came_back(repo: Repo) -> None:
    repo.commit(POLICY)
    first = repo.commit({ORDER: "{}"}, on=date(2026, 3, 2))
    repo.git("revert", "--no-edit", "HEAD", on=date(2026, 3, 3))
    gone = repo.git("rev-parse", "HEAD")
    assert landed(repo, ORDER) is None
    repo.git("revert", "--no-edit", "HEAD", on=date(2026, 3, 4))
    back = repo.git("rev-parse", "HEAD")
    assert landed(repo, ORDER) == (back, 3, noon(date(2026, 3, 4)))
    assert story(repo, ORDER) == [(first, ORDER, "A"), (gone, ORDER, "D"), (back, ORDER, "A")]
    assert landed(repo, ORDER, first) == (first, 1, noon(date(2026, 3, 2)))


def test_time_never_runs_backwards_whatever_commits_claim(repo: Repo) -> None:
    for day in ((2026, 3, 1), (2030, 1, 1), (2026, 3, 3), (2025, 1, 1), (2031, 1, 1)):
        repo.commit({}, on=date(*day))
    with history(repo.path, "main") as found:
        line = found.line()
    assert [each.time.year for each in line] == [2026, 2030, 2030, 2030, 2031]
    assert [each.claimed.year for each in line] == [2026, 2030, 2026, 2025, 2031]
    assert [each.ordinal for each in line] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("claim", "is_read_as"),
    [
        ("99999999999999999999", datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("999999999999999", datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("nonsense", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_claim_that_is_no_date_harms_nothing(
    repo: Repo, claim: str, is_read_as: datetime
) -> None:
    repo.commit(POLICY)
    tree = repo.git("rev-parse", "HEAD^{tree}")
    text = f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> {claim} +0000\n\nOdd\n"
    (repo.path / "odd").write_text(text)
    odd = repo.git("hash-object", "-t", "commit", "-w", "--literally", "odd")
    with history(repo.path, odd) as found:
        assert found.head is not None
        assert found.head.claimed == is_read_as


def test_an_octopus_and_an_evil_merge_land_whatever_they_bring(repo: Repo) -> None:
    repo.commit(POLICY)
    for name in ("one", "two"):
        repo.git("checkout", "--quiet", "-b", name, "main")
        repo.commit({f"products/{name}/product.yaml": f"title: {name}\n"})
    repo.checkout("main")
    repo.git("merge", "--quiet", "--no-ff", "-m", "Octopus", "one", "two", on=date(2026, 4, 1))
    octopus = repo.git("rev-parse", "HEAD")
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 3
    repo.git("checkout", "--quiet", "-b", "three")
    repo.commit({"products/three/product.yaml": "title: three\n"})
    repo.checkout("main")
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "three")
    repo.write({"products/one/product.yaml": "title: changed by neither\n"})
    repo.git("commit", "--quiet", "--all", "-m", "Evil", on=date(2026, 4, 2))
    evil = repo.git("rev-parse", "HEAD")
    assert story(repo, "products") == [
        (octopus, "products/one/product.yaml", "A"),
        (octopus, "products/two/product.yaml", "A"),
        (evil, "products/one/product.yaml", "M"),
        (evil, "products/three/product.yaml", "A"),
    ]


def test_a_rename_is_a_removal_and_an_arrival(repo: Repo) -> None:
    first = repo.commit({ORDER: "{}"})
    repo.git("mv", ORDERS, "products/sales")
    renamed = repo.commit({}, "Rename")
    path = ORDER.replace(ORDERS, "products/sales")
    assert story(repo) == [(first, ORDER, "A"), (renamed, ORDER, "D"), (renamed, path, "A")]


def test_a_mode_a_link_a_submodule_and_a_folder_in_a_files_place_are_changes(repo: Repo) -> None:
    repo.commit({"products/a": "text", "products/b": "text"})
    blob = Entry(Kind.FILE, repo.git("rev-parse", "HEAD:products/a"))
    repo.git("update-index", "--chmod=+x", "products/a")
    repo.git("commit", "--quiet", "-m", "mode")
    (repo.path / "products/a").unlink()
    (repo.path / "products/a").symlink_to("b")
    repo.git("commit", "--quiet", "--all", "-m", "link")
    link = Entry(Kind.LINK, repo.git("rev-parse", "HEAD:products/a"))
    repo.git("update-index", "--cacheinfo", f"160000,{'1' * 40},products/a")
    repo.git("commit", "--quiet", "-m", "module")
    module = Entry(Kind.SUBMODULE, "1" * 40)
    repo.git("update-index", "--force-remove", "products/a")
    repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob.id},products/a/b")
    repo.git("commit", "--quiet", "-m", "folder")
    with history(repo.path, "main") as found:
        changes = [(each.path, each.before, each.after) for each in found.changes("products/a")]
        assert changes == [
            ("products/a", None, blob),
            ("products/a", blob, blob),
            ("products/a", blob, link),
            ("products/a", link, module),
            ("products/a", module, None),
            ("products/a/b", None, blob),
        ]
        came = found.landed("products/a")
        assert came is not None
        assert came.ordinal == 0  # there has been something ever since
        came = found.landed("products/a/b")
        assert came is not None
        assert came.ordinal == 4


def test_a_folder_that_changed_everything_it_holds_in_one_landing_did_not_come_anew(
    repo: Repo,
) -> None:
    first = repo.commit({ORDER: "{}"})
    repo.commit({ORDER: None, f"{ORDERS}/z.json": "{}"})
    assert landed(repo, ORDERS) == (first, 0, noon(date(2026, 3, 1)))


def test_names_that_begin_alike_are_told_apart_and_odd_ones_come_back_as_they_are(
    repo: Repo,
) -> None:
    odd = os.fsdecode(b"products/caf\xe9 \n\xc3\xbc:.json")
    paths = ["products/a", "products/a-b", "products/a.b", "products/a0", "products/b/:x", odd]
    repo.write(dict.fromkeys(["products0", ":100644 a", *paths], "1"))
    repo.git("add", "--all")
    repo.commit({})
    with history(repo.path, "main") as found:
        assert [each.path for each in found.changes("")] == sorted(paths)
        assert [each.path for each in found.changes("products/a")] == ["products/a"]
        assert [each.path for each in found.changes("products/b")] == ["products/b/:x"]
        assert [each.path for each in found.changes(odd)] == [odd]


def test_folders_of_one_name_are_asked_for_all_at_once(repo: Repo) -> None:
    deep, flat = "products/sales/orders/deprecations/a.yaml", "products/x/deprecations/b.yaml"
    first = repo.commit({deep: "1", flat: "1", "products/x/deprecations.yaml": "1"})
    second = repo.commit({deep: None, "products/deprecations-x/a.yaml": "1"})
    with history(repo.path, "main") as found:
        changes = found.changes_within("deprecations")
        assert [(each.landing.commit, each.path) for each in changes] == [
            (first, deep),
            (first, flat),
            (second, deep),
        ]
        assert changes == tuple(each for each in found.changes("") if "/deprecations/" in each.path)
    with history(repo.path, first) as found:
        assert len(found.changes_within("deprecations")) == 2


def test_other_paths_can_be_watched_each_set_in_an_index_of_its_own(repo: Repo) -> None:
    repo.commit({**POLICY, "schemas/a.json": "1", "schemas/*.json": "2"})
    with history(repo.path, "main", watched=["schemas/*.json"]) as found:
        assert [each.path for each in found.changes("")] == ["schemas/*.json"]
    with history(repo.path, "main", watched=[]) as found:
        assert len(found.changes("")) == 3
    assert [path for _, path, _ in story(repo)] == ["registry.yaml"]
    assert len(list((repo.path / INDEX.parent).iterdir())) == 3


def test_the_words_of_a_landing_are_those_of_its_commit(repo: Repo) -> None:
    repo.write({ORDER: "{}"})
    repo.git("add", "--all")
    repo.git("config", "i18n.commitEncoding", "iso-8859-1")
    message = os.fsdecode("Bestellungen für\nalle\n\nbody\n".encode("iso-8859-1"))
    repo.git("commit", "--quiet", "-m", message, "--author=Grace Hopper <grace@example.com>")
    with history(repo.path, "HEAD") as found:
        assert found.head == Landing(
            repo.git("rev-parse", "HEAD"),
            0,
            noon(date(2026, 3, 1)),
            noon(date(2026, 3, 1)),
            "Grace Hopper",
            "grace@example.com",
            "Ada Lovelace",
            "Bestellungen für alle",
        )


def test_a_users_settings_and_replaced_objects_change_no_answer(repo: Repo) -> None:
    first = repo.commit({**POLICY, ORDER: "{}"})
    repo.git("mv", ORDERS, "products/sales")
    second = repo.commit({}, "Rename", on=date(2026, 3, 2))
    repo.commit({}, "Later", on=date(2026, 3, 3))
    expected = story(repo)
    shutil.rmtree(repo.path / INDEX.parent)
    for setting in (
        "diff.renames=copies",
        "log.showSignature=true",
        "log.showRoot=false",
        "diff.orderFile=nowhere",
        "color.ui=always",
        "core.quotePath=true",
        "diff.noprefix=true",
        "core.abbrev=7",
        "log.follow=true",
    ):
        repo.git("config", *setting.split("="))
    repo.git("replace", second, first)
    assert story(repo) == expected
    assert len(expected) == 4


# Which history


def test_older_heads_other_branches_and_rewritten_ones_are_answered_side_by_side(
    repo: Repo,
) -> None:
    first = repo.commit(POLICY)
    second = repo.commit({ORDER: "{}"}, on=date(2026, 3, 2))
    third = repo.commit({ORDER: "{ }"}, on=date(2026, 3, 3))
    assert story(repo) == [
        (first, "registry.yaml", "A"),
        (second, ORDER, "A"),
        (third, ORDER, "M"),
    ]
    repo.git("reset", "--quiet", "--hard", first)
    forced = repo.commit({ORDER: "[]"}, on=date(2026, 3, 4))
    assert story(repo) == [(first, "registry.yaml", "A"), (forced, ORDER, "A")]
    assert landed(repo, ORDER) == (forced, 1, noon(date(2026, 3, 4)))
    assert [each[0] for each in story(repo, head=third)] == [first, second, third]
    assert [each[0] for each in story(repo, head=second)] == [first, second]
    with history(repo.path, "main") as found:
        assert found.landing(third) is None
        assert found.landing("nonsense") is None
        assert [each.commit for each in found.line()] == [first, forced]
    again = repo.commit({ORDER: None}, on=date(2026, 3, 5))
    assert landed(repo, ORDER) is None
    assert story(repo, ORDER)[-1] == (again, ORDER, "D")
    repo.git("checkout", "--quiet", "--orphan", "other")
    alone = repo.commit({ORDER: "1"})
    assert {each[0] for each in story(repo, head="other")} == {alone}


def test_after_a_landing_there_is_only_what_came_later(repo: Repo) -> None:
    repo.commit(POLICY)
    second = repo.commit({ORDER: "{}"})
    third = repo.commit({ORDER: "{ }", "registry.yaml": "version: 1 # more\n"})
    with history(repo.path, "main") as found:
        after = found.landing(second)
        later = [(each.landing.commit, each.path) for each in found.changes("", after=after)]
        assert later == [(third, ORDER), (third, "registry.yaml")]
        assert [each.path for each in found.changes(ORDERS, after=after)] == [ORDER]
        assert found.changes("", after=found.head) == ()


def test_a_commit_that_a_merge_brought_is_not_on_the_line(repo: Repo) -> None:
    repo.commit(POLICY)
    repo.branch("side")
    side = repo.commit({ORDER: "{}"})
    repo.checkout("main")
    repo.merge("side")
    with history(repo.path, "main") as found:
        assert found.landing(side) is None
    # Once another line has brought it into the index, it still is not on this one.
    assert landed(repo, ORDER, side) == (side, 1, noon(date(2026, 3, 1)))
    with history(repo.path, "main") as found:
        assert found.landing(side) is None
        assert len(found.line()) == 2


def test_a_line_may_run_through_what_was_once_merged(repo: Repo) -> None:
    """A fast-forward over a branch that took in main turns the first-parent line around."""
    repo.commit(POLICY)
    repo.branch("side")
    side = repo.commit({ORDER: "{}"})
    repo.checkout("main")
    own = repo.commit({"products/own/product.yaml": "title: Own\n"})
    assert landed(repo, "products") == (own, 1, noon(date(2026, 3, 1)))
    repo.checkout("side")
    foxtrot = repo.merge("main", on=date(2026, 4, 1))
    repo.checkout("main")
    repo.git("merge", "--quiet", "--ff-only", "side")
    assert landed(repo, ORDER) == (side, 1, noon(date(2026, 3, 1)))
    assert landed(repo, "products/own") == (foxtrot, 2, noon(date(2026, 4, 1)))


def test_before_the_first_commit_nothing_has_landed(repo: Repo) -> None:
    with history(repo.path, "") as found:
        assert (found.head, found.line(), found.changes(""), found.landed("products")) == (
            None,
            (),
            (),
            None,
        )
        assert found.landing("1" * 40) is None


def test_a_revision_that_names_no_commit_is_an_error_that_says_so(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit(POLICY)
    for revision in (
        "nowhere",
        "--all",
        "main\nmain",
        "main..main",
        "1" * 40,
        "main:registry.yaml",
    ):
        with pytest.raises(RegistryError, match="there is no commit") as caught:
            history(repo.path, revision)
        assert caught.value.exit_code == 2
    with pytest.raises(RegistryError, match="not in a Git repository"):
        history(tmp_path, "main")
    with pytest.raises(RegistryError, match="the folder does not exist"):
        history(tmp_path / "nowhere", "main")


def test_bare_detached_and_linked_repositories_and_subfolders_answer_alike(
    repo: Repo, tmp_path: Path
) -> None:
    first = repo.commit({**POLICY, ORDER: "{}"})
    expected = (first, 0, noon(date(2026, 3, 1)))
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "main")
    repo.git("checkout", "--quiet", "--detach")
    places = [repo.path, repo.path / ORDERS, tmp_path / "bare.git", tmp_path / "linked" / ORDERS]
    for place in places:
        with history(place, "HEAD") as found:
            landing = found.landed(ORDER)
            assert landing is not None
            assert (landing.commit, landing.ordinal, landing.time) == expected
            assert found.read(found.changes(ORDER)[0].after.id) == b"{}"  # type: ignore[union-attr]
    assert not (repo.path / ".git/worktrees/linked/reg").exists()


def test_a_sha_256_repository_has_a_history_too(make_repo: Callable[..., Repo]) -> None:
    repo = make_repo("sha256", "--object-format=sha256")
    first = repo.commit({ORDER: "{}"})
    assert len(first) == 64
    assert landed(repo, ORDER) == (first, 0, noon(date(2026, 3, 1)))
    assert story(repo) == [(first, ORDER, "A")]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away"
)
def test_somebody_elses_repository_is_refused(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_UID", raising=False)
    repo.commit(POLICY)
    for folder, _, files in os.walk(repo.path):
        for name in (".", *files):
            os.chown(Path(folder) / name, 12345, 12345)
    with pytest.raises(Undecidable, match="belongs to another user"):
        history(repo.path, "main")


def test_the_protected_branch_is_the_one_that_the_base_is_taken_from(
    repo: Repo, tmp_path: Path
) -> None:
    assert protected(repo.path) is None
    first = repo.commit(POLICY)
    assert protected(repo.path) == ("main", first)
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--origin=hub", str(repo.path), str(clone))
    repo.git("-C", str(clone), "commit", "--quiet", "--allow-empty", "-m", "Local")
    assert protected(clone) == ("hub/main", first)
    repo.git("-C", str(clone), "remote", "add", "upstream", str(repo.path))
    repo.git("-C", str(clone), "fetch", "--quiet", "upstream")
    repo.git("-C", str(clone), "config", "--unset", "branch.main.remote")
    assert protected(clone) == ("upstream/main", first)
    with open_repository(clone) as repository:
        assert repository.default_base("main").label == f"upstream/main ({first[:7]})"
    assert protected(clone, "release/1") is None


# What was not cloned


def clone(repo: Repo, to: Path, *options: str) -> Path:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    repo.git("clone", "--quiet", *options, f"file://{repo.path}", str(to))
    return to


def test_a_shallow_clone_refuses_what_it_cannot_tell_and_names_the_fetch(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit(POLICY, on=date(2026, 3, 1))
    second = repo.commit({ORDER: "{}"}, on=date(2026, 3, 2))
    repo.commit({f"{ORDERS}/product.yaml": "title: Orders\n"}, on=date(2026, 3, 3))
    shallow = clone(repo, tmp_path / "shallow", "--depth=1")
    questions: list[Callable[[History], object]] = [
        lambda found: found.head,
        lambda found: found.line(),
        lambda found: found.landed(ORDER),
        lambda found: found.changes(ORDER),
        lambda found: found.landing(second),
    ]
    with history(shallow, "HEAD") as found:
        for question in questions:
            with pytest.raises(Undecidable, match="this clone is shallow") as caught:
                question(found)
            assert "git fetch --unshallow" in caught.value.remedy
        with pytest.raises(Undecidable, match=f"the history of `{ORDER}` cannot be determined"):
            found.landed(ORDER)
        assert found.landed("products/nothing") is None
        assert found.read(repo.git("rev-parse", f"main:{ORDER}")) == b"{}"
    with pytest.raises(Undecidable, match="this clone is shallow"):
        history(shallow, "HEAD~1")
    with pytest.raises(RegistryError) as missing:
        history(shallow, "nonsense")
    assert missing.value.exit_code == 2
    repo.git("-C", str(shallow), "fetch", "--quiet", "--unshallow")
    with history(shallow, "HEAD") as found:
        landing = found.landed(ORDER)
        assert landing is not None
        assert landing.commit == second


def test_what_the_index_knows_is_told_even_after_the_history_was_cut_off(
    repo: Repo, tmp_path: Path
) -> None:
    first = repo.commit({ORDER: "{}"}, on=date(2026, 3, 1))
    repo.commit(POLICY, on=date(2026, 3, 2))
    full = clone(repo, tmp_path / "full", "--bare")
    with history(full, "main") as found:
        assert found.head is not None
    repo.commit({"README.md": "more\n"}, on=date(2026, 3, 3))
    last = repo.commit({ORDER: "{ }"}, on=date(2026, 3, 4))
    shallow = clone(repo, tmp_path / "shallow", "--bare", "--depth=3")
    shutil.copytree(full / "reg", shallow / "reg")
    with history(shallow, "main") as found:
        assert [(each.landing.commit, each.path) for each in found.changes(ORDER)] == [
            (first, ORDER),
            (last, ORDER),
        ]


def test_a_side_branch_that_was_cut_off_leaves_the_line_whole(repo: Repo, tmp_path: Path) -> None:
    repo.commit(POLICY, on=date(2026, 3, 10))
    repo.git("checkout", "--quiet", "--orphan", "side")
    repo.commit({ORDER: "1"}, on=date(2026, 1, 1))
    repo.commit({ORDER: "2"}, on=date(2026, 3, 10))
    repo.checkout("main")
    repo.git(
        *("merge", "--quiet", "--allow-unrelated-histories", "-m", "Merge", "side"),
        on=date(2026, 3, 11),
    )
    merge = repo.git("rev-parse", "HEAD")
    shallow = clone(repo, tmp_path / "shallow", "--shallow-since=2026-03-01")
    assert (shallow / ".git/shallow").exists()
    with history(shallow, "main") as found:
        landing = found.landed(ORDER)
        assert landing is not None
        assert landing.commit == merge


@pytest.mark.parametrize("landings", [3, 130])
@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_has_the_whole_history_and_reads_what_it_lacks(
    repo: Repo, tmp_path: Path, kind: str, landings: int
) -> None:
    _fast_import(repo, [_Step(600 * at, {ORDER: str(at)}) for at in range(landings)])
    partial = clone(repo, tmp_path / "partial", f"--filter={kind}", "--no-checkout")
    with history(partial, "main") as found, history(repo.path, "main") as whole:
        assert found.changes("") == whole.changes("")
        assert found.line() == whole.line()
        ids = [each.after.id for each in found.changes(ORDER) if each.after]
        found.fetch(ids)
        assert [found.read(each) for each in ids[:2]] == [b"0", b"1"]


def test_a_treeless_clone_asks_for_its_trees_in_one_journey(repo: Repo, tmp_path: Path) -> None:
    _fast_import(repo, [_Step(600 * at, {ORDER: str(at)}) for at in range(20)])
    partial = clone(repo, tmp_path / "partial", "--filter=tree:0", "--bare")
    before = len(list((partial / "objects/pack").glob("*.pack")))
    with history(partial, "main") as found:
        assert len(found.changes("")) == 20
    assert len(list((partial / "objects/pack").glob("*.pack"))) == before + 1


def test_a_partial_clone_whose_remote_is_gone_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.commit({ORDER: "{}"})
    partial = clone(repo, tmp_path / "partial", "--filter=tree:0", "--bare")
    repo.path.rename(tmp_path / "gone")
    with (
        history(partial, "main") as found,
        pytest.raises(Undecidable, match="git cannot read the history") as caught,
    ):
        found.landed("products/nothing")
    assert "git fetch --refetch" in caught.value.remedy


# Access to the index


def test_deleting_the_index_loses_nothing_and_a_new_landing_adds_to_it(repo: Repo) -> None:
    first = repo.commit({ORDER: "{}"})
    assert landed(repo, ORDER) == (first, 0, noon(date(2026, 3, 1)))
    size = (repo.path / INDEX).stat().st_size
    second = repo.commit({ORDER: "{ }"})
    assert story(repo) == [(first, ORDER, "A"), (second, ORDER, "M")]
    assert (repo.path / INDEX).stat().st_size == size
    shutil.rmtree(repo.path / INDEX.parent)
    assert story(repo) == [(first, ORDER, "A"), (second, ORDER, "M")]
    assert repo.git("status", "--porcelain") == ""


def _nonsense(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1000)


def _truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def _nothing(file: Path) -> None:
    file.write_bytes(b"")


def _blanked(file: Path) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + bytes(len(raw) - 4096))


def _of_another_version(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def _altered(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE changes SET path = replace(path, 'order', 'other')")
    connection.close()


def _without_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE landings")
    connection.close()


def _with_an_odd_value(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE changes SET raw = 7")
    connection.close()


def _with_a_change_lost(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM changes WHERE id = 7")
    connection.close()


def _with_a_landing_lost(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM landings WHERE id = 7")
    connection.close()


def _misdated(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE landings SET time = time - 86400")
    connection.close()


@pytest.mark.parametrize(
    "damage",
    [
        _nonsense,
        _truncated,
        _nothing,
        _blanked,
        _of_another_version,
        _altered,
        _without_tables,
        _with_an_odd_value,
        _with_a_change_lost,
        _with_a_landing_lost,
        _misdated,
    ],
)
def test_a_damaged_index_is_made_anew(repo: Repo, damage: Callable[[Path], None]) -> None:
    paths = [ORDER, f"{ORDERS}/product.yaml"]
    steps = [_Step(600 * at, {paths[at % 2]: str(at)}) for at in range(600)]
    _fast_import(repo, steps)
    asked: list[Callable[[History], object]] = [
        lambda found: found.changes(""),
        lambda found: found.line(),
        lambda found: found.landed(ORDER),
    ]
    with history(repo.path, "main") as found:
        expected = [question(found) for question in asked]
    sound = (repo.path / INDEX).read_bytes()
    for question, answer in zip(asked, expected, strict=True):
        shutil.rmtree(repo.path / INDEX.parent)
        (repo.path / INDEX.parent).mkdir()
        (repo.path / INDEX).write_bytes(sound)
        damage(repo.path / INDEX)
        with history(repo.path, "main") as found:
            assert question(found) == answer
            assert [each(found) for each in asked] == expected
        (kept,) = (repo.path / INDEX.parent).iterdir()
        with sqlite3.connect(kept) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("SELECT count(*) FROM landings").fetchall() == [(600,)]
        connection.close()


def test_where_no_file_can_be_kept_the_answers_come_from_memory(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = repo.commit({ORDER: "{}"})
    (repo.path / INDEX.parent).write_text("blocked by")
    assert story(repo) == [(first, ORDER, "A")]
    (repo.path / INDEX.parent).unlink()
    assert story(repo) == [(first, ORDER, "A")]
    second = repo.commit({ORDER: "{ }"})
    monkeypatch.setattr(index_room, "_PATIENCE", 0.01)
    other = sqlite3.connect(repo.path / INDEX, isolation_level=None)
    for lock in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        other.execute(lock)
        assert story(repo) == [(first, ORDER, "A"), (second, ORDER, "M")]
        other.execute("ROLLBACK")
    assert other.execute("SELECT count(*) FROM landings").fetchall() == [(1,)]
    other.close()


def test_a_tree_that_no_git_writes_is_no_crash(repo: Repo) -> None:
    """Hostile objects: an empty folder, and a folder with the same name twice."""
    repo.commit(POLICY)
    blob = bytes.fromhex(repo.git("rev-parse", "main:registry.yaml"))
    empty = repo.git("hash-object", "-t", "tree", "-w", "--literally", "/dev/null")
    twice = (b"100644 a\0" + blob) * 2 + b"40000 none\0" + bytes.fromhex(empty)
    (repo.path / "raw").write_bytes(twice)
    products = repo.git("hash-object", "-t", "tree", "-w", "--literally", "raw")
    (repo.path / "raw").write_bytes(b"40000 products\0" + bytes.fromhex(products))
    tree = repo.git("hash-object", "-t", "tree", "-w", "--literally", "raw")
    hostile = repo.git("commit-tree", "-p", "main", "-m", "Hostile", tree)
    with history(repo.path, hostile) as found:
        assert found.changes("products/none") == ()
        assert found.landed("products/none") is None
        with pytest.raises(Undecidable, match="is inconsistent") as caught:
            found.changes("products/a")
        assert "git fsck" in caught.value.remedy
    with history(repo.path, "main") as found:
        assert len(found.changes("")) == 1


def test_grafts_are_left_out_of_the_index(repo: Repo) -> None:
    first = repo.commit(POLICY)
    second = repo.commit({ORDER: "{}"})
    third = repo.commit({ORDER: "{ }"})
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/grafts").write_text(f"{third} {first}\n")
    story(repo)
    (repo.path / ".git/info/grafts").unlink()
    assert [each[0] for each in story(repo)] == [first, second, third]


_BUILD = """
import sys
from schemareg.adapters.history.history import history
with history(sys.argv[1], "main") as found:
    print(len(found.changes("")), found.head.commit)
"""


def _start(repo: Repo) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _BUILD, str(repo.path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_build_at_the_same_time_all_get_the_whole_answer(repo: Repo) -> None:
    commits = _fast_import(repo, [_Step(600 * at, {ORDER: str(at)}) for at in range(400)])
    for _ in range(2):
        processes = [_start(repo) for _ in range(4)]
        answers = [process.communicate()[0] for process in processes]
        assert answers == [f"400 {commits[-1]}\n"] * 4
    with sqlite3.connect(repo.path / INDEX) as connection:
        assert connection.execute("SELECT count(*) FROM changes").fetchall() == [(400,)]
    connection.close()


def test_a_process_that_is_killed_leaves_an_index_that_is_whole_or_rebuilt(repo: Repo) -> None:
    paths = [f"products/p{at % 7}/{at}.json" for at in range(1500)]
    commits = _fast_import(repo, [_Step(60 * at, {path: "1"}) for at, path in enumerate(paths)])
    expected = [(commit, path, "A") for commit, path in zip(commits, paths, strict=True)]
    draw = random.Random(3)
    began = time.monotonic()
    assert _start(repo).communicate()[0] == f"1500 {commits[-1]}\n"
    whole = time.monotonic() - began
    for tries in range(10):
        if tries % 3 == 0:
            shutil.rmtree(repo.path / INDEX.parent, ignore_errors=True)
        elif tries % 3 == 1:
            half = f"refs/heads/half~{draw.randrange(700)}"
            repo.git("update-ref", "refs/heads/half", commits[-1])
            shutil.rmtree(repo.path / INDEX.parent, ignore_errors=True)
            story(repo, head=half)
        process = _start(repo)
        time.sleep(draw.random() * whole)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert story(repo) == expected


def test_a_warm_answer_needs_no_pygit2(repo: Repo) -> None:
    repo.commit({ORDER: "{}"})
    code = _BUILD + 'found.read(found.changes("")[0].after.id)\nassert "pygit2" not in sys.modules'
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(repo.path)], env=environment, check=False
    )
    assert done.returncode == 0


def test_what_is_no_file_is_not_read(repo: Repo) -> None:
    commit = repo.commit({ORDER: "{}"})
    with history(repo.path, "main") as found:
        for id_ in (commit, repo.git("rev-parse", "main:products"), "1" * 40):
            with pytest.raises(KeyError):
                found.read(id_)


# Against a naive walk


class _Step(NamedTuple):
    """One landing: when it claims to be made, what it writes (None removes), what it merges."""

    claimed: int
    files: Mapping[str, str | None]
    merges: int | None = None
    """The commit, by its number, that is merged in without a trace."""
    onto: int | None = None
    """The commit, by its number, that it stands on; the last one if not given."""
    mode: str = "100644"


def _fast_import(repo: Repo, steps: list[_Step]) -> list[str]:
    """Make commits, all at once; `main` is the last. Their ids."""
    stream = []
    for number, step in enumerate(steps, 1):
        stream.append(f"commit refs/heads/main\nmark :{number}\n")
        stream.append(f"committer Ada <ada@example.com> {step.claimed} +0000\ndata 1\n-\n")
        if number > 1:
            onto = number - 1 if step.onto is None else step.onto
            stream.append(f"from :{onto}\n")
            if step.merges not in {None, onto}:
                stream.append(f"merge :{step.merges}\n")
        for path, text in step.files.items():
            if text is None:
                stream.append(f"D {path}\n")
            else:
                stream.append(f"M {step.mode} inline {path}\ndata {len(text)}\n{text}\n")
    marks = repo.path.parent / f"{repo.path.name}.marks"
    subprocess.run(
        ["git", "-C", str(repo.path), "fast-import", "--quiet", f"--export-marks={marks}"],
        input="".join(stream).encode(),
        check=True,
    )
    found = dict(line.split() for line in marks.read_text().splitlines())
    return [found[f":{number}"] for number in range(1, len(steps) + 1)]


class _Seen(NamedTuple):
    commit: str
    ordinal: int
    time: int
    tree: dict[str, tuple[str, str]]


def _naive(repo: Repo, head: str) -> list[_Seen]:
    seen: list[_Seen] = []
    line = repo.git("log", "--first-parent", "--reverse", "--format=%H %ct", head).splitlines()
    for commit, claimed in map(str.split, line):
        clock = max(int(claimed), seen[-1].time if seen else 0)
        listed = repo.git("ls-tree", "-r", "--format=%(objectmode) %(objectname) %(path)", commit)
        rows = (row.split(" ", 2) for row in listed.splitlines())
        tree = {path: (mode, id_) for mode, id_, path in rows if path.startswith("products/")}
        seen.append(_Seen(commit, len(seen), clock, tree))
    return seen


def _differing(seen: list[_Seen]) -> Iterator[tuple[str, int, int, str, object, object]]:
    before: dict[str, tuple[str, str]] = {}
    for commit, ordinal, clock, tree in seen:
        for path in sorted(before.keys() | tree.keys()):
            if before.get(path) != tree.get(path):
                yield commit, ordinal, clock, path, before.get(path), tree.get(path)
        before = tree


def _arrival(seen: list[_Seen], path: str) -> str | None:
    came = None
    for each in reversed(seen):
        if not any(name == path or name.startswith(f"{path}/") for name in each.tree):
            break
        came = each.commit
    return came


_MODES = {"100644": Kind.FILE, "100755": Kind.FILE, "120000": Kind.LINK}
_PATHS = ("products/a", "products/a/x", "products/a/y/z", "products/b/x", "products/b-", "README")


@st.composite
def _histories(draw: st.DrawFn) -> list[_Step]:
    steps = []
    for number in range(draw(st.integers(1, 9))):
        earlier = st.none() | st.integers(max(number - 4, 1), number) if number else st.none()
        contents = st.sampled_from(["1", "2", None])
        steps.append(
            _Step(
                draw(st.integers(1_000_000_000, 1_000_000_009)),
                draw(st.dictionaries(st.sampled_from(_PATHS), contents, max_size=3)),
                draw(earlier),
                draw(earlier) if draw(st.integers(0, 3)) == 0 else None,
                draw(st.sampled_from(sorted(_MODES))),
            )
        )
    return steps


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_the_index_answers_as_a_naive_walk_does(
    make_repo: Callable[..., Repo], data: st.DataObject
) -> None:
    repo = make_repo(f"r{time.monotonic_ns()}", "--bare")
    commits = _fast_import(repo, data.draw(_histories()))
    for head in data.draw(st.lists(st.sampled_from(commits), min_size=1, max_size=3)):
        seen = _naive(repo, head)
        with history(repo.path, head) as found:
            assert [
                (each.commit, each.ordinal, each.time.timestamp()) for each in found.line()
            ] == [each[:3] for each in seen]
            assert found.changes("products") == found.changes("")
            assert [
                (
                    each.landing.commit,
                    each.landing.ordinal,
                    each.landing.time.timestamp(),
                    each.path,
                    each.before,
                    each.after,
                )
                for each in found.changes("")
            ] == [
                (*row[:4], *(None if one is None else _entry(*one) for one in row[4:]))  # type: ignore[misc]
                for row in _differing(seen)
            ]
            for path in ("products", *_PATHS, "products/a/y", "products/b"):
                landing = found.landed(path)
                assert (landing and landing.commit) == _arrival(seen, path), path


def _entry(mode: str, id_: str) -> Entry:
    return Entry(_MODES[mode], id_)
