"""Triggers that keep `App.newest_filing_id` and `App.filing_state`: whoever writes a filing, a list by state is right.

They are triggers and not code, because filings are also written in bulk.
"""

from __future__ import annotations

import sqlalchemy as sa

_INSERTED = "UPDATE app SET newest_filing_id = new.id, filing_state = new.state WHERE id = new.app_id;"
_MOVED = "UPDATE app SET filing_state = new.state WHERE id = new.app_id AND newest_filing_id = new.id;"

_FILL = (
    "UPDATE app SET newest_filing_id = (SELECT max(filing.id) FROM filing WHERE filing.app_id = app.id)",
    "UPDATE app SET filing_state = (SELECT filing.state FROM filing WHERE filing.id = app.newest_filing_id)",
)
_SQLITE = (
    f"CREATE TRIGGER filing_newest AFTER INSERT ON filing BEGIN {_INSERTED} END",
    f"CREATE TRIGGER filing_moved AFTER UPDATE OF state ON filing BEGIN {_MOVED} END",
)
_POSTGRESQL = (
    f"CREATE FUNCTION filing_newest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_INSERTED} RETURN NULL; END $$",
    f"CREATE FUNCTION filing_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_MOVED} RETURN NULL; END $$",
    "CREATE TRIGGER filing_newest AFTER INSERT ON filing FOR EACH ROW EXECUTE FUNCTION filing_newest()",
    "CREATE TRIGGER filing_moved AFTER UPDATE OF state ON filing FOR EACH ROW EXECUTE FUNCTION filing_moved()",
)


def newest_statements(dialect: str) -> tuple[sa.TextClause, ...]:
    """Return the statements that fill the columns and keep them, for a migration."""
    return tuple(sa.text(item) for item in (*_FILL, *(_SQLITE if dialect == "sqlite" else _POSTGRESQL)))


def drop_statements(dialect: str) -> tuple[sa.TextClause, ...]:
    """Return the statements that take the triggers away again."""
    names = ("filing_newest", "filing_moved")
    if dialect == "sqlite":
        return tuple(sa.text(f"DROP TRIGGER {name}") for name in names)
    return tuple(sa.text(f"DROP FUNCTION {name}() CASCADE") for name in names)
