"""The floor of ingest: a bare Flask endpoint that parses the XML, inserts it and commits durably.

It knows no link, types no answer and remembers no file: it keeps the bytes, each file synced to disk.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, Response, request
from lxml import etree

#: Gunicorn reads these: the same kind of workers as the service's own.
worker_class, threads, control_socket_disable = "gthread", 8, True

app = Flask(__name__)
_own = threading.local()
_DATABASE = os.environ.get("CITYEXAM_DATABASE_URL", "").replace("postgresql+psycopg://", "postgresql://")
_FILES = Path(os.environ.get("CITYEXAM_INSTANCE", "."))


@app.get("/healthz")
def ready() -> str:
    """Say that the server runs."""
    return "ok"


@app.post("/submission")
def keep() -> Response:
    """Keep one submission."""
    xml = request.files["xml_submission_file"].read()
    etree.fromstring(xml)
    for name, upload in request.files.items():
        if name != "xml_submission_file":
            _keep_file(upload.read())
    connection = _connection()
    mark = "%s" if isinstance(connection, psycopg.Connection) else "?"
    connection.execute(f"insert into bare (xml) values ({mark})", (xml,))  # noqa: S608 - the mark alone varies.
    connection.commit()
    return Response(status=201)


def _keep_file(content: bytes) -> None:
    descriptor, _name = tempfile.mkstemp(dir=_FILES)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _connection() -> Any:
    if not hasattr(_own, "connection"):
        if _DATABASE.startswith("sqlite"):
            _own.connection = sqlite3.connect(_DATABASE.removeprefix("sqlite:///"), timeout=30)
            _own.connection.execute("pragma synchronous=full")
        else:
            _own.connection = psycopg.connect(_DATABASE)
    return _own.connection
