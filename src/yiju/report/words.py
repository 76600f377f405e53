"""The words of the report itself; names of indicators, services, groups and units come from their own catalogues."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yiju.text import Text

FOLDER = Path(__file__).parent


@cache
def words() -> Mapping[str, Text]:
    """Every word of the report by its key, such as ``nav.map``.

    Examples
    --------
    >>> words()["nav.map"]
    Text(zh='地图', en='Map')
    """
    raw = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
    return MappingProxyType(dict(_flat("", raw)))


def say(key: str, **values: object) -> Text:
    """The words of a key, with values filled in.

    Examples
    --------
    >>> say("sheet.people", n="1,200").zh
    '1,200 人'
    """
    return words()[key].format(**values) if values else words()[key]


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for name, entry in table.items():
        if isinstance(entry, Mapping):
            yield from _flat(f"{prefix}{name}.", entry)
        else:
            zh, en = entry
            yield f"{prefix}{name}", Text(zh, en)
