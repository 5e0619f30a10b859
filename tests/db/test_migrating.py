"""A filled database comes through the migrations with every row, on the way up and on the way down."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app import create_app
from app.db import db
from tests.conftest import SERVER, settings_in

#: The first numbering that every room's tables had.
FIRST = "0011"


@pytest.mark.skipif(bool(SERVER), reason="SQLite alone changes tables by copying and dropping them")
def test_rows_that_point_to_a_changed_table_stay(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, f"sqlite:///{tmp_path / 'old.sqlite'}"))
    with app.app_context():
        upgrade(revision=FIRST)
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "insert into areas (id, code, name_zh, level, kind, valid_from, in_frame, demonstration,"
                    " schematic, parent_id) values"
                    " (1, '360200', '景德镇市', 'city', null, '2020-01-01', 0, 0, 0, null),"
                    " (2, '360203', '珠山区', 'district', null, '2020-01-01', 0, 0, 0, 1)"
                )
            )
        for move in (upgrade, partial(downgrade, revision=FIRST), upgrade):
            move()
            with db.engine.connect() as connection:
                assert (
                    connection.execute(text("select count(*) from areas where parent_id = 1")).scalar() == 1
                )
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert "areas" in inspect(db.engine).get_table_names()
        db.engine.dispose()
