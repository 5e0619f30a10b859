"""Chance with a seed: every subject draws from a stream of its own, so order never matters."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *subject: object) -> np.random.Generator:
    """A generator for one subject: the same seed and subject always give the same draws."""
    text = "|".join(str(part) for part in subject).encode()
    words = np.frombuffer(hashlib.sha256(text).digest(), dtype=np.uint32)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words.tolist()])))
