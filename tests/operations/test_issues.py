"""Issues that follow deprecations: one each, to its end; and one that shows how all of it stands."""

from __future__ import annotations

import re
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt
from tests.doubles.github import BOT, TOKEN
from tests.stories import Shop, landed

from schemareg.consumers.impact import TargetReader
from schemareg.deprecation.schedule import Statement, Term, term
from schemareg.model import Consumer, Deprecation, Landing, Use, Waiver
from schemareg.model.errors import RegistryError
from schemareg.model.targets import parse
from schemareg.notifications.delivery.delivery import Attempt, Delivery, Ending
from schemareg.notifications.delivery.outbox import added
from schemareg.notifications.events.reminders import ActiveWaiver
from schemareg.notifications.events.source import EventSource
from schemareg.notifications.github.dashboard import DeliveryRow, dashboard
from schemareg.notifications.github.issues import LABEL, About, WantedIssue, wanted
from schemareg.notifications.github.tracker import IssueAction, KnownIssue, marked, moves
from schemareg.operations.github import issues as github_issues
from schemareg.operations.notify import ledger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.doubles.github import GitHub

    Reg = Callable[..., tuple[int, str, str]]

MARCH = date(2026, 3, 1)
HOME = EventSource("https://github.com/acme/data", "https://github.com/acme/data")
STORY = [
    ("2026-01-05", "consumer billing reads email,customer.phone versions ^1"),
    ("2026-01-10", "deprecate orders/order#email 2026-06-01 replacement orders/order#mail"),
    ("2026-01-11", "release 1.1.0 with mail=string"),
    ("2026-02-01", "deprecate orders/order#total open\ndeprecate orders/order@1 2026-08-01"),
]
LATER = [
    ("2026-03-01", "restate orders/order#email 2026-07-01"),
    ("2026-03-02", "undeprecate orders/order#total"),
    ("2026-07-01", "release 1.2.0 without email"),
]


def said(target: str, sunset: date | None = date(2026, 6, 1), **more: Any) -> Term:
    about = Deprecation("products/orders/deprecations/x.yaml", parse(target), "It goes.", sunset)
    landing = Landing(
        "3f2a9c1" + "0" * 33,
        3,
        datetime(2026, 1, 10, tzinfo=UTC),
        datetime(2026, 1, 10, tzinfo=UTC),
        author="Ada",
    )
    found = term([Statement(landing, replace(about, **more), 90)])
    assert found is not None
    return found


def about(today: date = MARCH, *readers: TargetReader, there: bool = True) -> About:
    return About(today, HOME, lambda _: there, lambda _: readers)


def reader(
    *fields: str, versions: str = "*", team: str = "billing", ack: bool = False
) -> TargetReader:
    steps = tuple(parse(f"orders/order#{each}").field for each in fields)
    use = Use(parse("orders/order"), versions, steps)
    consumer = Consumer("products/orders/consumers/x.yaml", "x", team, uses=(use,))
    return TargetReader("orders", consumer, (use,), ack)


# -- how issues should be: pure


@pytest.mark.parametrize(
    ("target", "more", "today", "there", "title", "open_"),
    [
        ("orders/order#email", {}, MARCH, True, "orders/order#email ends on 2026-06-01", True),
        (
            "orders/order#email",
            {"sunset": None},
            MARCH,
            True,
            "orders/order#email will end; no sunset is set yet",
            True,
        ),
        (
            "orders/order#email",
            {},
            date(2026, 6, 1),
            True,
            "orders/order#email can be removed since 2026-06-01, and still exists",
            True,
        ),
        ("orders/order#email", {}, date(2026, 6, 1), False, "orders/order#email is gone", False),
        ("orders/order#email", {}, MARCH, False, "orders/order#email is gone", False),
        ("orders/order@1", {}, MARCH, True, "orders/order@1 ends on 2026-06-01", True),
        (
            "orders/order@1",
            {},
            date(2026, 6, 1),
            True,
            "orders/order@1 is no longer promised",
            False,
        ),
        (
            "orders/order#status",
            {"loosens": "values"},
            MARCH,
            True,
            "orders/order#status will be loosened: values, from 2026-06-01 on",
            True,
        ),
        (
            "orders/order#status",
            {"loosens": "values"},
            date(2026, 6, 1),
            True,
            "orders/order#status can be loosened now: values",
            False,
        ),
        (
            "orders/order#status=lost",
            {},
            MARCH,
            True,
            "orders/order#status=lost ends on 2026-06-01",
            True,
        ),
    ],
)
def test_an_issue_is_open_until_the_thing_is_gone(
    target: str, more: dict[str, Any], today: date, there: bool, title: str, open_: bool
) -> None:
    (found,) = wanted([said(target, **more)], about(today, there=there))
    assert (found.title, found.open) == (title, open_)
    assert found.labels == (LABEL,)


def test_an_issue_says_what_a_reader_needs(golden: Callable[[str, str], None]) -> None:
    ends = said(
        "orders/order#customer.email",
        replacement=parse("orders/order#customer.contact_id"),
        migration="https://wiki.example.com/orders-contact?v=2#how",
        reason="Personal data\nleaves this product.",
    )
    readers = (reader("customer.email", "id", versions="^1"), reader(team="shop-bi", ack=True))
    (found,) = wanted([ends], about(MARCH, *readers))
    golden("issues/deprecation.md", f"# {found.title}\n\n{found.body}")


def test_the_dashboard_shows_how_all_of_it_stands(golden: Callable[[str, str], None]) -> None:
    terms = [
        said("orders/order#email"),
        said("orders/order#total", None),
        said("orders/order#old", date(2026, 1, 11)),
    ]
    leaves = [
        ActiveWaiver("orders", waiver("a" * 16, date(2026, 5, 10)), date(2026, 1, 1)),
        ActiveWaiver("orders", waiver("b" * 16, date(2026, 2, 20)), date(2026, 1, 1)),
        ActiveWaiver("orders", waiver("c" * 16, date(2026, 9, 20)), date(2026, 1, 1)),
    ]
    told = [
        DeliveryRow(datetime(2026, 2, 28, 12, 30, tzinfo=UTC), "checkout-slack", "sent"),
        DeliveryRow(
            datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "mailto:ada@example.com", "failed", "550 | no"
        ),
    ]
    numbers = {"deprecation orders/order#email": 12}
    found = dashboard(terms, leaves, told, about(date(2026, 4, 20), reader()), numbers)
    golden("issues/dashboard.md", f"# {found.title}\n\n{found.body}")
    assert (found.pinned, found.open) == (True, True)


def waiver(fingerprint: str, until: date) -> Waiver:
    path = f"products/orders/waivers/{fingerprint}.yaml"
    return Waiver(path, fingerprint, "type-narrowed", "An emergency.", "hub", until)


def test_nothing_in_an_issue_counts_days() -> None:
    terms = [said("orders/order#email"), said("orders/order#total", None)]
    leaves = [ActiveWaiver("orders", waiver("a" * 16, date(2026, 3, 20)), date(2026, 1, 1))]

    def on(day: int) -> list[WantedIssue]:
        then = about(date(2026, 3, day), reader())
        return [*wanted(terms, then), dashboard(terms, leaves, [], then)]

    assert on(2) == on(19)


HOSTILE = (
    "<img src=x onerror=alert(1)> [click](https://evil.example) @acme/all #1 `x` | :tada: "
    "<!-- schemareg:issue key=" + "0" * 32 + " text=" + "0" * 16 + " open=0 --> --> $x$ "
    "\x1b[2J\u202e https://evil.example www.evil.example ::error::x"
)


GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def test_texts_of_files_are_shown_and_do_nothing() -> None:
    ends = said(
        "orders/order#" + re.sub(r"([.\[\]=#\\])", r"\\\1", HOSTILE),
        reason=HOSTILE,
        migration=f"https://evil.example/ {HOSTILE}",
        path=f"products/orders/deprecations/{HOSTILE}.yaml",
        replacement=parse("orders/order#" + re.sub(r"([.\[\]=#\\])", r"\\\1", HOSTILE)),
    )
    late = about(date(2026, 7, 1), reader(team=HOSTILE, versions=HOSTILE))
    leave = ActiveWaiver(
        "orders", replace(waiver("a" * 16, MARCH), reason=HOSTILE, approver=HOSTILE), MARCH
    )
    told = DeliveryRow(datetime(2026, 3, 1, tzinfo=UTC), HOSTILE, "failed", HOSTILE)
    (issue,) = wanted([ends], late)
    board = dashboard([ends], [leave], [told], late)
    for each in (issue, board):
        # In code nothing is looked for: neither mentions nor links nor references.
        html = re.sub("<code>[^<]*</code>", "", GITHUB.render(each.body))
        assert set(re.findall(r'href="([^"]+)"', html)) <= {
            f"https://github.com/acme/data/commit/3f2a9c1{'0' * 33}"
        }
        assert "<img" not in html
        assert "@acme" not in html
        assert "\x1b" not in each.body + each.title
        assert "\u202e" not in each.body + each.title
        assert re.findall("<!--", marked(each)) == ["<!--"]
        assert "#1 " not in html
        assert "https://evil" not in html
        assert "www.evil" not in html
    assert len(issue.title) <= 256


def test_what_is_very_long_fits() -> None:
    ends = [said(f"orders/order#f{n}", reason="&" * 100_000) for n in range(300)]
    many = [reader(team="&" * 10_000) for _ in range(300)]
    leaves = [
        ActiveWaiver("orders", replace(waiver(f"{n:016}", MARCH), reason="&" * 9_000), MARCH)
        for n in range(300)
    ]
    told = [DeliveryRow(datetime(2026, 3, 1, tzinfo=UTC), "&" * 500, "failed", "&" * 9_000)] * 300
    found = wanted(ends[:1], about(MARCH, *many))
    board = dashboard(ends, leaves, told, about(MARCH, *many))
    for each in (*found, board):
        assert len(marked(each)) < 65_000


# -- what is to be done: pure

WANT = WantedIssue("deprecation orders/order#email", "It ends", "text\n")


def there(
    want: WantedIssue = WANT, number: int = 7, author: str = "bot", **more: Any
) -> KnownIssue:
    known = KnownIssue(number, f"I_{number}", author, want.title, marked(want), want.open)
    return known._replace(**more)


NEW = replace(WANT, body="new text\n")
DONE = replace(WANT, title="It is gone", open=False)


@pytest.mark.parametrize(
    ("why", "issues", "want", "expected"),
    [
        ("nothing is there", [], [WANT], [("opened", 0, "", "")]),
        ("what is over is not opened", [], [DONE], []),
        ("the same is not written again", [there()], [WANT], []),
        ("what is new is written", [there()], [NEW], [("updated", 7, "", "")]),
        ("what is over is closed", [there()], [DONE], [("closed", 7, "closed", "completed")]),
        ("and stays closed", [there(DONE)], [DONE], []),
        (
            "a later day opens it again",
            [there(DONE)],
            [WANT],
            [("reopened", 7, "open", "reopened")],
        ),
        ("what people closed stays closed", [there(open=False)], [WANT], []),
        (
            "what people closed is written anew, and stays closed",
            [there(open=False)],
            [NEW],
            [("updated", 7, "", "")],
        ),
        ("what people wrote into it stays", [there(body=marked(WANT) + "more")], [WANT], []),
        (
            "line breaks of GitHub are none",
            [there(body=marked(WANT).replace("\n", "\r\n"))],
            [WANT],
            [],
        ),
        ("a copied mark is not ours", [there(author="eve")], [WANT], [("opened", 0, "", "")]),
        (
            "a mark below is none",
            [there(body=f"x\n{marked(WANT)}")],
            [WANT],
            [("opened", 0, "", "")],
        ),
        (
            "what is not announced any more is closed",
            [there()],
            [],
            [("closed", 7, "closed", "not_planned")],
        ),
        ("the board is never withdrawn", [there(WantedIssue("dashboard", "", ""))], [], []),
        ("somebody else's is not withdrawn", [there(author="eve")], [], []),
        (
            "of two the oldest stays",
            [there(number=9), there()],
            [WANT],
            [("closed", 9, "closed", "not_planned")],
        ),
    ],
    ids=lambda each: each.replace(" ", "-") if isinstance(each, str) else "",
)
def test_issues_are_brought_to_what_they_should_be(
    why: str,
    issues: list[KnownIssue],
    want: list[WantedIssue],
    expected: list[tuple[Any, ...]],
) -> None:
    found = moves(issues, "Bot", want)
    assert [(each.why, each.number, each.state, each.reason) for each in found] == expected
    after = [_after(each, issues) for each in found]
    left = [each for each in issues if each.number not in {move.number for move in found}]
    assert moves([*left, *after], "bot", want) == (), "done once, nothing is left to be done"


def _after(move: IssueAction, issues: list[KnownIssue]) -> KnownIssue:
    known = {each.number: each for each in issues}
    before = known.get(move.number, KnownIssue(99, "", "bot", "", "", True))
    open_ = move.state == "open" if move.state else before.open
    return before._replace(title=move.title, body=move.body, open=open_)


def test_what_was_withdrawn_and_announced_again_goes_on_in_its_issue() -> None:
    (gone,) = moves([there()], "bot", [])
    assert "Withdrawn:" in gone.body
    assert gone.body.endswith("text\n")
    closed = there(title=gone.title, body=gone.body, open=False)
    (again,) = moves([closed], "bot", [WANT])
    assert (again.why, again.state, again.body) == ("reopened", "open", marked(WANT))


# -- following, with a repository and a server that plays GitHub


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    landed(STORY, "nothing", Shop()).write(tmp_path / "shop.git")
    return tmp_path / "shop.git"


def follow(
    shop: Path, github: GitHub, today: date = MARCH, **more: Any
) -> github_issues.IssuesResult:
    return github_issues.update(shop, github.environment, today=today, **more)


def titles(github: GitHub, state: str = "open") -> list[str]:
    return [each["title"] for each in github.issues.values() if each["state"] == state]


BOARD = "Schema registry: sunsets, waivers and deliveries"


def test_deprecations_are_followed_to_their_end(github: GitHub, shop: Path, tmp_path: Path) -> None:
    first = follow(shop, github)
    assert first == github_issues.IssuesResult(
        (
            "opened #101: orders/order#email ends on 2026-06-01",
            "opened #102: orders/order#total will end; no sunset is set yet",
            "opened #103: orders/order@1 ends on 2026-08-01",
            f"opened #104: {BOARD}",
        )
    )
    assert github.pinned == [104]
    assert github.labels == {LABEL}
    assert "| #101 |" in github.issues[104]["body"]
    assert "**billing** reads `email`" in github.issues[101]["body"]

    before = len(github.asked())
    assert follow(shop, github) == github_issues.IssuesResult()
    assert len(github.asked()) == before

    landed([*STORY, *LATER], "nothing", Shop()).write(tmp_path / "later.git")
    later = follow(tmp_path / "later.git", github, date(2026, 7, 2))
    assert later.done == (
        "closed #102: orders/order#total will end; no sunset is set yet",
        "closed #101: orders/order#email is gone",
        f"updated #104: {BOARD}",
    )
    assert [each["state_reason"] for each in github.issues.values()] == [
        "completed",
        "not_planned",
        None,
        None,
    ]
    assert titles(github) == ["orders/order@1 ends on 2026-08-01", BOARD]


def test_an_extension_opens_an_issue_again(github: GitHub, shop: Path, tmp_path: Path) -> None:
    assert "closed #103: orders/order@1 is no longer promised" in (
        *follow(shop, github).done,
        *follow(shop, github, date(2026, 8, 1)).done,
    )
    extended = [*STORY, ("2026-07-20", "restate orders/order@1 2026-12-01")]
    landed(extended, "nothing", Shop()).write(tmp_path / "later.git")
    done = follow(tmp_path / "later.git", github, date(2026, 8, 2)).done
    assert "reopened #103: orders/order@1 ends on 2026-12-01" in done
    assert github.issues[103]["state"] == "open"


def test_a_dry_run_says_it_and_writes_nothing(
    github: GitHub, shop: Path, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in github.environment.items():
        monkeypatch.setenv(name, value)
    call = ("issues", "-C", str(shop), "--today", "2026-03-01")
    code, out, err = reg(*call, "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "would be opened: orders/order#email ends on 2026-06-01",
        "would be opened: orders/order#total will end; no sunset is set yet",
        "would be opened: orders/order@1 ends on 2026-08-01",
        f"would be opened: {BOARD}",
    ]
    assert github.asked() == []
    assert reg(*call)[0] == 0
    assert reg(*call) == (0, "", "")
    assert len(github.issues) == 4


def test_at_a_desk_the_remote_says_which_repository_is_meant(github: GitHub, shop: Path) -> None:
    desk = github.environment
    del desk["GITHUB_REPOSITORY"]
    remote = ("git", "-C", str(shop), "remote")

    def follow() -> github_issues.IssuesResult:
        return github_issues.update(shop, desk, today=MARCH, dry=True)

    with pytest.raises(RegistryError, match="nothing says which repository"):
        follow()
    subprocess.run([*remote, "add", "origin", "https://gitlab.example/acme/registry"], check=True)
    with pytest.raises(RegistryError, match="nothing says which repository"):
        follow()
    address = "git@github.example:acme/registry.git"
    subprocess.run([*remote, "set-url", "origin", address], check=True)
    assert len(follow().done) == 4


def test_one_issue_that_github_does_not_take_stops_no_other(
    github: GitHub, shop: Path, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in github.environment.items():
        monkeypatch.setenv(name, value)
    github.fault("POST", "/issues", status=422, message="looks like spam")
    code, out, err = reg("issues", "-C", str(shop), "--today", "2026-03-01")
    assert code == 1
    assert len(out.splitlines()) == 3
    assert err == (
        "reg: not opened: orders/order#email ends on 2026-06-01: GitHub refuses (422):"
        " looks like spam\n"
    )
    assert len(follow(shop, github).done) == 2  # that one, and the board that names it


@pytest.mark.parametrize(
    "fault", [{"closes": True, "act": True}, {"status": 502, "act": True}, {"half": True}], ids=str
)
def test_an_issue_that_may_have_been_opened_is_not_opened_twice(
    github: GitHub, shop: Path, fault: dict[str, Any]
) -> None:
    github.fault("POST", "/issues", **fault)
    first = follow(shop, github)
    assert len(first.failed) == 1
    assert follow(shop, github).failed == ()
    assert len(github.issues) == 4
    assert len(titles(github)) == 4


def test_two_runs_at_the_same_time_leave_one_issue_of_each(github: GitHub, shop: Path) -> None:
    follow(shop, github, dry=True)  # what is kept for this commit is there
    both = threading.Barrier(2, timeout=20)
    github.fault("GET", "/issues", then=both.wait, times=2)
    threads = [threading.Thread(target=follow, args=(shop, github)) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    follow(shop, github)
    assert sorted(titles(github)) == sorted(
        [
            "orders/order#email ends on 2026-06-01",
            "orders/order#total will end; no sunset is set yet",
            "orders/order@1 ends on 2026-08-01",
            BOARD,
        ]
    )
    assert follow(shop, github) == github_issues.IssuesResult()


def test_among_many_issues_ours_are_found_and_no_other_is_touched(
    github: GitHub, shop: Path
) -> None:
    label = {"labels": [{"name": LABEL}]}
    for number in range(120):
        github.issue(f"theirs {number}", "text", "ada", **label)
    follow(shop, github)
    copied = github.issues[221]["body"]
    github.issue("forged", copied, "eve", **label)
    github.issue("a pull request", copied, BOT, pull_request={}, **label)
    assert follow(shop, github) == github_issues.IssuesResult()
    assert {each["updates"] for each in github.issues.values() if each["number"] < 221} == {0}


def test_what_a_workflow_keeps_is_not_opened_again_from_a_desk(github: GitHub, shop: Path) -> None:
    follow(shop, github)
    github.tokens["ghp_mine"] = "ada"
    desk = github.environment | {"GITHUB_TOKEN": "ghp_mine"}
    told = f"kept by {re.escape(BOT)}, and ada would open them a second time"
    with pytest.raises(RegistryError, match=told):
        github_issues.update(shop, desk, today=MARCH)
    assert len(github.issues) == 4
    for each in github.issues.values():
        each["labels"] = []
    assert len(github_issues.update(shop, desk, today=MARCH).done) == 4


def test_a_run_opens_no_more_than_people_can_bear(
    github: GitHub, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github_issues, "MOST_OPENED", 2)
    assert follow(shop, github).left == 1
    assert len(github.issues) == 3  # two, and the board
    assert follow(shop, github).left == 0
    assert len(github.issues) == 4


def test_where_three_issues_are_pinned_the_board_stands_below(github: GitHub, shop: Path) -> None:
    github.pinned = [1, 2, 3]
    found = follow(shop, github)
    assert found.failed == ()
    assert found.done[-1] == (
        "#104 is not pinned, pin it by hand: GitHub refuses (200):"
        " Maximum 3 pinned issues per repository"
    )
    assert follow(shop, github) == github_issues.IssuesResult()


def test_a_token_that_may_not_label_opens_no_issue_that_is_never_found_again(
    github: GitHub, shop: Path
) -> None:
    github.fault("POST", "/labels", status=403, message="Must have push access", times=9)
    found = follow(shop, github)
    assert found.done == ()
    assert {each.rpartition(": ")[2] for each in found.failed} == {"Must have push access"}
    assert github.issues == {}
    github.drops_labels = True
    github.labels.add(LABEL)
    assert all("without its label" in each for each in follow(shop, github).failed)


def test_a_token_that_may_only_read_is_told_so(github: GitHub, shop: Path) -> None:
    github.readonly.add(TOKEN)
    found = follow(shop, github)
    assert (found.done, len(found.failed)) == ((), 4)
    assert github.issues == {}


def test_what_the_ledger_tells_is_shown_on_the_board(
    github: GitHub, shop: Path, reg: Reg, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in github.environment.items():
        monkeypatch.setenv(name, value)
    then = datetime(2026, 3, 1, 8, tzinfo=UTC)
    tried = Attempt(then, "run", then, then, Ending.REFUSED, "410 gone")
    waits = Delivery("b" * 32, "billing-slack", "What landed", ("d" * 32,), then)
    failed = replace(waits, id="a" * 32, channel="checkout-slack", attempts=(tried,))
    ledger.ledger_store(shop, "main").change(lambda known: added(known, [failed, waits]), "test")
    assert reg("issues", "-C", str(shop), "--today", "2026-03-01")[0] == 0
    body = github.issues[104]["body"]
    assert "| 2026-03-01 08:00 UTC | `checkout-slack` | failed | 410 gone |" in body
    assert "| `billing-slack` | failed |" in body  # of which nothing is left to be sent
    assert reg("issues", "-C", str(shop), "--today", "2026-03-01") == (0, "", "")


def test_deliveries_are_shown_on_the_board(github: GitHub, shop: Path) -> None:
    told = [
        DeliveryRow(datetime(2026, 3, 1, 8, tzinfo=UTC), "checkout-slack", "failed", "no answer")
    ]
    follow(shop, github, told=told)
    assert (
        "| 2026-03-01 08:00 UTC | `checkout-slack` | failed | no answer |"
        in github.issues[104]["body"]
    )
