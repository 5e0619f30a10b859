"""Reading a wave's settings; they are found by content, so what is held in the process never goes stale."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import select

from app.db import db
from app.errors import NotFound
from app.surveys.models import Wave, WaveSettings
from app.surveys.settings import Settings, read_settings

_MOST_HELD = 32
_HELD: OrderedDict[str, Settings] = OrderedDict()


def settings_of(wave_id: int, digest: str) -> Settings:
    """The settings of this digest."""
    found = _HELD.get(digest)
    if found is None:
        query = select(WaveSettings.settings).where(
            WaveSettings.wave_id == wave_id, WaveSettings.digest == digest
        )
        found = read_settings(db.session.execute(query.limit(1)).scalar_one())
        _HELD[digest] = found
        while len(_HELD) > _MOST_HELD:
            _HELD.popitem(last=False)
    return found


def current_settings(wave: Wave) -> Settings:
    """The settings a wave is run by now."""
    return settings_of(wave.id, wave.settings_digest)


def settings_version(wave: Wave, version: int) -> Settings:
    """The settings of one version; NotFound ``unknown-settings-version``."""
    query = select(WaveSettings).where(WaveSettings.wave_id == wave.id, WaveSettings.version == version)
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound("unknown-settings-version", found=version, wave=wave.name)
    return settings_of(wave.id, found.digest)
