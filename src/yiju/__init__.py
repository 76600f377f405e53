"""Yiju 宜居: one ledger of a city's needs and supplies, and the tools that fill it, answer it and check the answer.

>>> import yiju
>>> city = yiju.City.open("las-palmas")  # doctest: +SKIP
>>> checkup = city.checkup()  # doctest: +SKIP
>>> checkup.needs.head()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.api import City

__version__ = "0.1.0"
__all__ = ["City", "__version__"]


def __getattr__(name: str) -> object:
    # The door stays shut until someone knocks: `yiju --help` must not pay for pandas.
    if name == "City":
        from yiju.api import City

        return City
    raise AttributeError(f"module 'yiju' has no attribute {name!r}")
