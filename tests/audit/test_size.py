"""What the audit costs on a tenth of the largest registry, against Git itself in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "benchmarks" / "bench_audit.py"
ROOTS = Path(__file__).parents[2]


pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG"),
]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The ratios of the benchmark at a tenth of the largest size, and the memory in megabytes."""
    roots = os.pathsep.join(str(ROOTS / each) for each in (".", "registry", "cli"))
    folder = tmp_path_factory.mktemp("registries")
    done = subprocess.run(
        [sys.executable, str(BENCH), "--sizes", "T", "--folder", str(folder)],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PYTHONPATH": roots},
    )
    _, _, _, full, memory, _, _, more, _, _, log = done.stdout.splitlines()[-1].split()
    values = {"full": full, "memory": memory, "more": more, "log": log}
    return {name: float(value) for name, value in values.items()}


def test_the_audit_costs_a_small_multiple_of_what_git_takes(measured: dict[str, float]) -> None:
    most = {"full": 3, "log": 2, "memory": 300}
    assert {name: measured[name] for name in most if measured[name] > most[name]} == {}


@pytest.mark.xfail(
    strict=False, reason="2.3 to 2.5 since the audit asks the check itself about the landing"
)
def test_one_more_landing_costs_at_most_twice_a_process_that_starts(
    measured: dict[str, float],
) -> None:
    assert measured["more"] <= 2
