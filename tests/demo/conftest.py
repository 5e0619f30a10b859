"""A small demonstration, built through the real doors, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cities import built, summary_of
from flask import Flask


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration of seed 1."""
    with built(tmp_path_factory.mktemp("demonstration"), 1) as app:
        # Taken before a test changes anything.
        app.config["FIRST_SUMMARY"] = summary_of(app)
        yield app


@pytest.fixture(scope="module")
def build_another(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """Builds one more city and gives its summary."""

    def another(seed: int) -> str:
        with built(tmp_path_factory.mktemp(f"seed{seed}"), seed) as app:
            return summary_of(app)

    return another


@pytest.fixture(scope="module")
def address(demonstration: Flask, serve: Callable[[Flask], str]) -> str:
    """Where the demonstration is served while a module's tests run."""
    return serve(demonstration)
