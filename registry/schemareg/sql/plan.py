"""A plan as data: steps with their day, as JSON and as the files of the tools that people have."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from schemareg.model.errors import RegistryError
from schemareg.text.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.sql.migrations import MigrationStep

FORMAT = "reg-sql-plan/1"
FORMS = ("sql", "json", "flyway", "liquibase", "alembic")


@dataclass(frozen=True, slots=True)
class Planned:
    """One step, and whether it may run on the day of the plan."""

    phase: str
    what: str
    statements: tuple[str, ...]
    undo: tuple[str, ...] = ()
    locks: str = ""
    loses: str = ""
    not_before: date | None = None
    """The first day on which it may run; None where no promise is in the way, or none has a day."""
    refused: str = ""
    """Why it may not run on the day of the plan; empty where it may."""


@dataclass(frozen=True, slots=True)
class TablePlan:
    """The steps for one schema on one engine, in order."""

    subject: str
    """`orders/order_placed@1.2.0..2.1.0`."""
    dialect: str
    today: date
    steps: tuple[Planned, ...]

    @property
    def digest(self) -> str:
        """What two plans share exactly when their statements are the same."""
        text = json.dumps([self.subject, self.dialect, [each.statements for each in self.steps]])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def planned(step: MigrationStep, day: date | None, refused: str) -> Planned:
    """A step of a migration with its day."""
    return Planned(
        step.phase, step.what, step.statements, step.undo, step.locks, step.loses, day, refused
    )


def document(plan: TablePlan) -> dict[str, Any]:
    """The plan as JSON; `parse(document(plan)) == plan`."""
    return {
        "format": FORMAT,
        "subject": plan.subject,
        "dialect": plan.dialect,
        "today": plan.today.isoformat(),
        "digest": plan.digest,
        "steps": [
            {
                "phase": each.phase,
                "what": each.what,
                "statements": list(each.statements),
                "undo": list(each.undo),
                "locks": each.locks,
                "loses": each.loses,
                "not_before": each.not_before.isoformat() if each.not_before else None,
                "refused": each.refused,
            }
            for each in plan.steps
        ],
    }


def parse(text: str, where: str) -> TablePlan:
    """The plan of a file. Raises RegistryError where it is none, or was changed by hand."""
    try:
        value = json.loads(text)
        if value["format"] != FORMAT:
            raise ValueError(f"its format is {value['format']!r}, not {FORMAT!r}")
        steps = tuple(
            Planned(
                each["phase"],
                each["what"],
                tuple(map(str, each["statements"])),
                tuple(map(str, each["undo"])),
                each["locks"],
                each["loses"],
                date.fromisoformat(each["not_before"]) if each["not_before"] else None,
                each["refused"],
            )
            for each in value["steps"]
        )
        plan = TablePlan(
            value["subject"], value["dialect"], date.fromisoformat(value["today"]), steps
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RegistryError(
            f"this is no plan: {error}",
            where=where,
            remedy="Make one: reg sql migrate P/S@A..B --dialect D --format json --output DIR",
        ) from None
    if plan.digest != value.get("digest"):
        raise RegistryError(
            "the statements of this plan were changed after it was made",
            where=where,
            remedy="Make it again with reg sql migrate, and change the schema instead",
        )
    return plan


def render(plan: TablePlan, form: str) -> dict[str, str]:
    """The files of a plan by name, in one of `FORMS`; steps that are refused are left out of them.

    Only `sql` and `json` show what is refused, `sql` as comments.
    """
    if form == "json":
        text = json.dumps(document(plan), indent=2, ensure_ascii=False)
        return {f"{_slug(plan.subject)}.json": f"{text}\n"}
    if form == "sql":
        return {f"{_slug(plan.subject)}.sql": _sql(plan)}
    allowed = [(n, each) for n, each in enumerate(plan.steps, 1) if not each.refused]
    return dict(_FILES[form](plan, allowed))


def _sql(plan: TablePlan) -> str:
    lines = [f"-- {visible(plan.subject)} on {plan.dialect}, as of {plan.today}"]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", f"-- {number}. {step.phase}: {visible(step.what)}"]
        notes = (("locks", step.locks), ("loses", step.loses), ("refused", step.refused))
        lines += [f"--    {name}: {visible(words)}" for name, words in notes if words]
        lines += [
            f"{each};" if not step.refused else _comment(f"{each};") for each in step.statements
        ]
        if step.undo:
            lines.append("-- undo:")
            lines += [_comment(f"{each};") for each in step.undo]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"--   {line}" for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text))


def _flyway(plan: TablePlan, steps: Sequence[tuple[int, Planned]]) -> Iterator[tuple[str, str]]:
    version = re.sub(r"[^0-9]+", "_", plan.subject.rpartition("..")[2] or "1").strip("_") or "1"
    for number, step in steps:
        name = f"{version}_{number}__{_slug(step.what)}.sql"
        yield f"V{name}", _script(step.statements)
        if step.undo:
            yield f"U{name}", _script(step.undo)


def _liquibase(plan: TablePlan, steps: Sequence[tuple[int, Planned]]) -> Iterator[tuple[str, str]]:
    lines = ["--liquibase formatted sql"]
    for number, step in steps:
        # One statement a change set, so that no character of a statement can be taken for its end.
        for place, statement in enumerate(step.statements, 1):
            change = f"{_slug(plan.subject)}-{number}-{place}"
            lines += ["", f"--changeset reg:{change} splitStatements:false", statement]
            undo = step.undo if place == 1 else ()
            lines += [_rollback(each) for each in undo] or ["--rollback empty"]
    yield f"{_slug(plan.subject)}.sql", "\n".join(lines) + "\n"


def _rollback(statement: str) -> str:
    return "\n".join(f"--rollback {line}" for line in f"{statement};".splitlines())


def _alembic(plan: TablePlan, steps: Sequence[tuple[int, Planned]]) -> Iterator[tuple[str, str]]:
    def block(statements: Sequence[str]) -> list[str]:
        return [f"    run({each!a})" for each in statements] or ["    pass"]

    forwards = [each for _, step in steps for each in step.statements]
    back = [each for _, step in reversed(steps) for each in step.undo]
    revision = plan.digest[:12]
    lines = [
        f'"""{ascii(plan.subject)[1:-1]}"""',
        "",
        "from alembic import op",
        "",
        f"revision = {revision!r}",
        "down_revision = None  # the revision before, if there is one",
        "",
        "",
        "def run(statement):",
        "    connection = op.get_bind().execution_options(no_parameters=True)",
        "    connection.exec_driver_sql(statement)",
        "",
        "",
        "def upgrade():",
        *block(forwards),
        "",
        "",
        "def downgrade():",
        *block(back),
    ]
    yield f"{revision}_{_slug(plan.subject)}.py", "\n".join(lines) + "\n"


_FILES = {"flyway": _flyway, "liquibase": _liquibase, "alembic": _alembic}


def _script(statements: Sequence[str]) -> str:
    return "".join(f"{each};\n" for each in statements)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:80] or "step"
