"""Loose files: read as they stand, written whole or not at all."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from schemareg.adapters.clock import today
from schemareg.adapters.files import files_in, write_atomically
from schemareg.model import Entry, Kind
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plain_folder_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "products/orders").mkdir(parents=True)
    (tmp_path / "products/orders/product.yaml").write_bytes(b"title: Orders\n")
    (tmp_path / "products/link").symlink_to("/etc")
    (tmp_path / "products/inner/.git").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / "products/pipe")
    files = files_in(tmp_path)
    assert dict(files.folder("")) == {"products": Entry(Kind.FOLDER, "")}
    assert dict(files.folder("products")) == {
        "inner": Entry(Kind.SUBMODULE, ""),
        "link": Entry(Kind.LINK, ""),
        "orders": Entry(Kind.FOLDER, ""),
    }
    assert files.read("products/orders/product.yaml") == b"title: Orders\n"
    assert files.size("products/orders/product.yaml") == 14
    for path in ("products/link/passwd", "products", "products/pipe", "../secret", "/etc/passwd"):
        with pytest.raises(KeyError):
            files.read(path)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="the folder does not exist"):
        files_in(tmp_path / "nowhere")


def test_a_file_is_written_with_its_folders_and_keeps_its_mode(tmp_path: Path) -> None:
    write_atomically(tmp_path, "products/orders/product.yaml", b"one")
    path = tmp_path / "products/orders/product.yaml"
    path.chmod(0o640)
    write_atomically(tmp_path, "products/orders/product.yaml", b"two")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o640)
    assert [each.name for each in path.parent.iterdir()] == ["product.yaml"]


@pytest.mark.parametrize("path", ["../out.yaml", "link/out.yaml", "file.yaml", "a/../../out.yaml"])
def test_nothing_is_written_outside_the_registry(tmp_path: Path, path: str) -> None:
    registry, outside = tmp_path / "registry", tmp_path / "outside"
    registry.mkdir()
    outside.mkdir()
    (registry / "link").symlink_to(outside)
    (registry / "file.yaml").symlink_to(outside / "file.yaml")
    with pytest.raises(RegistryError, match="leads out of the registry"):
        write_atomically(registry, path, b"data")
    assert list(outside.iterdir()) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["outside", "registry"]


def test_what_the_disk_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "products").write_bytes(b"a file where a folder belongs")
    with pytest.raises(RegistryError, match="cannot be written"):
        write_atomically(tmp_path, "products/orders/product.yaml", b"data")
    assert [each.name for each in tmp_path.iterdir()] == ["products"]


def test_today_is_the_day_in_utc_wherever_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("Etc/GMT+12", "Etc/GMT-14"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        before = time.gmtime()[:3]
        assert before <= today().timetuple()[:3] <= time.gmtime()[:3]
    monkeypatch.delenv("TZ")
    time.tzset()
