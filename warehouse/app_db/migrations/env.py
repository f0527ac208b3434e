"""Alembic runs this for every command. The connection, with its transaction and lock, comes from `upgrade`."""

from alembic import context

from warehouse.app_db.app_schema import APP_DB

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=APP_DB,
    compare_type=True,
    render_as_batch=context.config.attributes["connection"].dialect.name == "sqlite",
)
context.run_migrations()
