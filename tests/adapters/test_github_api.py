"""GitHub's API over real HTTP: what is tried again, what is not, and where the token never goes."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.doubles.github import BOT, TOKEN, serving

from schemareg.adapters.github.api import GitHub, Refused, Uncertain, Unreachable
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.doubles.github import GitHub as Double

TOP = "repos/acme/registry"


@pytest.fixture
def api(github: Double) -> GitHub:
    return GitHub(github.url, TOKEN, patience=5)


def test_all_pages_of_a_list_are_read(github: Double, api: GitHub) -> None:
    github.pull(7, "a" * 40)
    for number in range(250):
        github.comment(7, str(number))
    found = [each["body"] for each in api.pages(f"{TOP}/issues/7/comments")]
    assert found == [str(number) for number in range(250)]
    assert [each.query["per_page"] for each in github.requests] == ["100"] * 3


def test_a_next_page_somewhere_else_is_not_asked_for(github: Double, api: GitHub) -> None:
    with serving() as other:
        link = {"Link": f'<{other.url}/next>; rel="next"'}
        github.fault("GET", "/pulls", status=200, headers=link)
        assert list(api.pages(f"{TOP}/pulls")) == []
        assert other.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502},
        {"status": 503},
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"status": 403, "headers": {"Retry-After": "0"}, "message": "secondary rate limit"},
        {"status": 403, "headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}},
        {"closes": True},
        {"half": True},
    ],
    ids=str,
)
def test_what_passes_is_tried_again(github: Double, api: GitHub, fault: dict[str, Any]) -> None:
    github.pull(7, "a" * 40)
    github.fault("GET", "/pulls/7", **fault)
    assert api.get(f"{TOP}/pulls/7")["number"] == 7
    assert len(github.requests) == 2


def test_the_time_that_is_asked_for_is_waited(github: Double, api: GitHub) -> None:
    github.pull(7, "a" * 40)
    github.fault("GET", "/pulls/7", status=429, headers={"Retry-After": "1"})
    before = time.monotonic()
    api.get(f"{TOP}/pulls/7")
    assert time.monotonic() - before >= 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            {"status": 429, "headers": {"Retry-After": "3600"}},
            r"GitHub asks us to slow down, for (3[6-9]|4[0-5])\d\d s more at least",
        ),
        (
            {"status": 403, "message": "You have exceeded a secondary rate limit"},
            r"GitHub asks us to slow down, for [67]\d s more at least",
        ),
        (
            {"status": 500, "times": 99},
            r"GitHub has a server error \(500\), for \d s more at least",
        ),
        (
            {"closes": True, "times": 99},
            r"GitHub did not answer: Remote end closed connection without response, for .*",
        ),
        ({"slow": 2, "times": 99}, r"GitHub did not answer: no answer came in time, for .*"),
    ],
    ids=str,
)
def test_patience_ends_and_says_what_it_waited_for(
    github: Double, fault: dict[str, Any], told: str
) -> None:
    github.pull(7, "a" * 40)
    github.fault("GET", "/pulls/7", **fault)
    api = GitHub(github.url, TOKEN, patience=1)
    before = time.monotonic()
    with pytest.raises(Unreachable, match=told) as raised:
        api.get(f"{TOP}/pulls/7")
    assert time.monotonic() - before < 2
    assert raised.value.exit_code == 3
    assert raised.value.remedy == "Run it again later; nothing is lost"


def test_no_request_is_made_when_the_time_is_over(github: Double) -> None:
    api = GitHub(github.url, TOKEN, patience=0)
    with pytest.raises(Unreachable, match="GitHub took longer than the 0 s time limit"):
        api.create(f"{TOP}/issues", {})
    assert github.requests == []


def test_nobody_there_is_said_with_the_reason() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    api = GitHub(f"http://127.0.0.1:{port}", TOKEN, patience=1)
    with pytest.raises(Unreachable, match="GitHub cannot be reached: connection refused"):
        api.create(f"{TOP}/issues", {})


@pytest.mark.parametrize(
    "fault",
    [{"closes": True, "act": True}, {"status": 500, "act": True}, {"half": True}],
    ids=str,
)
def test_what_may_have_been_made_is_not_made_twice(
    github: Double, api: GitHub, fault: dict[str, Any]
) -> None:
    github.pull(7, "a" * 40)
    github.fault("POST", "/issues/7/comments", **fault)
    with pytest.raises(Uncertain):
        api.create(f"{TOP}/issues/7/comments", {"body": "Hello"})
    assert github.bodies(7) == ["Hello"]
    assert len(github.requests) == 1


def test_what_was_taken_and_never_confirmed_is_not_made_twice(github: Double) -> None:
    github.pull(7, "a" * 40)
    github.fault("POST", "/issues/7/comments", act=True, slow=3)
    with pytest.raises(Uncertain, match="no answer came in time"):
        GitHub(github.url, TOKEN, patience=1).create(f"{TOP}/issues/7/comments", {"body": "Hello"})
    assert github.bodies(7) == ["Hello"]
    assert len(github.requests) == 1


def test_a_proxy_sees_nothing_that_is_not_encrypted(
    github: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    github.pull(7, "a" * 40)
    with serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        api = GitHub(github.url, TOKEN, patience=5)
        assert api.get(f"{TOP}/pulls/7")["number"] == 7
        assert proxy.requests == []


def test_what_was_refused_for_its_frequency_is_made_later(github: Double, api: GitHub) -> None:
    github.pull(7, "a" * 40)
    github.fault("POST", "/issues/7/comments", status=429, headers={"Retry-After": "0"})
    assert api.create(f"{TOP}/issues/7/comments", {"body": "Hello"})["body"] == "Hello"
    assert github.bodies(7) == ["Hello"]


def test_a_refusal_says_what_github_says_and_what_mends_it(github: Double, api: GitHub) -> None:
    github.readonly.add(TOKEN)
    with pytest.raises(Refused) as raised:
        api.create(f"{TOP}/issues/7/comments", {"body": "Hello"})
    assert raised.value.status == 403
    assert raised.value.what == "GitHub refuses (403): Resource not accessible by integration"
    assert raised.value.where == f"{github.url}/{TOP}/issues/7/comments"
    assert "pull-requests: write" in raised.value.remedy
    github.readonly.clear()
    with pytest.raises(Refused) as raised:
        api.change("PATCH", f"{TOP}/issues/comments/1", {"body": "Hello"})
    assert (raised.value.status, raised.value.said) == (404, "Not Found")
    github.pull(7, "a" * 40)
    with pytest.raises(Refused, match="maximum is 65536 characters"):
        api.create(f"{TOP}/issues/7/comments", {"body": "x" * 70_000})


def test_the_token_says_who_we_are(github: Double, api: GitHub) -> None:
    assert api.login() == BOT
    github.tokens[TOKEN] = "ada"
    assert api.login() == "ada"
    github.fault("POST", "/graphql", status=403, message="Resource not accessible by integration")
    assert api.login() == BOT
    with pytest.raises(Refused, match="401"):
        GitHub(github.url, "wrong", patience=1).login()


def test_an_enterprise_speaks_graphql_beside_its_api(github: Double) -> None:
    api = GitHub(f"{github.url}/api/v3/", TOKEN, patience=1)
    assert api.login() == BOT
    assert [each.path for each in github.requests] == ["/api/graphql"]


def test_a_repository_that_was_renamed_is_followed(github: Double, api: GitHub) -> None:
    github.pull(7, "a" * 40)
    location = {"Location": f"{github.url}/{TOP}/pulls/7"}
    github.fault("GET", "/repositories/1/pulls/7", status=301, headers=location)
    assert api.get("repositories/1/pulls/7")["number"] == 7


def test_the_token_follows_nobody_to_another_host(github: Double, api: GitHub) -> None:
    with serving() as other:
        elsewhere = {"Location": f"{other.url}/{TOP}/pulls/7?access_token=secret"}
        github.fault("GET", "/pulls/7", status=302, headers=elsewhere)
        with pytest.raises(RegistryError, match="outside the token's API") as raised:
            api.get(f"{TOP}/pulls/7")
        assert "secret" not in str(raised.value)
        assert other.requests == []


def test_a_circle_of_redirections_ends(github: Double, api: GitHub) -> None:
    location = {"Location": f"{github.url}/{TOP}/pulls/7"}
    github.fault("GET", "/pulls/7", status=302, headers=location, times=99)
    with pytest.raises(RegistryError, match="redirects in a circle"):
        api.get(f"{TOP}/pulls/7")
    assert len(github.requests) == 4


@pytest.mark.parametrize(
    "address",
    [
        "http://api.github.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:pass@api.github.com",
        "https://",
        "https://api.github.com:x",
        "",
        "api.github.com",
    ],
)
def test_a_token_is_sent_only_to_where_an_api_can_be(address: str) -> None:
    with pytest.raises(RegistryError, match="is not a valid address of GitHub's API") as raised:
        GitHub(address, TOKEN)
    assert "pass@" not in str(raised.value)


@pytest.mark.parametrize("token", ["ab\r\nX-Evil: 1", "a b", "ключ", "x\x00"])
def test_a_token_cannot_forge_a_header(github: Double, token: str) -> None:
    with pytest.raises(RegistryError, match="not part of a token") as raised:
        GitHub(github.url, token)
    assert token not in str(raised.value)


def test_a_token_that_github_repeats_is_masked(github: Double, api: GitHub) -> None:
    github.fault("GET", "/pulls/7", status=400, message=f"do not know {TOKEN}")
    with pytest.raises(Refused) as raised:
        api.get(f"{TOP}/pulls/7")
    assert raised.value.said == "do not know ***"
    assert TOKEN not in str(raised.value)


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that answers a byte every fifth of a second, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not over.wait(0.2):
                connection.sendall(b" ")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    over.set()
    thread.join()
    server.close()


def test_an_answer_that_drips_does_not_hold_us(dripping: str) -> None:
    before = time.monotonic()
    with pytest.raises(Unreachable, match="the answer did not end in time"):
        GitHub(dripping, TOKEN, patience=1).get("anything")
    assert time.monotonic() - before < 3
