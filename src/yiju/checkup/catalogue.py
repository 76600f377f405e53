"""The indicator catalogue: every indicator is an entry of a TOML file, read and checked here.

``base_*.toml`` hold the 60 base indicators of the 2025 edition, the other files the indicators of Yiju's
own edition; ``words.toml`` and ``sources.toml`` the vocabulary and the sources they may use. An entry
begins with its file's ``[defaults]``. What an entry says about a threshold carries ``source`` and ``tag``;
a tag other than ``V`` makes it provisional.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from yiju.checkup.entries import EntryChecker, refuse
from yiju.checkup.indicator import NO_WORDS, Indicator
from yiju.errors import ConfigError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).with_name("catalogue")
_NOT_ENTRIES = ("words.toml", "sources.toml", "peers.toml")


@dataclass(frozen=True)
class Source:
    """A standard, guideline, report or paper that definitions and thresholds come from."""

    id: str
    name: Text
    note: Text = NO_WORDS


@dataclass(frozen=True)
class Catalogue:
    """Indicators and their vocabulary, as read from one folder."""

    indicators: Mapping[str, Indicator]
    words: Mapping[str, Mapping[str, Text]]
    sources: Mapping[str, Source]
    digest: str

    def cite(self, source: str) -> Text:
        """The full words of a citation such as ``H25 #22; GB50180 C``.

        Examples
        --------
        >>> read_catalogue().cite("H25 #22").zh
        '《城市体检工作手册（试行）》，住房城乡建设部，2025年5月 #22'
        """
        parts = [(self.sources[s.split(" ")[0]], s.partition(" ")[2]) for s in source.split("; ") if s]
        return Text(
            "；".join(f"{source.name.zh} {clause}".strip() for source, clause in parts),
            "; ".join(f"{source.name.en} {clause}".strip() for source, clause in parts),
        )


def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by its id, in the order of the catalogue.

    Examples
    --------
    >>> catalogue()["L01"].name.en
    'Kindergarten coverage'
    >>> sum(i.edition == "2025" for i in catalogue().values())
    60
    """
    return read_catalogue().indicators


def indicator(indicator_id: str) -> Indicator:
    """Look up the indicator of that id.

    Raises
    ------
    UnknownName
        There is none; the nearest ids are offered.
    """
    known = catalogue()
    if indicator_id not in known:
        raise UnknownName(Text("指标", "indicator"), indicator_id, known)
    return known[indicator_id]


def word(kind: str, code: str) -> Text:
    """The words of a code of the vocabulary: a dimension, level, class, unit, grade, status, method or tag.

    Examples
    --------
    >>> word("dimensions", "resilient").zh
    '韧性'
    >>> word("grades", "overall_good").en
    'good'
    """
    return read_catalogue().words[kind][code]


@cache
def read_catalogue(folder: Path | None = None, extra: Path | None = None) -> Catalogue:
    """Read and check the catalogue of a folder, by default the one that comes with Yiju.

    Parameters
    ----------
    folder
        Folder of ``*.toml``.
    extra
        One more file of entries, e.g. a city's own indicators.

    Raises
    ------
    ConfigError
        Names the file, the indicator and the key, what is expected and what was found.
    """
    folder = folder or _FOLDER
    files = sorted(f for f in folder.glob("*.toml") if f.name not in _NOT_ENTRIES)
    files += [extra] if extra else []
    raw_words = _read(folder / "words.toml")
    words = {
        kind: {code: Text(w["zh"], w["en"]) for code, w in codes.items()} for kind, codes in raw_words.items()
    }
    sources = {
        code: Source(code, Text(s["zh"], s["en"]), Text(s.get("note_zh", ""), s.get("note_en", "")))
        for code, s in _read(folder / "sources.toml").items()
    }
    digest = sha256()
    entries: dict[str, Indicator] = {}
    for file in files:
        digest.update(file.read_bytes())
        raw = _read(file)
        defaults = raw.pop("defaults", {})
        for code, entry in raw.items():
            checker = EntryChecker(f"{file.name} [{code}]", words, sources)
            if code in entries:
                checker.refuse("id", "to be there once", "it stands in two files")
            entries[code] = checker.indicator(code, {**defaults, **entry})
    for code, entry in entries.items():
        _check_references(code, entry, entries)
    order = sorted(entries, key=lambda c: (c[0] != "B", _family(c), c))
    return Catalogue(
        MappingProxyType({code: entries[code] for code in order}),
        MappingProxyType(words),
        MappingProxyType(sources),
        digest.hexdigest(),
    )


def _family(code: str) -> int:
    """The base set first, then the families in the order of the reference catalogue."""
    families = "BLSFCREHGUQTZ"
    return families.index(code[0]) if code[0] in families else len(families)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigError(
            Text(
                f"指标目录 {file.name} 无法读取：{cause}",
                f"{file.name} of the catalogue cannot be read: {cause}",
            )
        ) from cause


def _check_references(code: str, entry: Indicator, entries: Mapping[str, Indicator]) -> None:
    others = [
        *entry.see,
        *([entry.answered_by.indicator] if entry.answered_by else []),
        *entry.parameters.get("of", []),
    ]
    for other in others:
        if other not in entries:
            refuse(f"[{code}]", "see, answered_by or of", "an id of the catalogue", other)
    if entry.answered_by is not None:
        answering = entries[entry.answered_by.indicator]
        codes = [v.code for v in answering.variants]
        if entry.answered_by.variant not in codes:
            refuse(
                f"[{code}]", "answered_by.variant", f"one of {', '.join(codes)}", entry.answered_by.variant
            )
