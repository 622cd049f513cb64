"""What a verdict costs and how often there is one: corpus by corpus, beside other systems.

    python tests/benchmarks/bench_compat.py [--corpora FOLDER] [--hostile] [NAME ...]

CPU time of this thread, warmed, every system on the same pairs in the same run; ratios count, not
milliseconds. Nothing is gated here.
"""

from __future__ import annotations

import argparse
import copy
import logging
import os
import resource
import signal
import sys
import time
import warnings
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

TOP = Path(__file__).parents[2]
sys.path[:0] = [str(TOP), str(TOP / "registry")]

from tests.benchmarks.hostile import table as hostile_pairs  # noqa: E402
from tests.referees import DRAFTS, jsonschema_accepts, jsonschema_rs_accepts  # noqa: E402

from schemareg.documents import json_values  # noqa: E402
from schemareg.formats.json_schema.solver.compare import compare  # noqa: E402
from schemareg.formats.verdict import Budget, SchemaSource, Verdict  # noqa: E402
from schemareg.model import Content, Outcome  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = ("jsonsubschema", "jsoncompat", "confluent", "draft-suite", "iglu-central")
PATIENCE = 2
"""Seconds that another system may take for one pair."""
ROW = "{:<15}{:<15}{:>6}{:>9}{:>10}{:>10}{:>10}{:>10}"


class Answer(NamedTuple):
    """What a system said of a pair: compatible or not, None where it cannot say; and its cost."""

    compatible: bool | None
    seconds: float


class TooLong(Exception):
    """A system took more than it may for one pair."""


def main() -> None:
    """Print the tables."""
    arguments = _arguments()
    print(ROW.format("corpus", "system", "pairs", "decided", "verified", "median", "p95", "worst"))
    both: list[tuple[float, float]] = []
    for name in arguments.names or NAMES:
        path = arguments.corpora / f"{name}.jsonl"
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                both += _corpus(name, [json_values.parse(line) for line in lines])
        else:
            print(f"{name:<15}no corpus {path}")
    _ratio("all together", both)
    if arguments.hostile:
        _hostile()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    folder = os.environ.get("REG_CORPORA") or TOP.parent / "shared" / "corpora"
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--corpora", type=Path, default=Path(folder), help="folder of the corpora")
    parser.add_argument("--hostile", action="store_true", help="also the schemas made to explode")
    return parser.parse_args()


def _corpus(name: str, rows: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Print a corpus; what the engine and jsonsubschema took for each pair that both decide."""
    verdicts: list[Verdict] = []

    def ours(row: dict[str, Any]) -> bool | None:
        verdict = _verdict(row)
        verdicts.append(verdict)
        return (
            None if verdict.outcome is Outcome.UNDECIDED else verdict.outcome is Outcome.COMPATIBLE
        )

    floats = [{**row, "old": _floats(row["old"]), "new": _floats(row["new"])} for row in rows]
    for row in rows[:50]:
        _verdict(row)
    own = _timed(ours, rows)
    _line(name, "schemareg", own, _verified(rows, verdicts))
    _line("", "jsonschema-rs", _timed(_by_jsonschema_rs, floats), "no record")
    other = _timed(_by_jsonsubschema, floats)
    _line("", "jsonsubschema", other, "no record")
    both = [
        (one.seconds, two.seconds)
        for one, two in zip(own, other, strict=True)
        if one.compatible is not None and two.compatible is not None
    ]
    _ratio("", both)
    _contrary(own, other)
    return both


def _ratio(name: str, both: list[tuple[float, float]]) -> None:
    if both:
        ours, theirs = (median(each) for each in zip(*both, strict=True))
        said = f"on the {len(both)} that both decide: {ours / theirs:.2f} × its median"
        print(f"{name:<15}{said}", flush=True)


def _verdict(row: dict[str, Any]) -> Verdict:
    new = SchemaSource(row["new"], dialect=row["dialect"])
    old = SchemaSource(row["old"], dialect=row["dialect"])
    return compare(new, old, content=Content.OPEN)


def _timed(
    ask: Callable[[dict[str, Any]], bool | None], rows: Sequence[dict[str, Any]]
) -> list[Answer]:
    answers = []
    for row in rows:
        started = time.thread_time()
        answer = ask(row)
        answers.append(Answer(answer, time.thread_time() - started))
    return answers


def _by_jsonschema_rs(row: dict[str, Any]) -> bool | None:
    import jsonschema_rs

    try:
        new, old = (
            jsonschema_rs.canonicalize(
                row[side], draft=DRAFTS[row["dialect"]], validate_formats=False, offline=True
            )
            for side in ("new", "old")
        )
        said = str(new.covers(old))
    except (ValueError, jsonschema_rs.ReferencingError):
        return None
    return {"yes": True, "no": False}.get(said)


def _by_jsonsubschema(row: dict[str, Any]) -> bool | None:
    from jsonsubschema import isSubschema

    # It rewrites what it is given, says what it cannot do in errors of every kind, and may exit.
    pair = copy.deepcopy((row["old"], row["new"]))
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE, 0.2)
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            return bool(isSubschema(*pair))
    except (Exception, SystemExit):  # noqa: BLE001
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(number: int, frame: object) -> None:
    raise TooLong


def _floats(value: Any) -> Any:
    """The value as other systems take it: with floats."""
    import json

    return json.loads(json_values.render(value))


def _verified(rows: list[dict[str, Any]], verdicts: list[Verdict]) -> str:
    """How many of the records both validators confirm."""
    records = confirmed = 0
    for row, verdict in zip(rows, verdicts[-len(rows) :], strict=True):
        for each in {found.record for found in verdict.findings}:
            records += 1
            confirmed += _confirmed(row, json_values.parse(each))
    return f"{confirmed}/{records}"


def _confirmed(row: dict[str, Any], record: Any) -> bool:
    import re

    for accepts in (jsonschema_rs_accepts, jsonschema_accepts):
        try:
            old, new = (accepts(row[side], record, row["dialect"]) for side in ("old", "new"))
        except re.error:
            continue  # a pattern of ECMA-262 that Python cannot read
        if not old or new:
            return False
    return True


def _line(name: str, system: str, answers: list[Answer], verified: str) -> None:
    taken = sorted(answer.seconds for answer in answers)
    decided = sum(answer.compatible is not None for answer in answers) / len(answers)
    print(
        ROW.format(
            name,
            system,
            len(answers),
            f"{decided:.1%}",
            verified,
            *map(_milliseconds, (median(taken), taken[int(len(taken) * 0.95)], taken[-1])),
        ),
        flush=True,
    )


def _contrary(own: list[Answer], other: list[Answer]) -> None:
    contrary = sum(
        None not in (one.compatible, two.compatible) and one.compatible is not two.compatible
        for one, two in zip(own, other, strict=True)
    )
    if contrary:
        print(f"{'':<15}{contrary} where jsonsubschema says the contrary")


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _hostile() -> None:
    budget = Budget()
    print(f"\nschemas made to explode, stopped after {budget.seconds:g} s")
    row = "{:<44}{:>12}{:>12}{:>9}{:>9}  {}"
    print(row.format("pair", "outcome", "ms", "overrun", "MB", "why"))
    for pair in hostile_pairs():
        reader, writer = (json_values.exact(each) for each in (pair.reader, pair.writer))
        started = time.thread_time()
        verdict = compare(
            SchemaSource(reader), SchemaSource(writer), content=Content(pair.content), budget=budget
        )
        taken = time.thread_time() - started
        over = max(0.0, taken / budget.seconds - 1)
        wrong = "" if verdict.outcome.value in (pair.right, "undecided") else "WRONG "
        print(
            row.format(
                pair.name,
                verdict.outcome.value,
                f"{taken * 1000:.0f}",
                f"{over:.0%}" if over else "",
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                wrong + verdict.reason[:60],
            ),
            flush=True,
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable()
    main()
