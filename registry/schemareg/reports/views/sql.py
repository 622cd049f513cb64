"""The answers of `reg sql`, as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemareg.model.targets import field_text
from schemareg.text.escape import visible

if TYPE_CHECKING:
    from schemareg.formats.structure import Limit
    from schemareg.sql.ddl import Script
    from schemareg.sql.declared import ConsumerReading
    from schemareg.sql.live import Drift
    from schemareg.sql.plan import Planned
    from schemareg.sql.views import Desired, LineView


def script(found: Script, subject: str, form: str) -> str:
    """The statements of a table, with what it does not hold as comments; or both as JSON."""
    if form == "json":
        return _json(
            {
                "subject": subject,
                "statements": list(found.statements),
                "limits": [{"field": each.path, "what": each.what} for each in found.limits],
            }
        )
    return found.text + "".join(f"-- not held: {_limit(each)}\n" for each in found.limits)


def _limit(each: Limit) -> str:
    return visible(f"{each.path}: {each.what}" if each.path else each.what)


def line_views(found: tuple[LineView, ...], form: str) -> str:
    """Each view with its labels and its proof, then its statements; or the same as JSON."""
    if form == "json":
        return _json({"views": [_view(each) for each in found]})
    if not found:
        return "-- There is one major line, so nothing older is to be served.\n"
    lines = []
    for each in found:
        until = f"until {each.until}" if each.until else "nothing announces its end"
        lines.append(f"-- {each.version.name}: {each.view.label.value}, {until}")
        if each.proved:
            lines.append(f"--    proved: {each.proved:,} rows read, all valid {each.version.name}")
        lines += [
            f"--    {visible(one.column.path)}: {one.label.value}, {visible(one.why)}"
            for one in each.view.columns
            if one.why
        ]
        if each.view.why:
            lines.append(f"--    {visible(each.view.why)}")
        if each.witness:
            lines.append(f"--    a row that it cannot serve: {visible(each.witness)}")
        statements = (each.view.drop,) if each.over else each.view.statements
        lines += [f"{statement};" for statement in statements]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _view(each: LineView) -> dict[str, Any]:
    return {
        "version": each.version.name,
        "label": each.view.label.value,
        "why": each.view.why,
        "until": each.until.isoformat() if each.until else None,
        "over": each.over,
        "rows_proved": each.proved,
        "witness": each.witness,
        "columns": [
            {"field": field_text(one.column.steps), "label": one.label.value, "why": one.why}
            for one in each.view.columns
        ],
        "statements": list(each.view.statements),
        "drop": each.view.drop,
    }


def drift(found: tuple[Drift, ...], form: str) -> str:
    """What differs between a live table and the registry."""
    if form == "json":
        return _json({"drift": [each._asdict() for each in found]})
    if not found:
        return "No drift: the table is as the registry says.\n"
    return "".join(
        f"{each.kind} {visible(each.column)}: expected {visible(each.expected)},"
        f" found {visible(each.found)}\n".replace(" : ", ": ")
        for each in found
    )


def applied(number: int, step: Planned, outcome: str) -> str:
    """One line of what `apply` does."""
    text = f"{number}. {step.phase}: {visible(step.what)}: {outcome}\n"
    if outcome == "refused":
        return text + f"   {visible(step.refused or f'not before {step.not_before}')}\n"
    notes = (("locks", step.locks), ("loses", step.loses)) if outcome == "applied" else ()
    return text + "".join(f"   {name}: {visible(words)}\n" for name, words in notes if words)


def desired(found: tuple[Desired, ...], form: str) -> str:
    """What should exist today: tables, views of supported lines, and what may be dropped."""
    if form == "json":
        return _json(
            {
                "schemas": [
                    {
                        "version": each.newest.name,
                        "table": list(each.table.statements),
                        "pointer": list(each.pointer),
                        "lines": [_view(one) for one in each.lines],
                    }
                    for each in found
                ]
            }
        )
    parts = []
    for each in found:
        lines = [f"-- {each.newest.name}: the table", each.table.text.rstrip("\n")]
        lines += ["-- the newest version, whatever its line", *(f"{one};" for one in each.pointer)]
        for one in each.lines:
            name = one.version.name
            if one.over:
                lines += [f"-- {name}: its promise is over since {one.until}", f"{one.view.drop};"]
                continue
            until = f"may be dropped from {one.until}" if one.until else "nothing announces its end"
            lines.append(f"-- {name}: {one.view.label.value}, {until}")
            lines += [f"--    {visible(b.column.path)}: {visible(b.why)}" for b in one.view.broken]
            lines += [f"{statement};" for statement in one.view.statements]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def lineage(found: tuple[ConsumerReading, ...], form: str) -> str:
    """Who reads which field in which query, and what could not be told."""
    if form == "json":
        return _json({"consumers": [_reading(each) for each in found]})
    if not found:
        return "No consumer names queries. To name some: queries: [sql/**/*.sql] in its file.\n"
    lines = []
    for each in found:
        lines.append(f"{each.consumer.team} ({each.consumer.path})")
        for path, reading in each.readings:
            for use in reading.uses:
                via = f" through {' of '.join(map(visible, use.via))}" if use.via else ""
                name = f"{use.schema}@{use.major}" + (f"#{use.field}" if use.field else "")
                place = f"{visible(path)}:{use.line}:{use.column}"
                lines.append(f"  {place}: {visible(name)}{via}")
            lines += [
                f"  {visible(path)}:{one.line}:{one.column}: unresolved: {visible(one.what)}"
                for one in reading.unresolved
            ]
        if not each.readings:
            lines.append("  no file matches its queries")
        lines += [f"  not declared: {visible(one)}" for one in each.undeclared]
        lines += [f"  declared, and in no query seen: {visible(one)}" for one in each.unconfirmed]
    return "\n".join(lines) + "\n"


def _reading(each: ConsumerReading) -> dict[str, Any]:
    return {
        "consumer": each.consumer.name,
        "team": each.consumer.team,
        "files": [
            {
                "path": path,
                "uses": [{**use._asdict(), "via": list(use.via)} for use in reading.uses],
                "unresolved": [one._asdict() for one in reading.unresolved],
            }
            for path, reading in each.readings
        ],
        "undeclared": list(each.undeclared),
        "unconfirmed": list(each.unconfirmed),
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
