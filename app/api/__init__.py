"""The JSON interface's set-up: one OpenAPI description made from the schemas that validate."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

api = Api()


def init_api(app: Flask) -> None:
    """Configure flask-smorest; rooms' blueprints are registered by ``create_app``."""
    app.config.update(
        API_TITLE="CityExam",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api.init_app(app)
