"""What telling several hundred landings costs, against judging them alone.

    python tests/benchmarks/bench_events.py [--sizes S,M] [--landings 300] [--folder DIR] [--rounds N]

Registries are made where they are not in DIR yet (M takes half a minute). The least CPU time of whole
processes, children included, measured in turns. Gates nothing.

`replay` is `check --replay` of the last landings of `main`, `events` is `reg events` of the same: the
verdict, and beside it the facts, the audit and the people, so little more than once is what to expect.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.bench_check import spent
    from tests.benchmarks.make_registry import SIZES, make
else:
    from bench_check import spent  # run as a script, this folder is on the path
    from make_registry import SIZES, make

_REG = "import sys; sys.argv[0] = 'reg'; from schemareg_cli.main import run; run()"


def measure(registry: Path, landings: int, rounds: int) -> dict[str, float]:
    """The least CPU milliseconds by program."""
    span = f"main~{landings}..main"
    reg = [sys.executable, "-c", _REG, "-C", str(registry)]
    programs = {
        "replay": [*reg, "check", "--replay", span],
        "events": [*reg, "events", span, "--format", "jsonl"],
    }
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, command in programs.items():
            found.setdefault(name, []).append(spent(command)[0])
    return {name: min(times) for name, times in found.items()}


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default="S")
    parser.add_argument("--landings", type=int, default=300)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="registries-"))
    print(f"{'':4}{'replay ms':>11}{'events':>8}{'ratio':>7}{'ms a landing':>14}")
    for size in given.sizes.split(","):
        if size not in SIZES:
            raise SystemExit(f"{size} is none of {', '.join(SIZES)}")
        registry = folder / size
        if not registry.exists():
            make(registry, size, checkout=False)
        cpu = measure(registry, given.landings, given.rounds)
        print(
            f"{size:4}{cpu['replay']:11.0f}{cpu['events']:8.0f}"
            f"{cpu['events'] / cpu['replay']:7.2f}{cpu['events'] / given.landings:14.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
