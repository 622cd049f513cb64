"""The ledger's ref at a real remote: written by compare-and-swap, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Repo

from schemareg.adapters.ledger import ledger
from schemareg.adapters.ledger.ledger import LedgerRef
from schemareg.adapters.ledger.ref import REF, present
from schemareg.model.errors import RegistryError, Undecidable
from schemareg.notifications.delivery.ledger import Notified
from schemareg.operations.notify import ledger as notify_ledger

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = {"ledger.json": b"{}\n", "outbox/a.json": b"1\n", "deliveries/aa/b.json": b"2\n"}


@pytest.fixture
def hub(make_repo: Callable[..., Repo]) -> Repo:
    return make_repo("hub.git", "--bare")


@pytest.fixture
def clone(hub: Repo, repo: Repo) -> Repo:
    repo.git("remote", "add", "origin", str(hub.path))
    repo.commit({"registry.yaml": "version: 1\n"})
    repo.git("push", "--quiet", "origin", "main")
    return repo


def test_what_is_written_is_read_by_others_and_only_the_newest_may_write(
    hub: Repo, clone: Repo
) -> None:
    mine, theirs = LedgerRef(clone.path, "origin"), LedgerRef(clone.path, "origin")
    assert (mine.tip(), mine.known(), mine.read("", ("outbox",), ())) == ("", "", {})
    first = mine.swap("", ONE, "one")
    assert first == theirs.tip() == hub.git("rev-parse", REF) == mine.known()
    assert theirs.swap("", {"ledger.json": b"other\n"}, "late") is None
    second = theirs.swap(first, {"outbox/a.json": None, "outbox/c.json": b"3\n"}, "two")
    assert second is not None
    assert mine.swap(first, {"ledger.json": b"other\n"}, "late") is None
    assert mine.read(mine.tip(), ("outbox", "ledger.json"), ("deliveries/aa/b.json", "no")) == {
        "deliveries/aa/b.json": b"2\n",
        "ledger.json": b"{}\n",
        "outbox/c.json": b"3\n",
    }
    assert mine.names(second, ("deliveries", "outbox")) == ("deliveries/aa/b.json", "outbox/c.json")
    assert hub.git("log", "--format=%an %s", REF) == "reg two\nreg one"


def test_a_branch_that_is_called_like_the_ledger_is_not_the_ledger(hub: Repo, clone: Repo) -> None:
    found = LedgerRef(clone.path, "origin")
    made = found.swap("", ONE, "one")
    tip = hub.git("rev-parse", "refs/heads/main")
    other = clone.commit({"more.txt": "more\n"})
    clone.git("push", "--quiet", "origin", "main:aside")
    for name in (REF, "refs/heads/main"):
        hub.git("update-ref", f"refs/heads/{name}", other)
    assert (found.tip(), found.branch("main")) == (made, tip)


def test_what_the_user_has_set_for_pushes_and_fetches_does_not_count(
    hub: Repo, clone: Repo
) -> None:
    for name, value in {
        "push.gpgSign": "true",
        "push.followTags": "true",
        "push.recurseSubmodules": "on-demand",
        "fetch.prune": "true",
        "commit.gpgSign": "true",
        "user.signingKey": "nobody",
        "remote.origin.mirror": "true",
    }.items():
        clone.git("config", name, value)
    hook = clone.path / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    first = LedgerRef(clone.path, "origin").swap("", ONE, "one")
    assert first == hub.git("rev-parse", "refs/reg/ledger")
    clone.git("update-ref", "-d", REF)
    clone.git("update-ref", "refs/remotes/origin/gone", "main")
    assert LedgerRef(clone.path, "origin").tip() == first
    assert "refs/remotes/origin/gone" in clone.git("for-each-ref")


def test_without_a_remote_the_ref_here_is_swapped_the_same_way(repo: Repo) -> None:
    repo.commit({"registry.yaml": "version: 1\n"})
    found = ledger.ledger(repo.path, "main")
    assert found.remote == ""
    first = found.swap("", ONE, "one")
    assert first == found.tip()
    assert found.swap("", ONE, "late") is None
    assert found.branch("main") == repo.git("rev-parse", "main")


def test_a_lock_that_a_killed_git_has_left_is_named(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_ledger, "TRIES", 2)
    book = notify_ledger.LedgerStore(LedgerRef(repo.path, ""))
    mark = Notified("main", "c" * 40, 0)
    assert book.change(lambda known: replace(known, notified=mark), "one").notified == mark
    lock = repo.path / ".git" / f"{REF}.lock"
    lock.touch()
    with pytest.raises(Undecidable, match=r"nobody else has written it: .*ledger\.lock") as stuck:
        book.change(lambda known: replace(known, notified=mark._replace(step=1)), "two")
    assert "remove the file" in stuck.value.remedy


def test_a_push_whose_answer_was_lost_counts_where_it_arrived(hub: Repo, clone: Repo) -> None:
    hook = hub.path / "hooks" / "post-update"
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")  # the ref is written, the other side hangs up
    hook.chmod(0o755)
    found = LedgerRef(clone.path, "origin")
    made = found.swap("", ONE, "one")
    assert made == hub.git("rev-parse", REF)


def test_the_line_begins_anew_when_it_is_long_and_keeps_its_files(
    hub: Repo, clone: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LONGEST", 3)
    found = LedgerRef(clone.path, "origin")
    tip = found.swap("", ONE, "one")
    for number in range(4):
        assert tip is not None
        tip = found.swap(tip, {f"outbox/{number}.json": b"{}\n"}, f"more {number}")
    assert tip is not None
    assert hub.git("log", "--format=%s", REF) == "more 3\nmore 2"
    assert len(found.read(tip, ("outbox",), ())) == 5


def test_the_remote_is_the_one_that_has_the_protected_branch(repo: Repo) -> None:
    repo.git("remote", "add", "fork", "nowhere")
    assert ledger.ledger(repo.path, "main").remote == "fork"
    repo.git("remote", "add", "other", "nowhere")
    with pytest.raises(RegistryError, match="none is named origin"):
        ledger.ledger(repo.path, "main")
    repo.git("remote", "add", "origin", "nowhere")
    assert ledger.ledger(repo.path, "main").remote == "origin"
    repo.git("remote", "add", "upstream", "nowhere")
    assert ledger.ledger(repo.path, "main").remote == "upstream"
    repo.git("config", "branch.main.remote", "fork")
    assert ledger.ledger(repo.path, "main").remote == "fork"


def test_a_glance_tells_what_is_there_and_what_is_not(repo: Repo) -> None:
    repo.commit({"registry.yaml": "version: 1\n"})
    found = LedgerRef(repo.path, "")
    assert found.glance("clock", "ledger.json") == (b"", b"")
    found.swap("", {"ledger.json": b"a missing\n", "clock/a.json": b"1\n"}, "one")
    folder, content, none = found.glance("clock", "ledger.json", "outbox")
    assert (bool(folder), content, none) == (True, b"a missing\n", b"")


def test_whether_there_is_a_ledger_is_seen_however_git_keeps_its_refs(repo: Repo) -> None:
    commit = repo.commit({"registry.yaml": "version: 1\n"})
    folder = repo.path / ".git"
    assert not present(folder)
    repo.git("update-ref", REF, commit)
    assert present(folder)
    repo.git("pack-refs", "--all", "--prune")
    assert not (folder / REF).exists()
    assert present(folder)


def test_filters_and_attributes_of_the_repository_change_nothing(hub: Repo, clone: Repo) -> None:
    clone.git("config", "core.autocrlf", "true")
    clone.write({".gitattributes": "* text eol=crlf\n"})
    found = LedgerRef(clone.path, "origin")
    made = found.swap("", {"ledger.json": b"one\ntwo\r\n"}, "one")
    assert made is not None
    assert found.read(made, ("ledger.json",), ()) == {"ledger.json": b"one\ntwo\r\n"}


PATHS = st.sampled_from(
    ["ledger.json", "outbox/a.json", "outbox/b.json", "receipts/aa/1.json", "receipts/ab/2.json"]
)
CHANGES = st.dictionaries(PATHS, st.none() | st.binary(max_size=3), min_size=1)


@given(st.lists(CHANGES, min_size=1, max_size=4))
@settings(max_examples=8)
def test_the_files_are_what_one_change_after_the_other_made_of_them(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, bytes | None]]
) -> None:
    repo = Repo(tmp_path_factory.mktemp("alone"))
    found = LedgerRef(repo.path, "")
    tip, files = "", dict[str, bytes]()
    for each in changes:
        made = found.swap(tip, each, "change")
        assert made is not None
        tip = made
        files = {
            path: content for path, content in {**files, **each}.items() if content is not None
        }
        assert found.read(tip, ("ledger.json", "outbox", "receipts"), ()) == dict(
            sorted(files.items())
        )
    repo.git("fsck", "--strict")
