"""The small city with its catalogue, standards, values and satisfaction of 2024."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask import Flask

sys.path.insert(0, str(Path(__file__).parent))
