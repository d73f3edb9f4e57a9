"""Alembic's door: runs the migrations in the transaction that opens the store."""

from __future__ import annotations

from alembic import context

from actiontrack.adapters.store.schema import whole_schema

context.configure(connection=context.config.attributes["connection"], target_metadata=whole_schema(), compare_type=True)
with context.begin_transaction():
    context.run_migrations()
