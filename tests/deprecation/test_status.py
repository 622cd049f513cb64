"""Where promises stand: `reg status`, `when`, `sunsets` and `timeline`, on real repositories."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as XmlTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Repo
from tests.stories import Shop, landed, states

from schemareg.deprecation import cache
from schemareg.deprecation.schedule import Statement, Term, term
from schemareg.deprecation.status import Life, status
from schemareg.deprecation.timeline import timeline
from schemareg.model import Deprecation, Landing
from schemareg.model import targets as model_targets
from schemareg.reports.views import sunsets
from schemareg.reports.views import timeline as pictures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

STORY = [
    ("2026-01-05", "consumer billing reads email,customer.phone versions ^1"),
    ("2026-01-10", "deprecate orders/order#email 2026-06-01 replacement orders/order#mail"),
    ("2026-01-11", "release 1.1.0 with mail=string"),
    (
        "2026-02-01",
        "deprecate orders/order#total open\ndeprecate orders/order#status=lost 2026-03-01",
    ),
    ("2026-03-01", "restate orders/order#email 2026-07-01"),
    ("2026-03-02", "deprecate orders/order#customer 2026-07-01"),
    ("2026-06-30", "release 2.0.0 without customer\nrelease 2.1.0-rc.1 with note=string"),
    ("2026-07-01", "release 1.2.0 from 2.0.0"),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A bare repository in which much has been said."""
    landed(STORY, "release 3.0.0 with novel=string", Shop()).write(tmp_path / "shop.git")
    return tmp_path / "shop.git"


@pytest.mark.parametrize(
    ("target", "today", "life", "earliest"),
    [
        ("orders", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order@1", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order@1.0.0", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order@2.1.0-rc.1", "2026-05-01", Life.DRAFT, "2026-05-01"),
        ("orders/order#id", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order#status=placed", "2026-05-01", Life.ACTIVE, "2026-07-30"),
        ("orders/order#email", "2026-06-30", Life.DEPRECATED, "2026-07-01"),
        ("orders/order#email", "2026-07-01", Life.SUNSET, "2026-07-01"),
        ("orders/order#total", "2026-05-01", Life.OPEN, ""),
        ("orders/order@1#customer", "2026-05-01", Life.REMOVED, "2026-07-01"),
        ("orders/order@1#customer.phone", "2026-05-01", Life.REMOVED, "2026-07-01"),
        ("orders/order#novel", "2026-05-01", Life.NEW, ""),
    ],
)
def test_every_state_is_told_with_the_first_day_on_which_it_may_go(
    target: str, today: str, life: Life, earliest: str, shop: Path
) -> None:
    with states(shop) as (base, here, line):
        from schemareg.deprecation.landed import Promises

        found = status(
            Promises(base, lambda: line),
            here,
            model_targets.parse(target),
            date.fromisoformat(today),
        )
    assert (found.life, str(found.earliest or "")) == (life, earliest)


def test_what_was_said_of_a_field_is_told_step_by_step(shop: Path, reg: Reg) -> None:
    code, out, err = reg(
        "-C", str(shop), "status", "orders/order#email", "--today", "2026-06-01", "-f", "json"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    steps = [
        (each["what"], each["sunset"], each["landing"]["time"][:10])
        for each in found["deprecation"]["steps"]
    ]
    assert steps == [
        ("announced", "2026-06-01", "2026-01-10"),
        ("moved later", "2026-07-01", "2026-03-01"),
    ]
    assert (found["state"], found["earliest"], found["days_left"]) == (
        "deprecated",
        "2026-07-01",
        30,
    )
    assert found["in_the_way"] == ["its sunset is 2026-07-01"]
    assert found["replacements"] == ["orders/order#mail"]
    uses = [{"schema": "orders/order", "versions": "^1", "fields": ["email"]}]
    assert found["consumers"] == [
        {"name": "billing", "team": "billing", "contact": "", "agreed": False, "uses": uses}
    ]
    assert re.fullmatch(
        r"landed 2026-01-10 in [0-9a-f]{7}, sunset 2026-07-01 → from 2026-07-01, 30 days left",
        found["arithmetic"],
    )


def test_a_status_reads_as_prose(shop: Path, reg: Reg, golden: Callable[..., None]) -> None:
    _, out, _ = reg("-C", str(shop), "status", "orders/order#email", "--today", "2026-06-01")
    golden("status.text", re.sub(r"\b[0-9a-f]{7}\b", "COMMIT1", out))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            "orders/order#email",
            "orders/order#email can be removed from 2026-07-01 (landed 2026-01-10 in",
        ),
        (
            "orders/order#id",
            "if deprecated today, orders/order#id can be removed from 2026-08-30 (if its",
        ),
        (
            "orders/order#total",
            "orders/order#total may go without a date: landed 2026-02-01",
        ),
        ("orders/order@1#customer", "orders/order@1#customer was removed on 2026-07-01"),
        (
            "orders/order@2.1.0-rc.1",
            "orders/order@2.1.0-rc.1 can be removed from 2026-06-01 (a draft",
        ),
    ],
)
def test_when_is_one_sentence(target: str, told: str, shop: Path, reg: Reg) -> None:
    code, out, err = reg("-C", str(shop), "when", target, "--today", "2026-06-01")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert out.startswith(told)


def test_what_never_was_is_refused_with_what_is_near(shop: Path, reg: Reg) -> None:
    code, out, err = reg("-C", str(shop), "status", "orders/order#emial")
    assert (code, out) == (2, "")
    assert err == (
        "reg: orders/order@2.0.0 has no field 'emial'\n  Did you mean orders/order#email?\n"
    )


def test_a_deprecation_that_has_not_landed_is_proposed(repo: Any, reg: Reg) -> None:
    shop = Shop()
    shop.begin()
    repo.commit(shop.files, "Begin", on=date(2026, 1, 1))
    shop.tell("deprecate orders/order#email 2026-06-01")
    repo.write(shop.files)
    call = ("-C", str(repo.path), "status", "orders/order#email", "-f", "json", "--today")
    found = json.loads(reg(*call, "2026-01-02")[1])
    assert (found["state"], found["earliest"]) == ("proposed", "2026-06-01")
    assert found["in_the_way"] == [
        "its deprecation has not landed; the window starts with its landing"
    ]
    assert json.loads(reg(*call, "2026-04-01")[1])["earliest"] == "2026-06-30"
    assert json.loads(reg(*call, "2026-04-01", "--at", "main")[1])["state"] == "active"


def test_a_product_that_is_gone_is_told_as_removed(tmp_path: Path, reg: Reg) -> None:
    story = [("2026-02-01", "delete products/orders")]
    landed(story, "nothing", Shop()).write(tmp_path / "gone.git")
    code, out, _ = reg("-C", str(tmp_path / "gone.git"), "when", "orders")
    assert (code, out) == (0, "orders was removed on 2026-02-01\n")


def test_sunsets_are_sorted_by_their_day_and_can_be_limited(shop: Path, reg: Reg) -> None:
    def days(*options: str) -> list[tuple[str, str]]:
        out = reg("-C", str(shop), "sunsets", "--today", "2026-05-15", "-f", "json", *options)[1]
        return [(each["earliest"], each["target"]) for each in json.loads(out)["sunsets"]]

    upcoming = [("2026-07-01", "orders/order#customer"), ("2026-07-01", "orders/order#email")]
    assert days() == [*upcoming, (None, "orders/order#total")]
    assert days("--within", "47d") == upcoming
    assert days("--within", "46d") == []
    assert days("--past") == [
        ("2026-05-02", "orders/order#status=lost"),
        *upcoming,
        (None, "orders/order#total"),
    ]


@pytest.mark.parametrize("form", ["text", "markdown", "ics"])
def test_sunsets_in_every_form(
    form: str, shop: Path, reg: Reg, golden: Callable[..., None]
) -> None:
    _, out, _ = reg("-C", str(shop), "sunsets", "--today", "2026-05-15", "--format", form)
    golden(f"sunsets.{form}", re.sub(r"\b[0-9a-f]{7}\b", "COMMIT1", out))


# --- iCalendar, read strictly


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines: list[str] = []
    for line in text.split("\r\n")[:-1]:
        assert 0 < len(line.encode()) <= 75
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def components(text: str) -> list[dict[str, str]]:
    """The events of a calendar, property by property; anything irregular fails."""
    name = r"[A-Z][A-Z0-9-]*"
    found: list[dict[str, str]] = []
    open_: list[str] = []
    for line in unfolded(text):
        match = re.fullmatch(rf"({name}(?:;{name}={name})?):([^\x00-\x08\x0a-\x1f\x7f]*)", line)
        assert match, line
        key, value = match.groups()
        if key == "BEGIN":
            open_.append(value)
            if value == "VEVENT":
                found.append({})
        elif key == "END":
            assert open_.pop() == value
        elif open_ == ["VCALENDAR", "VEVENT"]:
            assert key not in found[-1]
            found[-1][key] = value
        else:
            assert open_ == ["VCALENDAR"]
    assert open_ == []
    return found


def unescaped(text: str) -> str:
    parts = re.findall(r"\\[\\;,nN]|[^\\;,]", text)
    assert "".join(parts) == text, "a special character stands bare"
    return "".join("\n" if each in ("\\n", "\\N") else each[-1] for each in parts)


def announced(reason: str, sunset: date | None = date(2026, 6, 1), **more: Any) -> Term:
    from datetime import UTC, datetime

    moment = datetime(2026, 2, 1, 12, 30, 15, tzinfo=UTC)
    landing = Landing("a" * 40, 0, moment, moment)
    path = "products/orders/deprecations/order-email.yaml"
    target = model_targets.parse("orders/order#email")
    found = term([Statement(landing, Deprecation(path, target, reason, sunset, **more), 90)])
    assert found is not None
    return found


def test_a_calendar_says_when_what_may_be_gone() -> None:
    (event,) = components(sunsets.ics([announced("Gone."), announced("No day.", None)]))
    assert event == {
        "UID": "products/orders/deprecations/order-email.yaml@schemareg",
        "DTSTAMP": "20260201T123015Z",
        "LAST-MODIFIED": "20260201T123015Z",
        "SEQUENCE": "0",
        "DTSTART;VALUE=DATE": "20260601",
        "DTEND;VALUE=DATE": "20260602",
        "SUMMARY": "orders/order#email can be removed",
        "DESCRIPTION": r"Gone.\nAnnounced 2026-02-01 in aaaaaaa\, with 90 days to move.",
        "CATEGORIES": "orders",
        "TRANSP": "TRANSPARENT",
    }


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_reason_breaks_a_calendar(reason: str) -> None:
    (event,) = components(sunsets.ics([announced(reason)]))
    told = unescaped(event["DESCRIPTION"])
    assert told.endswith("\nAnnounced 2026-02-01 in aaaaaaa, with 90 days to move.")
    if reason.isprintable() and reason.isascii():
        assert told.startswith(f"{reason}\n")


@given(st.text(max_size=60), st.integers(40, 160))
@settings(max_examples=60, deadline=None)
def test_no_reason_breaks_a_picture_and_no_line_is_wider_than_the_terminal(
    reason: str, width: int
) -> None:
    line = timeline([announced(reason), announced(reason, None)], date(2026, 3, 1))
    root = XmlTree.fromstring(pictures.svg(line))  # noqa: S314  it is ours
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {
        *("svg", "title", "rect", "text", "line", "g")
    }
    assert all(len(each) <= width for each in pictures.text(line, width=width).splitlines()[:-1])


def test_a_picture_holds_no_markup_of_others() -> None:
    reason = "</title><script>alert(1)</script><image href='http://x'/> & \x1b[31m"
    line = timeline([announced(reason)], date(2026, 3, 1))
    drawn = pictures.svg(line)
    assert "<script" not in drawn
    assert "<image" not in drawn
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn


def test_a_product_s_timeline_has_every_line_until_its_end_is_announced(
    shop: Path, reg: Reg
) -> None:
    def names(*arguments: str) -> list[str]:
        _, out, _ = reg("-C", str(shop), "timeline", *arguments, "--today", "2026-05-15")
        return [each.split()[0] for each in out.splitlines() if each.startswith("orders")]

    assert names("orders") == ["orders/order@1", *names()]


def test_a_timeline_is_as_wide_as_the_terminal(
    shop: Path, reg: Reg, golden: Callable[..., None]
) -> None:
    _, out, _ = reg("-C", str(shop), "timeline", "orders", "--today", "2026-05-15")
    golden("timeline.text", out)
    code, drawn, _ = reg("-C", str(shop), "timeline", "--today", "2026-05-15", "-f", "svg")
    assert (code, XmlTree.fromstring(drawn).tag) == (0, "{http://www.w3.org/2000/svg}svg")  # noqa: S314
    code, _, err = reg("-C", str(shop), "timeline", "ordres")
    assert (code, err) == (2, "reg: there is no product 'ordres'\n  Did you mean orders?\n")


def test_the_dates_of_a_century_hence_leave_room_for_the_rest() -> None:
    line = timeline([announced("x", date(9999, 12, 31)), announced("y")], date(2026, 3, 1))
    assert (line.first, line.last) == (date(2026, 2, 1), date(2029, 2, 28))


def test_where_nothing_is_announced_every_answer_says_so(tmp_path: Path, reg: Reg) -> None:
    landed([], "nothing", Shop()).write(tmp_path / "new.git")
    at = ("-C", str(tmp_path / "new.git"))
    assert reg(*at, "sunsets") == (0, "no announced sunset in this period\n", "")
    assert reg(*at, "timeline") == (0, "nothing is deprecated\n", "")
    assert components(reg(*at, "sunsets", "-f", "ics")[1]) == []


def test_before_the_first_commit_nothing_has_landed(tmp_path: Path, reg: Reg) -> None:
    at = ("-C", str(Repo(tmp_path / "new").path))
    for command in ("sunsets", "timeline"):
        code, out, err = reg(*at, command)
        assert (code, out) == (3, "")
        assert err.startswith("reg: nothing has landed as far as is known here")


def test_a_folder_without_git_says_what_is_missing(tmp_path: Path, reg: Reg) -> None:
    code, out, err = reg("-C", str(tmp_path), "sunsets")
    assert (code, out) == (2, "")
    assert "the folder is not in a Git repository" in err


# --- what is kept


@given(st.text(max_size=80), st.none() | st.dates(), st.sampled_from(["", "values"]))
@settings(max_examples=60, deadline=None)
def test_terms_that_were_kept_come_back_as_they_were(
    reason: str, sunset: date | None, loosens: str
) -> None:
    replacement = model_targets.parse("orders/order#lines[].sku")
    terms = (announced(reason, sunset, loosens=loosens, replacement=replacement), announced("x"))
    data = cache.kept(terms, "c" * 40)
    assert cache.remembered(data, "c" * 40) == terms
    assert cache.remembered(data, "d" * 40) is None


@given(st.integers(0, 2000), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_what_was_kept_and_damaged_is_not_taken(at: int, byte: int) -> None:
    data = cache.kept([announced("Gone.")], "c" * 40)
    at %= len(data)
    damaged = data[:at] + bytes([byte]) + data[at + 1 :]
    found = cache.remembered(damaged, "c" * 40)
    assert found is None or damaged == data
    assert cache.remembered(data[:at], "c" * 40) is None


def test_what_lands_after_something_was_kept_is_told(tmp_path: Path, reg: Reg) -> None:
    folder = tmp_path / "registry.git"
    first = [("2026-01-10", "deprecate orders/order#email 2026-06-01")]
    landed(first, "deprecate orders/order#total 2026-07-01", Shop()).write(folder)
    call = ("-C", str(folder), "sunsets", "--today", "2026-05-15", "--format", "json")

    def targets(*options: str) -> list[str]:
        return [each["target"] for each in json.loads(reg(*call, *options)[1])["sunsets"]]

    assert targets() == targets() == ["orders/order#email"]
    (folder / "reg" / "sunsets.json").write_bytes(b"{}")
    assert targets() == ["orders/order#email"]
    subprocess.run(["git", "-C", str(folder), "branch", "-f", "main", "change"], check=True)
    assert targets() == ["orders/order#email", "orders/order#total"]
    assert targets("--at", "main~1") == ["orders/order#email"]
