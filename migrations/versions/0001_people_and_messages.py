"""People, their addresses, and every message in and out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _source_codes()
    _dialog_revisions()
    _addresses()
    _conversations()
    _messages_in()
    _messages_out()
    _early_receipts()
    _consents()
    _not_understood()


def downgrade() -> None:
    op.drop_table("not_understood")
    op.drop_table("consents")
    op.drop_table("early_receipts")
    op.drop_table("messages_out")
    op.drop_table("messages_in")
    op.drop_table("conversations")
    op.drop_table("addresses")
    op.drop_table("dialog_revisions")
    op.drop_table("source_codes")
    op.drop_table("people")


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("surname_index", sa.String(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(), nullable=True),
        sa.Column("voicemail_ok", sa.Boolean(), nullable=False),
        sa.Column("erase_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_people_phone_index"), "people", ["phone_index"], unique=False)
    op.create_index(op.f("ix_people_surname_index"), "people", ["surname_index"], unique=False)


def _source_codes() -> None:
    op.create_table(
        "source_codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("controller", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source_codes")),
    )


def _dialog_revisions() -> None:
    op.create_table(
        "dialog_revisions",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_dialog_revisions")),
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value_index", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.String(), nullable=True),
        sa.Column("nudges_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsafe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_number_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_addresses_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("channel", "value_index", name=op.f("uq_addresses_channel_value_index")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_addresses_person_id"), "addresses", ["person_id"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("state_version", ID, nullable=False),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("next_seq", ID, nullable=False),
        sa.Column("next_out_seq", ID, nullable=False),
        sa.Column("coach_takeover_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("coach_takeover_by", ID, nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_conversations_address_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_conversations_person_id")),
        sa.ForeignKeyConstraint(["revision"], ["dialog_revisions.hash"], name=op.f("fk_conversations_revision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("address_id", name=op.f("uq_conversations_address_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conversations_person_id"), "conversations", ["person_id"], unique=False)
    op.create_index(op.f("ix_conversations_revision"), "conversations", ["revision"], unique=False)
    op.create_index(op.f("ix_conversations_team_id"), "conversations", ["team_id"], unique=False)


def _messages_in() -> None:
    op.create_table(
        "messages_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("pressed", sa.LargeBinary(), nullable=True),
        sa.Column("media", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("provider_stopped", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_in_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_in")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_messages_in_channel_provider_id")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_messages_in_conversation_id_seq")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_messages_in_waiting",
        "messages_in",
        ["conversation_id"],
        unique=False,
        sqlite_where=sa.text("taken_at IS NULL"),
        postgresql_where=sa.text("taken_at IS NULL"),
    )


def _messages_out() -> None:
    op.create_table(
        "messages_out",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("choices", sa.LargeBinary(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("priority", ID, nullable=False),
        sa.Column("by_staff_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", ID, nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("segments", ID, nullable=False),
        sa.Column("seen_by_staff_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name=op.f("fk_messages_out_address_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_out_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_out")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_messages_out_conversation_id_seq")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_messages_out_due",
        "messages_out",
        ["priority", "run_at", "id"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_messages_out_order",
        "messages_out",
        ["conversation_id", "seq"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(op.f("ix_messages_out_provider_id"), "messages_out", ["provider_id"], unique=False)


def _early_receipts() -> None:
    op.create_table(
        "early_receipts",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "provider_id", name=op.f("pk_early_receipts")),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retention", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_consents_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_consents_conversation_id"), "consents", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_consents_person_id"), "consents", ["person_id"], unique=False)


def _not_understood() -> None:
    op.create_table(
        "not_understood",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("expecting", sa.String(), nullable=True),
        sa.Column("flow", sa.String(), nullable=True),
        sa.Column("intent", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_understood")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_not_understood_at"), "not_understood", ["at"], unique=False)
    op.create_index(op.f("ix_not_understood_conversation_id"), "not_understood", ["conversation_id"], unique=False)
