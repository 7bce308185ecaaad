"""The waiting list for call times: places, and what was offered to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")
UNSETTLED = sa.text("settled_at IS NULL")
PROMISED = """
    INSERT INTO waiting_places
        (conversation_id, person_id, team_id, reason, windows, passed, call_back_id, joined_at)
    SELECT conversation_id, person_id, team_id, 'no_openings', '[]', '[]', id, created_at
    FROM call_backs
    WHERE done_at IS NULL AND reason = 'no_openings'
      AND id IN (SELECT min(id) FROM call_backs WHERE done_at IS NULL AND reason = 'no_openings' GROUP BY person_id)
    ORDER BY id
"""
"""Who was promised a call because there was no time is on the list, as before, in the order of the promises."""


def upgrade() -> None:
    _places()
    _offers()
    op.execute(PROMISED)


def downgrade() -> None:
    op.drop_table("opening_offers")
    op.drop_table("waiting_places")


def _places() -> None:
    op.create_table(
        "waiting_places",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("windows", sa.JSON(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("call_back_id", ID, nullable=True),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_waiting_places_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_waiting_places_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_places")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_waiting_places_conversation_id"), "waiting_places", ["conversation_id"], unique=False)
    where = {"sqlite_where": OPEN, "postgresql_where": OPEN}
    op.create_index("uq_waiting_places_open", "waiting_places", ["person_id"], unique=True, **where)
    op.create_index("ix_waiting_places_turn", "waiting_places", ["team_id", "id"], unique=False, **where)


def _offers() -> None:
    op.create_table(
        "opening_offers",
        sa.Column("id", ID, nullable=False),
        sa.Column("place_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("offered_at", TIME, nullable=False),
        sa.Column("answer_by", TIME, nullable=False),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["coach_id"], ["coaches.id"], name=op.f("fk_opening_offers_coach_id")),
        sa.ForeignKeyConstraint(["place_id"], ["waiting_places.id"], name=op.f("fk_opening_offers_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_offers")),
        sa.UniqueConstraint("place_id", "starts_at", name=op.f("uq_opening_offers_place_id_starts_at")),
        sqlite_autoincrement=True,
    )
    where = {"sqlite_where": UNSETTLED, "postgresql_where": UNSETTLED}
    op.create_index("uq_opening_offers_open", "opening_offers", ["coach_id", "starts_at"], unique=True, **where)
