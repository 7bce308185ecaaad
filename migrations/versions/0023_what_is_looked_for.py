"""Indexes of what is looked for all the time among ever more rows: talks taken over, erasures asked for, open alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ADDED = {
    "ix_conversations_taken_over": ("conversations", ["id"], "coach_takeover_at IS NOT NULL"),
    "ix_people_to_erase": ("people", ["id"], "erase_asked_at IS NOT NULL"),
    "ix_duty_alerts_open": ("duty_alerts", ["closed_at", "id"], "closed_at IS NULL"),
    "ix_waiting_places_open": ("waiting_places", ["id"], "ended_at IS NULL"),
    "ix_check_ins_unseen": ("check_ins", ["referral_id", "answered_at"], "seen_at IS NULL"),
    "ix_call_backs_promised": ("call_backs", ["done_at", "person_id"], "done_at IS NULL"),
}
PLAIN = {
    "ix_introductions_conversation_id": ("introductions", ["conversation_id"]),
    "ix_referrals_team_id_changed_at": ("referrals", ["team_id", "changed_at"]),
    "ix_referrals_coach_id_status": ("referrals", ["coach_id", "status"]),
    "ix_appointments_starts_at": ("appointments", ["starts_at"]),
    "ix_appointments_team_id_outcome_at": ("appointments", ["team_id", "outcome_at"]),
    "ix_appointments_team_id_ended_at": ("appointments", ["team_id", "ended_at"]),
}
WAITS = "status IN ('queued', 'sending')"


def upgrade() -> None:
    for name, (table, columns, where) in ADDED.items():
        make(name, table, columns, where)
    for name, (table, columns) in PLAIN.items():
        op.create_index(name, table, columns)
    op.drop_index("ix_appointments_team_id", "appointments")
    op.drop_index("ix_hook_events_waits", "hook_events")
    make("ix_hook_events_waits", "hook_events", ["team_id", "id"], WAITS)


def downgrade() -> None:
    op.drop_index("ix_hook_events_waits", "hook_events")
    make("ix_hook_events_waits", "hook_events", ["run_at", "id"], WAITS)
    op.create_index("ix_appointments_team_id", "appointments", ["team_id"])
    for name, (table, _) in PLAIN.items():
        op.drop_index(name, table)
    for name, (table, _, _) in ADDED.items():
        op.drop_index(name, table)


def make(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
