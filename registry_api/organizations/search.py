"""Chinese search by bigrams: every pair of neighbouring characters is a word of an index that the database keeps.

Full-text engines split Chinese badly: the default tokenizer of SQLite finds whole runs only, trigrams miss the
commonest, two-character query. So `grams` holds each pair as one word of plain letters, SQLite indexes the column
with FTS5 and PostgreSQL with GIN. The index narrows, a plain substring comparison decides: the result is exactly that
of looking for every word of the query in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, col

from registry_api.organizations.models import App, Organization

WIDEST = 4000
"""Characters of the text that is searched."""
_WORDS = 8
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def fold(text: str) -> str:
    """Return a text as it is compared: full-width forms as plain ones, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def search_text(*parts: str) -> str:
    """Return the text in which `search_condition` looks, a line for each part."""
    return "\n".join(" ".join(fold(part).split()) for part in parts)[:WIDEST]


@lru_cache(maxsize=8192)
def _spell(character: str) -> str:
    # Letters only: a database's parser would read digits between letters as numbers.
    return character.encode("utf-16-be", "surrogatepass").hex().translate(_LETTERS)


def grams_of(text: str) -> str:
    """Return the words of the index: each pair of neighbours in a run without space, and the last character alone."""
    words: dict[str, None] = {}
    for run in text.split():
        spelt = [_spell(character) for character in run]
        words.update(dict.fromkeys(first + second for first, second in pairwise(spelt)))
        words[spelt[-1]] = None
    return " ".join(words)


class _Narrowed(FunctionElement[bool]):
    """The rows of a table whose index holds every pair; the arguments are the query for SQLite and for PostgreSQL."""

    type = sa.Boolean()
    inherit_cache = True
    table = ""

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - the interface
        """Stay as written: SQLite would be given ``IN (…) = 1``, and walk the whole table instead of the index."""
        return self


class _NarrowedApps(_Narrowed):
    inherit_cache = True
    table = "app"


class _NarrowedOrganizations(_Narrowed):
    inherit_cache = True
    table = "organization"


@compiles(_NarrowedApps)
@compiles(_NarrowedOrganizations)
def _on_sqlite(element: _Narrowed, compiler: Any, **more: Any) -> str:
    query, name = compiler.process(next(iter(element.clauses)), **more), f"{element.table}_fts"
    return f"{element.table}.id IN (SELECT rowid FROM {name} WHERE {name} MATCH {query})"  # noqa: S608 - two table names of ours


@compiles(_NarrowedApps, "postgresql")
@compiles(_NarrowedOrganizations, "postgresql")
def _on_postgresql(element: _Narrowed, compiler: Any, **more: Any) -> str:
    query = compiler.process(list(element.clauses)[1], **more)
    return f"to_tsvector('simple', {element.table}.grams) @@ CAST({query} AS tsquery)"


def _words_of(query: str) -> list[str]:
    return list(dict.fromkeys(fold(query).split()))[:_WORDS]


def _queries_of(words: list[str]) -> tuple[str, str]:
    """Return the question to the index for SQLite and for PostgreSQL."""
    pairs: dict[str, None] = {}
    starts: dict[str, None] = {}
    for word in words:
        spelt = [_spell(character) for character in word]
        if len(spelt) == 1:
            starts[spelt[0]] = None
        pairs.update(dict.fromkeys(first + second for first, second in pairwise(spelt)))
    fts = " ".join([*(f'"{item}"' for item in pairs), *(f'"{item}"*' for item in starts)])
    tsquery = " & ".join([*pairs, *(f"{item}:*" for item in starts)])
    return fts, tsquery


def search_condition(query: str, model: type[App | Organization] = App) -> Any:
    """Return the condition for a free text: every word must occur, also one of a single character."""
    words = _words_of(query)
    if not words:
        return sa.true()
    fts, tsquery = _queries_of(words)
    return _narrowed(model, sa.literal(fts), sa.literal(tsquery)) & _containing(
        model, [sa.literal(pattern_of(word)) for word in words]
    )


def search_values(query: str, prefix: str = "") -> dict[str, str]:
    """Return the values of `search_bound` for a free text; their number is the shape of the condition."""
    words = _words_of(query)
    if not words:
        return {}
    fts, tsquery = _queries_of(words)
    values = {
        "fts": fts,
        "tsquery": tsquery,
        **{f"word{number}": pattern_of(word) for number, word in enumerate(words)},
    }
    return {prefix + name: value for name, value in values.items()}


def search_bound(values: Mapping[str, Any], model: type[App | Organization] = App, prefix: str = "") -> Any:
    """Return `search_condition` with the names of `search_values` as parameters, to be made once."""
    if prefix + "fts" not in values:
        return sa.true()
    fts, tsquery = (sa.bindparam(prefix + name, type_=sa.String()) for name in ("fts", "tsquery"))
    return _narrowed(model, fts, tsquery) & _containing(model, _word_parameters(values, prefix))


def _word_parameters(values: Mapping[str, Any], prefix: str = "") -> list[Any]:
    return [sa.bindparam(name, type_=sa.String()) for name in values if name.startswith(prefix + "word")]


def _narrowed(model: type[App | Organization], fts: Any, tsquery: Any) -> Any:
    return (_NarrowedApps if model is App else _NarrowedOrganizations)(fts, tsquery)


def _containing(model: type[App | Organization], patterns: list[Any]) -> Any:
    return sa.and_(*(col(model.search).like(pattern, escape="/") for pattern in patterns))


def pattern_of(word: str) -> str:
    """Return the pattern of LIKE, escaped by a stroke, of a text that contains ``word``."""
    escaped = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


_APP_PAIRS = sa.Table("app_fts", sa.MetaData(), sa.Column("rowid", sa.Integer, key="id"))


def search_bound_in_order(session: Session, statement: Any, values: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return a select over apps with `search_bound` added, and the column by which to page it in order of ids.

    SQLite is let walk its index, which yields apps in that order, until the page is full: as a condition it would first
    gather every app with the words, ten thousand for a common one. PostgreSQL's planner chooses between the two.
    """
    if "fts" not in values or session.get_bind().dialect.name != "sqlite":
        return statement.where(search_bound(values)), App.id
    fts = sa.bindparam("fts", type_=sa.String())
    statement = statement.join(_APP_PAIRS, _APP_PAIRS.c.id == col(App.id))
    statement = statement.where(
        sa.literal_column("app_fts").op("MATCH")(fts), _containing(App, _word_parameters(values))
    )
    return statement, _APP_PAIRS.c.id


@sa.event.listens_for(App, "before_insert")
@sa.event.listens_for(App, "before_update")
def _index_app(_mapper: Any, _connection: Any, app: App) -> None:
    """Keep text and pairs in step with name and package, whoever changed them; the provider is the last line."""
    lines = app.search.split("\n")
    provider = lines[2] if len(lines) > 2 else ""
    app.search = search_text(app.name, app.package, provider)
    app.grams = grams_of(app.search)


@sa.event.listens_for(Organization, "before_insert")
@sa.event.listens_for(Organization, "before_update")
def _index_organization(_mapper: Any, _connection: Any, organization: Organization) -> None:
    organization.search = search_text(organization.name, organization.uscc)
    organization.grams = grams_of(organization.search)


_FTS = (
    "CREATE VIRTUAL TABLE {0}_fts USING fts5(grams, content='', contentless_delete=1, detail=none, tokenize='ascii')",
    (
        "CREATE TRIGGER {0}_grams_insert AFTER INSERT ON {0} BEGIN "
        "INSERT INTO {0}_fts(rowid, grams) VALUES (new.id, new.grams); END"
    ),
    (
        "CREATE TRIGGER {0}_grams_update AFTER UPDATE OF grams ON {0} WHEN old.grams <> new.grams BEGIN "
        "DELETE FROM {0}_fts WHERE rowid = old.id; INSERT INTO {0}_fts(rowid, grams) VALUES (new.id, new.grams); END"
    ),
    "CREATE TRIGGER {0}_grams_delete AFTER DELETE ON {0} BEGIN DELETE FROM {0}_fts WHERE rowid = old.id; END",
)
_GIN = ("CREATE INDEX ix_{0}_grams ON {0} USING gin (to_tsvector('simple', grams))",)


def index_statements(dialect: str, table: str) -> tuple[sa.TextClause, ...]:
    """Return the statements that make the index of a table with the columns ``id`` and ``grams``, for a migration."""
    return tuple(sa.text(item.format(table)) for item in (_FTS if dialect == "sqlite" else _GIN))
