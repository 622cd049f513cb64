"""SECURITY.md names tests: each of them is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_promise_of_the_security_page_names_tests_that_are_there() -> None:
    rows = [
        line
        for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
        if re.match(r"\| \d", line)
    ]
    assert [int(line.split("|")[1]) for line in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)`", row)
        assert named, row
        for path, _, name in (each.partition("::") for each in named):
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            known = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
            known |= {
                target.id
                for each in tree.body
                if isinstance(each, ast.Assign)
                for target in each.targets
                if isinstance(target, ast.Name)
            }
            assert not name or name in known, f"{path} has no {name}"
