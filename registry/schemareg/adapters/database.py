"""Databases by URL: SQLAlchemy with the driver that the user installed; DuckDB through its own
library.

A URL can hold a password: URLs and driver errors are shown without it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
    "duckdb": "duckdb",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "redshift",
    "trino": "trino",
    "mssql": "tsql",
    "databricks": "databricks",
    "clickhouse": "clickhouse",
    "clickhousedb": "clickhouse",
}
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_INSTALL = "Install the SQL extra: pip install 'schemareg[sql]'"
CONNECT_SECONDS = 10
"""Seconds to wait for a PostgreSQL or MySQL server."""


class Database(Protocol):
    """One open connection. Each call that fails raises RegistryError, without secrets."""

    @property
    def dialect(self) -> str:
        """The name of the SQL dialect."""

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement; empty for a statement without rows."""

    def columns(self, sql: str) -> list[str]:
        """The column names of a query."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction: all statements inside or none, if the engine can roll them back."""


def shown(url: str) -> str:
    """A URL without user name, password and options."""
    return _CREDENTIALS.sub("//…@", url).partition("?")[0]


def dialect_of(url: str) -> str:
    """The dialect of a URL's database. Raises RegistryError for an unknown kind."""
    kind = url.partition(":")[0].partition("+")[0].lower()
    if kind not in _DIALECTS or ":" not in url:
        raise RegistryError(
            "this is not the URL of a database",
            remedy="Write postgresql+psycopg://host/database, duckdb:///file or sqlite:///file",
        )
    return _DIALECTS[kind]


@contextmanager
def connect(url: str) -> Iterator[Database]:
    """Open the database at a URL; closes it at the end.

    Raises RegistryError if the library or driver is missing, Undecidable if the connection
    fails.
    """
    dialect = dialect_of(url)
    opened = _duckdb(url) if dialect == "duckdb" else _sqlalchemy(url, dialect)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def memory() -> Iterator[Database]:
    """An empty DuckDB in memory without access to files and network."""
    try:
        import duckdb
    except ImportError:
        raise RegistryError("DuckDB is not installed", remedy=_INSTALL) from None
    connection = duckdb.connect(
        ":memory:", config={"enable_external_access": "false", "threads": "1"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    opened = _DuckDB(connection, "duckdb:///:memory:")
    try:
        yield opened
    finally:
        opened.close()


class _DuckDB:
    dialect = "duckdb"

    def __init__(self, connection: Any, url: str) -> None:
        self._connection = connection
        self._url = url

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            done = self._connection.execute(sql)
            return list(done.fetchall()) if done.description else []
        except duckdb.Error as error:
            raise _failed(error, self._url) from None

    def columns(self, sql: str) -> list[str]:
        self.query(sql)
        return [each[0] for each in self._connection.description]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.query("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self.query("COMMIT")

    def close(self) -> None:
        self._connection.close()


class _SQLAlchemy:
    def __init__(self, engine: Any, connection: Any, dialect: str, url: str) -> None:
        self._engine = engine
        self._connection = connection
        self._url = url
        self.dialect = dialect

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            done = self._connection.exec_driver_sql(sql)
            return [tuple(row) for row in done] if done.returns_rows else []
        except SQLAlchemyError as error:
            raise _failed(getattr(error, "orig", None) or error, self._url) from None

    def columns(self, sql: str) -> list[str]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return list(self._connection.exec_driver_sql(sql).keys())
        except SQLAlchemyError as error:
            raise _failed(getattr(error, "orig", None) or error, self._url) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # Autocommit mode: a statement outside leaves no open transaction.
        self.query("BEGIN IMMEDIATE" if self.dialect == "sqlite" else "BEGIN")
        try:
            yield
        except BaseException:
            with suppress(RegistryError):  # a lost connection loses the transaction
                self.query("ROLLBACK")
            raise
        self.query("COMMIT")

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _duckdb(url: str) -> _DuckDB:
    try:
        import duckdb
    except ImportError:
        raise RegistryError("DuckDB is not installed", remedy=_INSTALL) from None
    path = url.partition(":///")[2]
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        connection = duckdb.connect(path or ":memory:", config=config)
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _unreachable(error, url) from None
    return _DuckDB(connection, url)


def _sqlalchemy(url: str, dialect: str) -> _SQLAlchemy:
    try:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
        from sqlalchemy.pool import NullPool
    except ImportError:
        raise RegistryError("SQLAlchemy is not installed", remedy=_INSTALL) from None
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    waits = {
        "postgres": {"connect_timeout": CONNECT_SECONDS},
        "mysql": {"connect_timeout": CONNECT_SECONDS},
    }
    try:
        engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=waits.get(dialect, {}),
        )
        connection = engine.connect().execution_options(no_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise RegistryError(
            f"the driver of {shown(url).partition(':')[0]} is not installed: {error}",
            remedy="Install the driver of your database, such as: pip install 'psycopg[binary]'",
        ) from None
    except SQLAlchemyError as error:
        raise _unreachable(getattr(error, "orig", None) or error, url) from None
    opened = _SQLAlchemy(engine, connection, dialect, url)
    if dialect == "postgres":
        opened.query("SET TIME ZONE 'UTC'")
    return opened


def _failed(error: object, url: str) -> RegistryError:
    return RegistryError(
        f"the database refuses: {_words(error, url)}",
        where=shown(url),
        remedy="This step is rolled back if the engine supports it",
    )


def _unreachable(error: object, url: str) -> Undecidable:
    return Undecidable(
        f"no connection: {_words(error, url)}",
        where=shown(url),
        remedy="Check the server, the URL and the permissions of the user",
    )


def _words(error: object, url: str) -> str:
    text = " ".join(_CREDENTIALS.sub("//…@", str(error)).split())
    match = re.match(r"[^:]+://[^/@\s]*:([^/@\s]+)@", url)
    if match:
        from urllib.parse import unquote

        for secret in {match.group(1), unquote(match.group(1))}:
            text = text.replace(secret, "…")
    return text if len(text) <= 500 else f"{text[:500]}…"
