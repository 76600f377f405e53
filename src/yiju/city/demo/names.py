"""Invented names, from ``names.toml``: for the city and its parts, for streets and for shops."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

# How the ground of a community lies: its name tells.
Lie = Literal["river", "hill", "flat", "new", "village"]

# A street of each rank, and the parts that a long one is divided into.
_STREETS = (Text("大道", " Avenue"), Text("路", " Road"), Text("街", " Street"))
_PARTS = (
    Text("", ""),
    Text("东", " East"),
    Text("西", " West"),
    Text("南", " South"),
    Text("北", " North"),
    Text("中", " Middle"),
)


@dataclass(frozen=True)
class Names:
    """Words that names are made of; each in Chinese and in pinyin or English."""

    city: Text
    districts: tuple[Text, ...]
    words: tuple[Text, ...]
    lies: Mapping[Lie, tuple[Text, ...]]
    subdistrict_words: tuple[Text, ...]
    subdistrict_lies: tuple[Text, ...]
    brands: tuple[Text, ...]
    street_words: tuple[Text, ...]
    stop_sides: tuple[Text, ...]


@cache
def read_names() -> Names:
    """The words of ``names.toml``.

    Examples
    --------
    >>> read_names().city
    Text(zh='岚川市', en='Lanchuan')
    """
    raw: dict[str, Any] = tomllib.loads(
        (resources.files("yiju.city.demo") / "names.toml").read_text(encoding="utf-8")
    )

    def texts(entries: Sequence[Sequence[str]]) -> tuple[Text, ...]:
        return tuple(Text(zh, en) for zh, en in entries)

    return Names(
        city=Text(*raw["city"]),
        lies={lie: texts(ends) for lie, ends in raw["lies"].items()},
        **{name: texts(raw[name]) for name in raw if name not in ("city", "lies")},
    )


def community_names(lies: Sequence[Lie], rng: np.random.Generator) -> list[Text]:
    """A name for each community, by the lie of its ground; no two are alike.

    Examples
    --------
    >>> import numpy as np
    >>> community_names(["river", "hill"], np.random.default_rng(7))[0].zh.endswith("社区")
    True
    """
    names = read_names()
    order = rng.permutation(len(names.words))
    turns: dict[Lie, int] = {}
    out = []
    for k, lie in enumerate(lies):
        word = names.words[order[k % len(order)]]
        # Words come round again only when all are used; then with another ending each time.
        turns[lie] = turns.get(lie, -1) + 1
        end = names.lies[lie][(turns[lie] + k // len(order)) % len(names.lies[lie])]
        out.append(Text(word.zh + end.zh, word.en + end.en))
    return [Text(f"{name.zh}社区", name.en) for name in told_apart(out)]


def subdistrict_names(count: int, rng: np.random.Generator) -> list[Text]:
    """Names of subdistricts (街道).

    Examples
    --------
    >>> import numpy as np
    >>> len(set(subdistrict_names(120, np.random.default_rng(7))))
    120
    """
    names = read_names()
    words, ends = names.subdistrict_words, names.subdistrict_lies
    first, second = rng.permutation(len(words)), rng.permutation(len(ends))
    out = []
    for k in range(count):
        word, end = words[first[k % len(words)]], ends[second[(k + k // len(words)) % len(ends)]]
        out.append(Text(word.zh + end.zh, word.en + end.en))
    return [Text(f"{name.zh}街道", f"{name.en} Subdistrict") for name in told_apart(out)]


def told_apart(names: Sequence[Text]) -> list[Text]:
    """The names, with a number from the second of one name on.

    Examples
    --------
    >>> told_apart([Text("砚石坡", "Yanshipo"), Text("砚石坡", "Yanshipo")])[1]
    Text(zh='砚石坡2', en='Yanshipo 2')
    """
    seen: dict[str, int] = {}

    def told(word: str, between: str) -> str:
        turn = seen[word] = seen.get(word, 0) + 1
        return word if turn == 1 else f"{word}{between}{turn}"

    # Names that differ in Chinese may still sound alike in pinyin: each language counts for itself.
    return [Text(told(name.zh, ""), told(name.en, " ")) for name in names]


def street_name(k: int, rank: int) -> Text:
    """The k-th name for a main road (rank 0), a collector (1) or a street (2).

    Examples
    --------
    >>> street_name(0, 1).en.endswith(" Road")
    True
    """
    words = read_names().street_words
    word, turn = words[k % len(words)], k // len(words)
    part, kind = _PARTS[turn % len(_PARTS)], _STREETS[rank]
    number = "" if turn < len(_PARTS) else str(turn // len(_PARTS) + 1)
    return Text(
        f"{word.zh}{part.zh}{number}{kind.zh}", f"{word.en}{part.en}{number and ' ' + number}{kind.en}"
    )
