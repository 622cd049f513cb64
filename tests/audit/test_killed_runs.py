"""What the audit and the log remember: killed at any moment, answers are those of a fresh run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import Chronicle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

PRODUCTS = 6
SCHEMA = '{"type": "object", "properties": {"id": {"type": "string"}}}'
COMMANDS = (("audit", "verify"), ("log", "--limit", "60"), ("log", "p3"), ("sunsets",))
DAY = ("--today", "2026-12-01")
_RUN = "import sys; from schemareg_cli.main import main; sys.exit(main(sys.argv[1:]))"


def registry(folder: Path) -> Path:
    """Products with versions, deprecations and waivers; and two versions that were altered."""
    chronicle, files, tip = Chronicle(), {"registry.yaml": "version: 1\n"}, 0
    for number in range(90):
        name = f"products/p{number % PRODUCTS}"
        schemas = "schemas: {s: {}}"
        files[f"{name}/product.yaml"] = f"title: Product {number}\nowner: {{team: t}}\n{schemas}\n"
        files[f"{name}/schemas/s/1.{number // PRODUCTS}.0.json"] = SCHEMA
        if number % 20 == 7:
            said = f"target: p{number % PRODUCTS}/s#id\nreason: It goes.\nsunset: 2026-08-01\n"
            files[f"{name}/deprecations/d{number}.yaml"] = said
        if number in (40, 60):
            files["products/p1/schemas/s/1.0.0.json"] = f'{{"title": "{number}"}}'
        tip = chronicle.commit(
            "main", files, date(2026, 1 + number // 20, 1 + number % 20), after=tip
        )
    chronicle.write(folder)
    return folder


@pytest.fixture
def answers(reg: Reg) -> Callable[[Path], list[Any]]:
    """What each command says of a registry, but for how far it came before."""

    def ask(folder: Path) -> list[Any]:
        found = []
        for command in COMMANDS:
            day = () if command[0] == "audit" else DAY
            _, out, err = reg(*command, *day, "--format", "json", "-C", str(folder))
            assert err == ""
            value = json.loads(out)
            if command[0] == "audit":
                value |= {"since": "", "new_landings": 0}
            found.append(value)
        return found

    return ask


def killed(folder: Path, command: tuple[str, ...], after: float) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, *command, "-C", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_at_any_moment_the_next_answers_are_those_of_a_fresh_run(
    tmp_path: Path, answers: Callable[[Path], list[Any]]
) -> None:
    folder = registry(tmp_path / "shop.git")
    expected = answers(folder)
    # Later versions are compared with the altered one too, which has no announced field.
    found = [each["rule"] for each in expected[0]["violations"]]
    follow = {"type-narrowed", "announced-with-removal"}
    assert [rule for rule in found if rule not in follow] == ["version-modified"] * 2
    assert answers(folder) == expected
    kept = folder / "reg"
    draw = random.Random(5)
    for tries in range(9):
        if tries % 3 == 0:
            shutil.rmtree(kept, ignore_errors=True)
        elif tries % 3 == 1:
            (kept / "audit-3.json").unlink(missing_ok=True)
        killed(folder, COMMANDS[tries % len(COMMANDS)], 0.05 + draw.random() * 0.5)
        if tries % 2:
            assert answers(folder) == expected
    assert answers(folder) == expected


@pytest.mark.parametrize("cut", [0, 70, -1])
def test_what_is_cut_short_or_of_another_history_is_not_believed(
    tmp_path: Path, answers: Callable[[Path], list[Any]], cut: int
) -> None:
    folder = registry(tmp_path / "shop.git")
    expected = answers(folder)
    for name in ("audit-3.json", "sunsets.json"):
        kept = folder / "reg" / name
        kept.write_bytes(kept.read_bytes()[:cut])
    assert answers(folder) == expected


def test_where_nothing_can_be_kept_the_answers_are_the_same(
    tmp_path: Path, answers: Callable[[Path], list[Any]]
) -> None:
    folder = registry(tmp_path / "shop.git")
    expected = answers(folder)
    shutil.rmtree(folder / "reg")
    (folder / "reg").write_text("blocked by")
    assert answers(folder) == expected
    (folder / "reg").unlink()
    for name in ("audit-3.json", "sunsets.json"):
        (folder / "reg" / name).mkdir(parents=True)
    assert answers(folder) == expected
