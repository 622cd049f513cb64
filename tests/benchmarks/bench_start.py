"""What it costs to start: `reg --help` and `reg --version` against a Typer program that does nothing.

    python tests/benchmarks/bench_start.py [ROUNDS]

Prints the median CPU time of whole processes, and the ratio to the floor measured in the same
run; gates nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

_NOTHING = "import typer\napp = typer.Typer()\n@app.command()\ndef main() -> None: pass\napp()\n"
_REG = "import sys; sys.argv[0] = 'reg'; from schemareg_cli.main import run; run()"
_RUNS = {
    "python -c pass": ("pass",),
    "typer, nothing": (_NOTHING,),
    "reg --version": (_REG, "--version"),
    "reg --help": (_REG, "--help"),
    "reg check --help": (_REG, "check", "--help"),
    "reg explain RULE": (_REG, "explain", "property-required"),
}


def cpu(arguments: tuple[str, ...]) -> float:
    """CPU seconds of one Python process, children included."""
    root = Path(__file__).parents[2]
    paths = os.pathsep.join(str(root / name) for name in ("registry", "cli"))
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", *arguments],
        {**os.environ, "PYTHONPATH": paths},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{arguments[1:]} ended with status {status}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure in turns, so that a busy moment hits every program alike."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    found: dict[str, list[float]] = {name: [] for name in _RUNS}
    for arguments in _RUNS.values():
        cpu(arguments)  # once for the byte code
    for _ in range(rounds):
        for name, arguments in _RUNS.items():
            found[name].append(cpu(arguments))
    floor = statistics.median(found["typer, nothing"])
    print(f"{'':18}{'CPU ms':>8}{'ratio':>8}")
    for name, seconds in found.items():
        median = statistics.median(seconds)
        print(f"{name:18}{median * 1000:8.0f}{median / floor:8.2f}")


if __name__ == "__main__":
    main()
