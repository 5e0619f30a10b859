"""The question bank: questions, their versions, where each was asked, lists that wait to be taken in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import app.db.types

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_questions()
    op.create_table(
        "survey_bank_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_survey_bank_versions_number")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["survey_bank_questions.id"],
            name=op.f("fk_survey_bank_versions_question_id_survey_bank_questions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_bank_versions")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_survey_bank_versions_question_id_number")),
    )
    op.create_table(
        "survey_bank_uses",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["survey_bank_versions.id"],
            name=op.f("fk_survey_bank_uses_version_id_survey_bank_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["survey_waves.id"], name=op.f("fk_survey_bank_uses_wave_id_survey_waves")
        ),
        sa.PrimaryKeyConstraint("wave_id", "version_id", name=op.f("pk_survey_bank_uses")),
    )
    op.create_index(op.f("ix_survey_bank_uses_version_id"), "survey_bank_uses", ["version_id"])


def _make_questions() -> None:
    op.create_table(
        "survey_bank_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired_from", sa.Integer(), nullable=True),
        sa.Column("retired_because", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["root_id"], ["areas.id"], name=op.f("fk_survey_bank_questions_root_id_areas")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_bank_questions")),
        sa.UniqueConstraint("root_id", "code", name=op.f("uq_survey_bank_questions_root_id_code")),
    )
    op.create_table(
        "survey_bank_uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_survey_bank_uploads_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_bank_uploads")),
    )
    op.create_index(op.f("ix_survey_bank_uploads_root_id"), "survey_bank_uploads", ["root_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("survey_bank_uses")
    op.drop_table("survey_bank_versions")
    op.drop_table("survey_bank_uploads")
    op.drop_table("survey_bank_questions")
