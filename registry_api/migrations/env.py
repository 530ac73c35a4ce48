"""Alembic's entry: runs on the connection that `migrate` hands over."""

from __future__ import annotations

from typing import Any

from alembic import context

from registry_api.tables import metadata


def ours(_object: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave out the tables of the job engine, which live in the same database and migrate themselves."""
    return not (kind == "table" and reflected and name not in metadata.tables)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    include_object=ours,
    transactional_ddl=True,
)
context.run_migrations()
