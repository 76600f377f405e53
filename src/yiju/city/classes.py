"""The three classes of services (分类施策): what is asked of each, whose duty it is, and which instruments answer it.

The entries are data, in ``classes.toml`` beside this module.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

ServiceClass = Literal["basic", "inclusive", "lifestyle"]
Option = Literal["guarantee", "purchase", "partnership", "subsidy", "price_ceiling", "market"]


@dataclass(frozen=True)
class Body:
    """Who has a part in a class of services, and which."""

    name: Text
    role: Text


@dataclass(frozen=True)
class Means:
    """An instrument by which supply comes about; ``provisional`` where its wording is from memory."""

    code: Option
    name: Text
    meaning: Text
    provisional: bool = False


@dataclass(frozen=True)
class ClassDuty:
    """A class of services.

    ``test`` says when it is answered; ``bodies`` who answers, the first duty first; ``options`` the instruments,
    the usual one first.
    """

    code: ServiceClass
    name: Text
    test: Text
    bodies: tuple[Body, ...]
    options: tuple[Means, ...]
    source: str


def _text(raw: Mapping[str, Any], key: str = "") -> Text:
    return Text(raw[f"{key}zh"], raw[f"{key}en"])


def _means(raw: Mapping[str, Any]) -> Means:
    if raw["code"] not in get_args(Option):
        msg = f"an option needs to be one of {get_args(Option)}, was {raw['code']!r}"
        raise ValueError(msg)
    return Means(raw["code"], _text(raw), _text(raw, "meaning_"), raw.get("provisional", False))


def _read() -> dict[ServiceClass, ClassDuty]:
    entries = tomllib.loads(Path(__file__).with_name("classes.toml").read_text(encoding="utf-8"))
    return {
        code: ClassDuty(
            code,
            name=_text(raw),
            test=_text(raw, "test_"),
            bodies=tuple(Body(_text(body), _text(body, "role_")) for body in raw["bodies"]),
            options=tuple(_means(option) for option in raw["options"]),
            source=raw["source"],
        )
        for code in get_args(ServiceClass)
        for raw in [entries[code]]
    }


CLASSES: Mapping[ServiceClass, ClassDuty] = MappingProxyType(_read())
