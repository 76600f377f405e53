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
    """What a resident pays at most, in yuan, for a month or a meal."""

    ceiling_yuan: float
    per: str
    source: str

    @property
    def words(self) -> Text:
        """The price as a sentence has it.

        Examples
        --------
        >>> price_of("community_canteen").words.en
        'at most 15 yuan a meal (provisional)'
        """
        per = PER_NAMES[self.per]
        return Text(
            f"{per.zh}不高于 {self.ceiling_yuan:,.0f} 元（暂定）",
            f"at most {self.ceiling_yuan:,.0f} yuan {per.en} (provisional)",
        )


@dataclass(frozen=True)
class Hurdle:
    """What a shop has to fulfil before it may open."""

    what: Text
    source: str


@dataclass(frozen=True)
class ShopTerms:
    """What a kind of shop needs: people whom it can expect to serve, and what stands in its way."""

    people: float
    source: str
    hurdles: tuple[Hurdle, ...]


def price_of(service: str) -> Price | None:
    """The price ceiling of a service; None where none is known."""
    entry = _entries()["price"].get(service)
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
    return ShopTerms(entry["people"], entry["source"], tuple(hurdles))


@cache
def _entries() -> dict[str, Any]:
    return tomllib.loads((resources.files("yiju.supply.lanes") / "terms.toml").read_text(encoding="utf-8"))
