"""One line kept elsewhere: whoever has it can tell whether anything up to it was rewritten."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.audit import checkpoint as checkpoints
from schemareg.audit import merkle
from schemareg.audit.records import record
from schemareg.model import Entry, Kind, Landing, PathChange
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

PAGE = Path(__file__).parents[2] / "registry" / "docs" / "explanation-audit.md"
V1 = "products/orders/schemas/order/1.0.0.json"
V2 = "products/orders/schemas/order/1.1.0.json"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def audit(reg: Callable[..., Any], repo: Repo) -> Callable[..., tuple[int, str, str]]:
    """Runs a subcommand of `reg audit` on the repository."""
    return lambda name, *more: reg("audit", name, "-C", str(repo.path), *more)


def begin(repo: Repo) -> None:
    for number in range(6):
        files = {f"products/orders/schemas/order/1.{number}.0.json": f'{{"title": "{number}"}}'}
        start = {"registry.yaml": "version: 1\n", "products/orders/product.yaml": "title: O\n"}
        repo.commit(files | (start if not number else {}), on=MARCH)


def line_of(audit: Callable[..., Any]) -> str:
    code, out, err = audit("checkpoint")
    assert (code, err) == (0, "")
    return str(out.rstrip("\n"))


def test_a_checkpoint_names_head_tree_count_and_root(repo: Repo, audit: Callable[..., Any]) -> None:
    commit = repo.commit({V1: "{}"}, on=MARCH)
    record = (
        '{"after":"file 9e26dfeeb6e641a33dae4961196235bdb965b21b","before":null,'
        f'"commit":"{commit}","path":"{V1}","time":"2026-03-01T12:00:00Z"}}'
    )
    root = sha256(b"\0" + record.encode()).hexdigest()
    tree = repo.git("rev-parse", "HEAD^{tree}")
    assert line_of(audit) == f"reg1 {commit} {tree} 1 {root}"


@pytest.mark.parametrize("path", ["a", 'a"b\\c', "é\t\x00\x7f\u202e", "\udce9", "\U0001f600/%"])
def test_a_record_is_the_canonical_json_of_its_value(path: str) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    change = PathChange(
        Landing("c" * 40, 0, moment, moment), path, None, Entry(Kind.LINK, "d" * 64)
    )
    value = {
        "after": f"symbolic link {'d' * 64}",
        "before": None,
        "commit": "c" * 40,
        "path": path,
        "time": "2026-03-01T12:00:00Z",
    }
    assert record(change) == json.dumps(value, sort_keys=True, separators=(",", ":"))


def test_a_root_is_the_one_of_the_standard() -> None:
    """Source: the test vectors of Google's Certificate Transparency."""
    vectors = ["", "00", "10", "2021", "3031", "40414243"]
    leaves = [merkle.leaf(bytes.fromhex(each)) for each in vectors]
    assert merkle.root([]).hex() == sha256(b"").hexdigest()
    assert merkle.root(leaves[:1]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert merkle.root(leaves).hex() == (
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"
    )


def test_what_grew_since_a_checkpoint_does_not_touch_it(
    repo: Repo, audit: Callable[..., Any]
) -> None:
    begin(repo)
    line = line_of(audit)
    repo.commit({"products/orders/schemas/order/2.0.0.json": "{}"}, on=APRIL)
    for options in ((), (), ("--full",)):
        code, out, err = audit("verify", "--checkpoint", line, *options)
        assert (code, err) == (0, "")
        assert f"everything up to the checkpoint {line[5:17]} is unchanged" in out


def rules(out: str) -> list[str]:
    return [each["rule"] for each in json.loads(out)["violations"]]


def test_a_rewritten_history_does_not_lead_to_the_checkpoint(
    repo: Repo, audit: Callable[..., Any], make_repo: Callable[..., Repo], reg: Callable[..., Any]
) -> None:
    begin(repo)
    line = line_of(audit)
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    repo.commit({V1: '{"title": "0"}', "products/n.md": "n"}, on=APRIL)
    code, out, err = audit("verify", "--checkpoint", line, "--format", "json")
    assert (code, rules(out), err) == (3, ["history-rewritten"], "")
    assert json.loads(out)["verdict"] == "undecided"
    clone = make_repo("elsewhere").path / "clone"  # which never saw the commit
    repo.git("clone", "--quiet", f"file://{repo.path}", str(clone))
    code, out, _ = reg(
        *("audit", "verify", "-C", str(clone), "--checkpoint", line, "--format", "json")
    )
    assert (code, rules(out)) == (3, ["history-rewritten"])


def test_what_a_rewritten_history_shows_is_told_and_decides_nothing(
    repo: Repo, audit: Callable[..., Any]
) -> None:
    begin(repo)
    line = line_of(audit)
    repo.git("reset", "--quiet", "--hard", "HEAD~2")
    repo.commit({V1: '{"title": "0"}'}, on=APRIL)
    repo.commit({V1: '{"title": "1"}'}, on=APRIL)
    code, out, err = audit("verify", "--checkpoint", line, "--format", "json")
    assert (code, err) == (3, "")
    assert sorted({*rules(out)}) == ["history-rewritten", "version-modified"]
    code, out, _ = audit("verify", "--checkpoint", line)
    assert code == 3
    assert "undecided: " in out
    assert "The audit cannot decide until the history has a new anchor." in out
    anew = audit("checkpoint")[1].strip()
    assert audit("verify", "--checkpoint", anew)[0] == 1


def test_an_altered_line_is_no_checkpoint_of_this_history(
    repo: Repo, audit: Callable[..., Any]
) -> None:
    begin(repo)
    head, tree, count, root = line_of(audit).split()[1:]
    for other in (f"reg1 {head} {tree} {count} {'0' * 64}", f"reg1 {head} {tree} 7 {root}"):
        code, out, _ = audit("verify", "--checkpoint", other, "--format", "json")
        assert (code, rules(out)) == (1, ["checkpoint-mismatch"])


def test_a_clone_that_is_behind_the_checkpoint_cannot_tell(
    repo: Repo, audit: Callable[..., Any]
) -> None:
    begin(repo)
    line = line_of(audit)
    code, out, err = audit("verify", "--checkpoint", line, "--head", "HEAD~1")
    assert (code, out) == (3, "")
    assert "git fetch" in err


def test_what_is_no_checkpoint_is_refused(audit: Callable[..., Any], repo: Repo) -> None:
    begin(repo)
    line = line_of(audit)
    assert str(checkpoints.parse(f"  {line}\n")) == line
    for text in (
        "",
        "reg1",
        line.upper(),
        line[:-1],
        f"{line} x",
        f"{line}\n{line}",
        "reg2 " + line,
    ):
        with pytest.raises(RegistryError, match="is not a checkpoint"):
            checkpoints.parse(text)
    assert audit("verify", "--checkpoint", "x")[0] == 2


def test_a_signed_line_is_what_ssh_keygen_checks(
    repo: Repo, audit: Callable[..., Any], tmp_path: Path
) -> None:
    begin(repo)
    key, signed = tmp_path / "key", tmp_path / "checkpoint"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    assert audit("checkpoint", "--sign", str(key), "-o", str(signed))[::2] == (0, "")
    line, _, armour = signed.read_text().partition("\n")
    (tmp_path / "sig").write_text(armour)
    (tmp_path / "allowed").write_text(f"ada {(tmp_path / 'key.pub').read_text()}")
    check = ["ssh-keygen", "-Y", "verify", "-n", "reg-checkpoint", "-I", "ada"]
    check += ["-f", str(tmp_path / "allowed"), "-s", str(tmp_path / "sig")]
    subprocess.run(check, input=f"{line}\n".encode(), check=True, capture_output=True)
    assert audit("verify", "--checkpoint", signed.read_text())[0] == 0
    code, out, err = audit("checkpoint", "--sign", str(tmp_path / "nothing"))
    assert (code, out) == (2, "")
    assert "the key does not exist" in err


def by_the_page(proof: Path) -> str:
    """What the program on the page says of a proof."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 24
    done = subprocess.run(
        [sys.executable, "-c", program, str(proof)], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def test_a_proof_holds_without_the_repository_and_no_other_does(
    repo: Repo, audit: Callable[..., Any], reg: Callable[..., Any], tmp_path: Path
) -> None:
    begin(repo)
    line = line_of(audit)
    repo.commit({"products/orders/schemas/order/2.0.0.json": "{}"}, on=APRIL)
    file = tmp_path / "proof.json"
    asked = ("orders/order", "--checkpoint", line, "-o", str(file))
    assert audit("prove", *asked) == (0, "", "")
    proof = json.loads(file.read_text())
    assert proof["checkpoint"] == line
    paths = [json.loads(each["record"])["path"] for each in proof["records"]]
    assert paths == [f"products/orders/schemas/order/1.{number}.0.json" for number in range(6)]
    assert reg("audit", "check-proof", str(file), "--checkpoint", line)[0] == 0
    assert by_the_page(file) == "holds"

    other = line[:-1] + ("0" if line[-1] != "0" else "1")
    assert reg("audit", "check-proof", str(file), "--checkpoint", other)[0] == 1
    first = proof["records"][0]
    for change in (
        {"record": first["record"].replace("orders", "others")},
        {"index": first["index"] + 1},
        {"beside": first["beside"][:-1]},
        {"beside": [*first["beside"], "00" * 32]},
    ):
        forged = tmp_path / "forged.json"
        forged.write_text(json.dumps({**proof, "records": [first | change]}))
        code, out, err = reg("audit", "check-proof", str(forged))
        assert (code, err, by_the_page(forged)) == (1, "", "does not hold")
        assert out.startswith("does not hold: ")


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "null", "[" * 5000, '{"format": "reg-proof-1", "records": []}'),
        '{"format": "reg-proof-1", "checkpoint": "x", "records": [{}]}',
        '{"format": "reg-proof-1", "checkpoint": "x", "records": [{"record": "", "index": true, "beside": []}]}',
    ],
)
def test_a_file_that_is_no_proof_is_refused(
    text: str, reg: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    file.write_text(text)
    code, out, err = reg("audit", "check-proof", str(file))
    assert (code, out) == (2, "")
    assert "this is not a proof: " in err
    assert not re.search(r"proof: '|indices|subscriptable|recursion", err), "words of Python"


def test_nothing_is_proved_of_what_did_not_land(repo: Repo, audit: Callable[..., Any]) -> None:
    begin(repo)
    line = line_of(audit)
    repo.commit({"products/orders/schemas/order/2.0.0.json": "{}"}, on=APRIL)
    for target in ("orders/order@2.0.0", "nobody"):
        code, out, err = audit("prove", target, "--checkpoint", line)
        assert (code, out) == (2, "")
        assert "landed" in err
    broken = " ".join((*line.split()[:3], "9", "0" * 64))
    assert audit("prove", "orders", "--checkpoint", broken)[:2] == (1, "")
