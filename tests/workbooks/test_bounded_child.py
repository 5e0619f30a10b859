"""A child process that cannot outgrow its bounds."""

from __future__ import annotations

import os
import time
from pathlib import Path

import bounded_targets
import pytest

from app.workbooks.bounded import run_bounded
from app.workbooks.faults import ChildFailed


def failure(target: str, *args: object, seconds: float = 10, memory_mb: int | None = 512) -> ChildFailed:
    with pytest.raises(ChildFailed) as caught:
        run_bounded(f"bounded_targets:{target}", *args, seconds=seconds, memory_mb=memory_mb)
    return caught.value


def test_returns_what_the_target_returns() -> None:
    assert run_bounded("operator:add", 20, 22, seconds=10) == 42
    assert run_bounded("builtins:dict", seconds=10, keywords={"名": 1}, memory_mb=None) == {"名": 1}
    assert run_bounded("bounded_targets:large", 5_000_000, seconds=10) == b"x" * 5_000_000


def test_starts_without_the_web_framework_and_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for children")
    found = run_bounded("bounded_targets:surroundings", "flask", "sqlalchemy", "numpy", seconds=10)
    assert found == {"modules": [], "app": None, "secret": None}


def test_standard_numbers_is_not_hidden_by_ours() -> None:
    assert run_bounded("fractions:Fraction", 1, 2, seconds=10) * 2 == 1


def test_an_endless_loop_ends_at_its_time() -> None:
    begun = time.monotonic()
    fault = failure("spin", seconds=0.5)
    assert fault.code == "time-limit"
    assert fault.facts["target"] == "bounded_targets:spin"
    assert time.monotonic() - begun < 5


def test_what_the_child_started_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    assert failure("sleep_with_grandchild", str(note), seconds=2).code == "time-limit"
    grandchild = int(note.read_text())
    for _attempt in range(100):
        try:
            os.kill(grandchild, 0)
            state = Path(f"/proc/{grandchild}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the grandchild outlived the child")


def test_memory_is_bounded() -> None:
    assert failure("fill_memory").code == "memory-limit"


def test_a_plain_exception_is_told_with_its_class_and_standard_error() -> None:
    fault = failure("fail_plainly")
    assert fault.code == "crashed"
    assert fault.facts["exception"] == "builtins.LookupError"
    assert fault.facts["message"] == "nothing there"
    assert "a hint on standard error" in fault.facts["stderr"]


def test_an_exception_with_code_and_facts_comes_back_as_itself() -> None:
    with pytest.raises(bounded_targets.Told) as caught:
        run_bounded("bounded_targets:fail_with_code", seconds=10)
    assert caught.value.code == "cell-wrong"
    assert caught.value.facts == {"place": "区县!C7"}
    assert str(caught.value) == "cell-wrong at 区县!C7"


def test_a_crash_is_named_by_its_signal() -> None:
    fault = failure("die")
    assert (fault.code, fault.facts["signal"]) == ("crashed", "SIGSEGV")


def test_unknown_targets_and_results_that_cannot_travel_are_crashes() -> None:
    assert failure("no_such_function").facts["exception"] == "builtins.AttributeError"
    assert failure("nothing_picklable").code == "crashed"
