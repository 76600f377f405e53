"""The city on disk: a folder of tables that can be copied, zipped and opened by other tools.

A city is a ``city.toml``, the user's own files in ``input/``, and the tables that ``yiju build`` makes of them.
:mod:`yiju.city.tables` is the contract that every reader keeps and every other room relies on.
"""

from yiju.city.config import Config, Source
from yiju.city.folder import CityFolder
from yiju.city.rejections import Rejections
from yiju.city.tables import LEVELS, TABLES

__all__ = ["LEVELS", "TABLES", "CityFolder", "Config", "Rejections", "Source"]
