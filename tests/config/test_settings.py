"""Settings come from the environment, and what cannot work or is unsafe is refused by name."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from app.config import Settings, SettingsError

KEY = "k" * 40


def read(tmp_path: Path, **variables: str) -> Settings:
    """Settings of an environment with these variables alone."""
    given = {"CITYEXAM_INSTANCE": str(tmp_path / "instance")}
    return Settings.from_environment(
        {**given, **{f"CITYEXAM_{name}": text for name, text in variables.items()}}
    )


def test_nothing_given_is_the_embedded_default(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.environment == "embedded"
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/cityexam.sqlite"
    assert settings.storage_dir == str(tmp_path / "instance/files")
    assert settings.jobs == "worker"
    assert settings.default_language == "zh"
    assert not settings.secure_cookies


def test_every_variable_is_read_with_its_type(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        MAX_UPLOAD="1000",
        SECURE_COOKIES="yes",
        LANGUAGE="en",
        TIME_ZONE="UTC",
        BASE_URL="https://exam.example.org/",
        TRUSTED_PROXIES="2",
        JOBS="inline",
    )
    assert settings.max_upload_bytes == 1000
    assert settings.secure_cookies is True
    assert (settings.default_language, settings.time_zone) == ("en", "UTC")
    assert settings.base_url == "https://exam.example.org"
    assert settings.trusted_proxies == 2
    assert settings.jobs == "inline"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MAX_UPLOAD", "many"),
        ("MAX_UPLOAD", "-1"),
        ("MAX_UPLOAD", "0"),
        ("MAX_UPLOAD", "²"),
        ("SESSION_HOURS", "0"),
        ("LOGIN_ATTEMPTS", "0"),
        ("SECURE_COOKIES", "perhaps"),
        ("ENVIRONMENT", "staging"),
        ("JOBS", "later"),
        ("LANGUAGE", "fr"),
        ("TIME_ZONE", "Middle/Earth"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("BASE_URL", "exam.example.org"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("SECRET_KEY", "short"),
    ],
)
def test_unusable_setting_is_refused_by_its_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"CITYEXAM_{name}"):
        read(tmp_path, **{name: text})


def test_production_demands_a_secret_and_secure_cookies(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CITYEXAM_SECRET_KEY must be given in production"):
        read(tmp_path, ENVIRONMENT="production")
    assert not (tmp_path / "instance/secret_key").exists()
    assert read(tmp_path, ENVIRONMENT="production", SECRET_KEY=KEY).secure_cookies is True


def test_embedded_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    path = tmp_path / "instance/secret_key"
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read(tmp_path).secret_key == first
    assert [each.name for each in path.parent.iterdir()] == ["secret_key"]


def test_readable_secret_is_closed_again_and_empty_one_refused(tmp_path: Path) -> None:
    read(tmp_path)
    path = tmp_path / "instance/secret_key"
    path.chmod(0o644)
    read(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("")
    with pytest.raises(SettingsError, match="holds no usable key"):
        read(tmp_path)


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read(tmp_path).secret_key)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1


def test_secrets_stay_out_of_the_text_form(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, SECRET_KEY=KEY, DATABASE_URL="postgresql://u:hidden@localhost/x"))
    assert KEY not in shown
    assert "hidden" not in shown


def test_addresses_get_their_driver_and_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(tmp_path, DATABASE_URL="postgresql://u@h/x").database_url == "postgresql+psycopg://u@h/x"
    assert (
        read(tmp_path, DATABASE_URL="sqlite:///here.sqlite").database_url
        == f"sqlite:///{tmp_path}/here.sqlite"
    )
    assert read(tmp_path, DATABASE_URL="sqlite:////a/b.sqlite").database_url == "sqlite:////a/b.sqlite"


def test_a_base_map_is_never_shown_without_whose_it_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CITYEXAM_TILE_ATTRIBUTION"):
        read(tmp_path, TILE_ADDRESS="https://tiles.example/{z}/{x}/{y}.png", TILE_ATTRIBUTION=" ")
    both = read(tmp_path, TILE_ADDRESS="https://tiles.example/{z}/{x}/{y}.png", TILE_ATTRIBUTION="示例地图")
    assert both.tile_attribution == "示例地图"
