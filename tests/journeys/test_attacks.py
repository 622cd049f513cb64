"""Attacks on a promise, row by row, on real repositories: the table is tests/cases/attacks.yaml."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.adversary import Origin, begin, edited

TABLE = Path(__file__).parents[1] / "cases" / "attacks.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text("utf-8"))


def _marked(case: dict[str, Any]) -> Any:
    missing = pytest.mark.xfail(
        strict=True, raises=AssertionError, reason=f"cause {case.get('cause')} is open"
    )
    marks = [missing] if case.get("open") else []
    return pytest.param(case, marks=marks, id=f"{case.get('cause', 'new')}: {case['why']}")


def _steps(case: dict[str, Any]) -> list[dict[str, Any]]:
    if "becomes" in case:
        return [{"day": date(2026, 2, 1), "release": {"1.1.0": {"is": case["becomes"]}}}]
    return list(case["steps"])


@pytest.mark.parametrize("case", [_marked(each) for each in CASES])
def test_no_attack_passes_every_gate_on_its_way(case: dict[str, Any], tmp_path: Path) -> None:
    files = begin(case.get("policy", ""), case.get("product"), case.get("schema"))
    origin = Origin(tmp_path / "registry.git", edited(files, case.get("first", {})))
    steps, said = _steps(case), []
    for step in steps:
        files = edited(origin.files, step)
        head = origin.propose(files, step.get("dated", step["day"]))
        if not step.get("forced"):
            answer = origin.check(step["day"])
            said.append((str(step["day"]), answer.code, sorted(answer.rules)))
            if answer.code:
                break
        if "dated" in step:
            origin.land(files, step["dated"])
        else:
            origin.merge(head, files, step["day"])
    else:
        assert case["stopped"] == "never", said
        return
    assert case["stopped"] != "never", said
    _, code, found = said[-1]
    assert code in (1, 2, 3)
    assert set(found) & set(case["stopped"]), said
    assert step is steps[-1] or case.get("early"), said


def test_no_two_attacks_are_the_same() -> None:
    whys = [each["why"] for each in CASES]
    assert len(set(whys)) == len(whys) >= 100
