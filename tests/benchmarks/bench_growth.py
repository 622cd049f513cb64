"""How the cost of a check grows with the size of a proposal: the exponent, on counted work and on CPU.

    python tests/benchmarks/bench_growth.py [--scale N]

Three proposals at four sizes, each double the one before: deprecations of which each replaces the
one before, new versions of one schema, files of new products. Counted are calls of Python functions
(deterministic), beside them CPU seconds of the process. An exponent of 1.0 is linear. The largest
sizes are 1,000 deprecations, 1,000 versions and 10,000 files; `--scale 10` makes all a tenth. Gates
nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.adversary import PRODUCT, Origin, begin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adversary import Content

TODAY = date(2026, 2, 1)
Growth = tuple[dict[str, "Content"], dict[str, "Content"]]
"""The files that have landed, and those of the proposal."""


def schema(fields: int) -> str:
    """A schema with so many optional fields."""
    return json.dumps(
        {"type": "object", "properties": {f"f{each}": {"type": "string"} for each in range(fields)}}
    )


def chained_deprecations(count: int) -> Growth:
    """Each field is replaced by the next one, and deprecated."""
    files = begin(schema=json.loads(schema(count + 1)))
    said = {
        f"{PRODUCT}/deprecations/f{each}.yaml": json.dumps(
            {
                "target": f"orders/order#f{each}",
                "replacement": f"orders/order#f{each + 1}",
                "sunset": "2026-12-01",
                "reason": "It goes.",
            }
        )
        for each in range(count)
    }
    return files, {**files, **said}


def new_versions(count: int) -> Growth:
    """Versions of one schema, of which each has one description more."""
    files = begin(policy="compatibility: {scope: latest}", schema=json.loads(schema(3)))
    value: dict[str, Any] = json.loads(schema(3))
    new = {}
    for each in range(1, count + 1):
        value["description"] = f"Edition {each}"
        new[f"{PRODUCT}/schemas/order/1.0.{each}.json"] = json.dumps(value)
    return files, {**files, **new}


def new_files(count: int) -> Growth:
    """Products with one version each: two files a product."""
    files = begin()
    new = {}
    for each in range(count // 2):
        folder = f"products/p{each}"
        words = {"title": "P", "owner": {"team": "t"}, "schemas": {"s": {}}}
        new[f"{folder}/product.yaml"] = json.dumps(words)
        new[f"{folder}/schemas/s/1.0.0.json"] = schema(2)
    return files, {**files, **new}


PROPOSALS: dict[str, tuple[Callable[[int], Growth], int]] = {
    "chained deprecations": (chained_deprecations, 1_000),
    "new versions": (new_versions, 1_000),
    "files": (new_files, 10_000),
}
"""What grows, and its largest size."""


def measure(growth: Growth, folder: Path) -> tuple[int, float]:
    """Calls of Python functions, and CPU seconds, of one check."""
    before, after = growth
    origin = Origin(folder, before)
    origin.propose(after, TODAY)
    begun = time.process_time()
    answer = origin.check(TODAY)
    spent = time.process_time() - begun
    if answer.code not in (0, 1):
        raise SystemExit(f"the check ended with {answer.code}: {answer.err or answer.out[:500]}")
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        origin.check(TODAY)
    finally:
        sys.setprofile(None)
    return calls, spent


def exponent(sizes: list[int], costs: list[float]) -> float:
    """The slope of a line through the logarithms (least squares)."""
    xs, ys = [math.log(each) for each in sizes], [math.log(each) for each in costs]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    rise = sum((one - x) * (other - y) for one, other in zip(xs, ys, strict=True))
    return rise / sum((one - x) ** 2 for one in xs)


def main() -> None:
    """Print a table for each kind of proposal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(new_files(4), Path(name) / "warm.git")
        for kind, (make, largest) in PROPOSALS.items():
            sizes = [largest // given.scale // 2**step for step in (3, 2, 1, 0)]
            found = []
            print(f"{kind:22}{'calls':>12}{'CPU s':>8}")
            for size in sizes:
                calls, spent = measure(make(size), Path(name) / f"{kind}-{size}.git")
                found.append((calls, spent))
                print(f"{size:22,}{calls:12,}{spent:8.2f}", flush=True)
            work, cpu = (exponent(sizes, list(costs)) for costs in zip(*found, strict=True))
            print(f"{'exponent':22}{work:12.2f}{cpu:8.2f}\n", flush=True)


if __name__ == "__main__":
    main()
