"""A form has one draft, whichever door it came by; what programs had sent becomes a draft version."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

import app.db.types
from app.forms.definitions import definition_key
from app.forms.preparing import facts_of
from app.forms.publishing import as_phones_read
from app.forms.uploading import Upload, read_upload
from app.storage import storage
from app.xforms.parsing import parse_form
from app.xforms.problems import XFormProblem
from app.xforms.secondary import attach_files

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_PUBLISHED, _ITEMSETS = sa.text("published_at IS NOT NULL"), "itemsets.csv"
_MOMENT = app.db.types.UtcDateTime()


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    types = dict.fromkeys(columns) | typed
    return sa.table(name, *(sa.column(each, kind) for each, kind in types.items()))


_FORMS = _table(
    "forms",
    *("id", "form_id", "title", "title_en", "state", "root_id"),
    state_since=_MOMENT,
    created_at=_MOMENT,
)
_VERSIONS = _table(
    "form_versions",
    *("id", "form_id", "version", "xform", "md5", "definition_key", "workbook_sha256", "workbook_name"),
    *("published_by", "consent_path", "consent_value"),
    made_at=_MOMENT,
    published_at=_MOMENT,
    facts=sa.JSON(),
    coarsen=sa.JSON(),
)
_FILES = _table(
    "form_files",
    *("id", "version_id", "file_name", "sha256", "md5", "size", "content_type"),
    updated_at=_MOMENT,
)
_DRAFTS = _table(
    "form_drafts",
    *("id", "form_id", "root_id", "title", "version", "xform", "source_sha256", "source_name", "made_by"),
    made_at=_MOMENT,
)
_DRAFT_FILES = _table("form_draft_files", "id", "draft_id", "file_name", "sha256", updated_at=_MOMENT)
#: What may point to a draft version beside its files.
_TRIALS = tuple(_table(name, "version_id") for name in ("links", "drafts", "submissions"))


def upgrade() -> None:
    """Carry the drafts of programs over; refused, before anything changes, where a page made one too."""
    bind = op.get_bind()
    drafts = _rows(sa.select(_DRAFTS).order_by(_DRAFTS.c.id))
    _refuse_two_drafts([each.form_id for each in drafts])
    with op.batch_alter_table("form_files") as batch:
        batch.add_column(sa.Column("updated_at", app.db.types.UtcDateTime(), nullable=True))
    with op.batch_alter_table("form_versions") as batch:
        batch.drop_constraint(op.f("uq_form_versions_form_id_version"), type_="unique")
    op.create_index(
        "ix_form_versions_published",
        "form_versions",
        ["form_id", "version"],
        unique=True,
        sqlite_where=_PUBLISHED,
        postgresql_where=_PUBLISHED,
    )
    for draft in drafts:
        form_key = bind.execute(sa.select(_FORMS.c.id).where(_FORMS.c.form_id == draft.form_id)).scalar()
        _make_version(draft, form_key or _make_form(draft))
    op.drop_table("form_draft_files")
    op.drop_table("form_drafts")


def _rows(query: sa.Select[Any]) -> list[Any]:
    return list(op.get_bind().execute(query))


def _refuse_two_drafts(form_ids: list[str]) -> None:
    query = sa.select(_FORMS.c.form_id).join(_VERSIONS, _VERSIONS.c.form_id == _FORMS.c.id)
    query = query.where(_VERSIONS.c.published_at.is_(None), _FORMS.c.form_id.in_(form_ids))
    twice = sorted(row.form_id for row in _rows(query))
    if twice:
        raise RuntimeError(
            "These forms have two drafts, one of the staff pages and one of the /v1 interface, of which only "
            f"one can stay: {', '.join(twice)}. With the version of the program before this one, publish or "
            "discard one of the two, then upgrade again. Nothing has been changed."
        )


def _make_form(draft: Any) -> int:
    facts = {"form_id": draft.form_id, "title": draft.title, "title_en": "", "state": "draft"}
    facts |= {"root_id": draft.root_id, "state_since": draft.made_at, "created_at": draft.made_at}
    key: int = op.get_bind().execute(sa.insert(_FORMS).values(facts).returning(_FORMS.c.id)).scalar_one()
    return key


def _make_version(draft: Any, form_key: int) -> None:
    """The draft version that the same upload would make today, with the protection of the one before."""
    published = sa.select(_VERSIONS).where(
        _VERSIONS.c.form_id == form_key, _VERSIONS.c.published_at.is_not(None)
    )
    published = published.order_by(_VERSIONS.c.published_at.desc(), _VERSIONS.c.id.desc()).limit(1)
    newest = next(iter(_rows(published)), None)
    slots = list(_slots(draft, newest))
    md5 = _md5(draft.xform)
    is_workbook = not draft.source_name.lower().endswith(".xml")
    facts = {
        "form_id": form_key,
        "version": draft.version,
        "xform": draft.xform,
        "md5": md5,
        "definition_key": definition_key(md5, {x["file_name"]: x["sha256"] for x in slots if x["sha256"]}),
        "workbook_sha256": draft.source_sha256 if is_workbook else None,
        "workbook_name": draft.source_name,
        "made_at": draft.made_at,
        "published_at": None,
        "published_by": draft.made_by,
        "facts": _facts(draft, slots),
        "coarsen": newest.coarsen if newest else [],
        "consent_path": newest.consent_path if newest else None,
        "consent_value": newest.consent_value if newest else None,
    }
    key = op.get_bind().execute(sa.insert(_VERSIONS).values(facts).returning(_VERSIONS.c.id)).scalar_one()
    for slot in slots:
        op.get_bind().execute(sa.insert(_FILES).values(slot | {"version_id": key}))


def _slots(draft: Any, newest: Any) -> Iterator[dict[str, Any]]:
    """The file slots: as they were given, else as publishing would have filled them."""
    before = {}
    if newest is not None:
        before = {x.file_name: x for x in _rows(sa.select(_FILES).where(_FILES.c.version_id == newest.id))}
    names = ("sha256", "md5", "size", "content_type", "updated_at")
    given = sa.select(_DRAFT_FILES).where(_DRAFT_FILES.c.draft_id == draft.id).order_by(_DRAFT_FILES.c.id)
    for slot in _rows(given):
        content, old = None, before.get(slot.file_name)
        if slot.sha256:
            content = as_phones_read(slot.file_name, storage().get(slot.sha256))
        elif slot.file_name == _ITEMSETS and not draft.source_name.lower().endswith(".xml"):
            # Its compiler makes this one, and nobody else can.
            content = read_upload(storage().get(draft.source_sha256), draft.source_name).itemsets
        if content is not None:
            sha256, size = storage().put(content)
            kind = mimetypes.guess_type(slot.file_name)[0] or "application/octet-stream"
            filled = (sha256, _md5(content), size, kind, slot.updated_at or draft.made_at)
        else:
            filled = tuple(getattr(old, each) for each in names) if old else (None, None, 0, None, None)
        yield {"file_name": slot.file_name, **dict(zip(names, filled, strict=True))}


def _facts(draft: Any, slots: list[dict[str, Any]]) -> dict[str, Any]:
    definition = parse_form(draft.xform)
    sources = {(each.src or "").rpartition("/")[2] for each in definition.secondary_instances.values()}
    found = {x["file_name"]: x["sha256"] for x in slots if x["sha256"] and x["file_name"] in sources}
    try:
        definition = attach_files(definition, {name: storage().get(found[name]) for name in found})
    except XFormProblem as problem:
        raise RuntimeError(
            f"A file of the draft of {draft.form_id} cannot be used ({problem}). With the version of the "
            "program before this one, send another or discard the draft, then upgrade again."
        ) from problem
    return facts_of(definition, Upload(f"{draft.form_id}.xml", draft.xform, draft.xform), ())


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def downgrade() -> None:
    """Give the drafts back that no page has shown, and those called like what is published."""
    _make_tables()
    for version in _rows(sa.select(_VERSIONS).where(_VERSIONS.c.published_at.is_(None))):
        twin = sa.select(_VERSIONS.c.id).where(
            _VERSIONS.c.form_id == version.form_id,
            _VERSIONS.c.version == version.version,
            _VERSIONS.c.published_at.is_not(None),
        )
        twin_key = op.get_bind().execute(twin).scalar()
        if twin_key is not None:
            # What was tried stays, with the version that was called so.
            for table in _TRIALS:
                moved = sa.update(table).where(table.c.version_id == version.id)
                op.get_bind().execute(moved.values(version_id=twin_key))
        elif any(_rows(sa.select(sa.literal(1)).where(x.c.version_id == version.id)) for x in _TRIALS):
            continue
        _give_back(version)
    op.drop_index("ix_form_versions_published", "form_versions")
    with op.batch_alter_table("form_versions") as batch:
        batch.create_unique_constraint(op.f("uq_form_versions_form_id_version"), ["form_id", "version"])
    with op.batch_alter_table("form_files") as batch:
        batch.drop_column("updated_at")


def _give_back(version: Any) -> None:
    bind = op.get_bind()
    form = bind.execute(sa.select(_FORMS).where(_FORMS.c.id == version.form_id)).one()
    facts = {
        "form_id": form.form_id,
        "root_id": form.root_id,
        "title": (parse_form(version.xform).title or form.form_id)[:300],
        "version": version.version,
        "xform": version.xform,
        "source_sha256": version.workbook_sha256 or storage().put(version.xform)[0],
        "source_name": version.workbook_name,
        "made_by": version.published_by,
        "made_at": version.made_at,
    }
    key = bind.execute(sa.insert(_DRAFTS).values(facts).returning(_DRAFTS.c.id)).scalar_one()
    for slot in _rows(sa.select(_FILES).where(_FILES.c.version_id == version.id).order_by(_FILES.c.id)):
        given = {"file_name": slot.file_name, "sha256": slot.sha256, "updated_at": slot.updated_at}
        bind.execute(sa.insert(_DRAFT_FILES).values(given | {"draft_id": key}))
    bind.execute(sa.delete(_FILES).where(_FILES.c.version_id == version.id))
    bind.execute(sa.delete(_VERSIONS).where(_VERSIONS.c.id == version.id))
    if not _is_needed(form.id):
        bind.execute(sa.delete(_FORMS).where(_FORMS.c.id == form.id))


def _is_needed(form_key: int) -> bool:
    """Whether any row points to the form."""
    known = sa.inspect(op.get_bind())
    for name in known.get_table_names():
        for foreign in known.get_foreign_keys(name):
            if foreign["referred_table"] == "forms":
                column = foreign["constrained_columns"][0]
                pointing = sa.select(sa.literal(1)).select_from(_table(name, column)).limit(1)
                if _rows(pointing.where(sa.column(column) == form_key)):
                    return True
    return False


def _make_tables() -> None:
    op.create_table(
        "form_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=150), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column("xform", sa.LargeBinary(), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("source_name", sa.String(length=255), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", app.db.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["areas.id"], name=op.f("fk_form_drafts_root_id_areas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_drafts")),
        sa.UniqueConstraint("form_id", name=op.f("uq_form_drafts_form_id")),
    )
    op.create_index(op.f("ix_form_drafts_root_id"), "form_drafts", ["root_id"])
    op.create_table(
        "form_draft_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("updated_at", app.db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["form_drafts.id"],
            name=op.f("fk_form_draft_files_draft_id_form_drafts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft_files")),
        sa.UniqueConstraint("draft_id", "file_name", name=op.f("uq_form_draft_files_draft_id_file_name")),
    )
