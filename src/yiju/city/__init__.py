"""The city on disk: a folder of tables that can be copied, zipped and opened by other tools.

A city is a ``city.toml``, the user's own files in ``input/``, and the tables that ``yiju build`` makes of
them. :mod:`yiju.city.tables` is the contract that every reader keeps and every other room relies on.

>>> from yiju.city import LEVELS
>>> LEVELS[0]
'city'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.city.build import build_city
    from yiju.city.config import Config, Source
    from yiju.city.folder import CityFolder
    from yiju.city.new import NewCity, new_city
    from yiju.city.rejections import Rejections
    from yiju.city.tables import LEVELS, TABLES

__all__ = [
    "LEVELS",
    "TABLES",
    "CityFolder",
    "Config",
    "NewCity",
    "Rejections",
    "Source",
    "build_city",
    "new_city",
]

_HOME = {
    "LEVELS": "tables",
    "TABLES": "tables",
    "CityFolder": "folder",
    "Config": "config",
    "Rejections": "rejections",
    "Source": "config",
    "build_city": "build",
    "NewCity": "new",
    "new_city": "new",
}


def __getattr__(name: str) -> object:
    # A second `yiju build` decides that nothing changed before pandas is ever imported.
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.city.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.city' has no attribute {name!r}")
