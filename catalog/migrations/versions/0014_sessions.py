"""Sessions that come, and those that go since nobody has used them, change nothing of who may see what."""

from alembic import op

revision = "0014_sessions"
down_revision = "0013_callers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is not there is remembered nowhere, so nobody has to hear that it has come. Of what goes nobody has to hear
    where it is marked: last used before there was time. Whoever makes sessions without end would else have every front
    end forget all.
    """
    op.execute("DROP TRIGGER sessions_insert_access")
    op.execute("DROP TRIGGER sessions_delete_access")
    op.execute(
        "CREATE TRIGGER sessions_delete_access AFTER DELETE ON sessions WHEN OLD.last_used >= 0 "
        "BEGIN UPDATE access SET number = number + 1; END"
    )
