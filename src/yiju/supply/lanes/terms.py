"""Terms of supply, data in ``terms.toml``: price ceilings, people whom a shop needs, hurdles that it meets."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from yiju.text import Text

PER_NAMES = {"month": Text("每月", "a month"), "meal": Text("每餐", "a meal")}


@dataclass(frozen=True)
class Price:
    """What a resident pays at most, in yuan, for a month or a meal; ``provisional`` until the city has set it."""

    ceiling_yuan: float
    per: str
    source: str
    provisional: bool = True

    @property
    def words(self) -> Text:
        """The price as a sentence has it.

        Examples
        --------
        >>> price_of("community_canteen").words.en
        'at most 15 yuan a meal (provisional)'
        """
        per = PER_NAMES[self.per]
        mark = Text("（暂定）", " (provisional)") if self.provisional else Text("", "")
        return Text(
            f"{per.zh}不高于 {self.ceiling_yuan:,.0f} 元{mark.zh}",
            f"at most {self.ceiling_yuan:,.0f} yuan {per.en}{mark.en}",
        )


@dataclass(frozen=True)
class Hurdle:
    """What a shop has to fulfil before it may open."""

    what: Text
    source: str


@dataclass(frozen=True)
class ShopTerms:
    """What a kind of shop needs: people whom it can expect to serve, and what stands in its way.

    ``smaller`` is the code of a smaller kind that answers the same need, where there is one.
    """

    people: float
    source: str
    hurdles: tuple[Hurdle, ...]
    smaller: str | None = None


def price_of(service: str, own_yuan: float | None = None) -> Price | None:
    """The price ceiling of a service; None where none is known.

    Parameters
    ----------
    service
        Code of the service.
    own_yuan
        What the city has set, under ``price_ceiling_yuan`` of ``[costs.SERVICE]`` in city.toml.

    Examples
    --------
    >>> price_of("childcare", 1_800.0).words.en
    'at most 1,800 yuan a month'
    """
    entry = _entries()["price"].get(service)
    if own_yuan is not None:
        return Price(own_yuan, entry["per"] if entry else "month", "city.toml", provisional=False)
    return None if entry is None else Price(**entry)


def shop_terms(service: str) -> ShopTerms | None:
    """What a shop of a service needs; None where it is not known.

    Examples
    --------
    >>> shop_terms("convenience").people, shop_terms("museum")
    (3000, None)
    """
    entry = _entries()["shop"].get(service)
    if entry is None:
        return None
    hurdles = (Hurdle(Text(h["zh"], h["en"]), h["source"]) for h in entry["hurdles"])
    return ShopTerms(entry["people"], entry["source"], tuple(hurdles), entry.get("smaller"))


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads((resources.files("yiju.supply.lanes") / "terms.toml").read_text(encoding="utf-8"))
