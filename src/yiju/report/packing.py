"""Long tables in few bytes: words stored once, and sentences that differ by a name and some numbers as one pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = Any

# Characters that no text uses (Unicode private use area): where the name and where a number goes.
NAME, NUMBER = "\ue000", "\ue001"
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@dataclass
class Texts:
    """Sentences that many rows share, each stored once; row 0 is the empty one.

    Examples
    --------
    >>> texts = Texts()
    >>> texts.row(Text("甲", "A")), texts.row(Text("", "")), texts.row(Text("甲", "A"))
    (1, 0, 1)
    """

    rows: dict[Text, int] = field(default_factory=lambda: {Text("", ""): 0})

    def row(self, text: Text) -> int:
        """The row of a sentence, a new one where it is new."""
        return self.rows.setdefault(Text(text.zh or "", text.en or text.zh or ""), len(self.rows))

    def pattern(self, text: Text, name: str) -> list[Json]:
        """The row of the sentence's pattern, then its numbers: one list where both languages have the same.

        Examples
        --------
        >>> texts = Texts()
        >>> texts.pattern(Text("甲社区：1,200人中有30%", "甲社区: 30% of 1,200"), "甲社区")
        [1, ['1,200', '30'], ['30', '1,200']]
        >>> texts.pattern(Text("乙：7人", "乙: 7 people"), "乙")
        [2, '7']
        """
        (zh, zh_numbers), (en, en_numbers) = (_taken_apart(words, name) for words in text)
        row = self.row(Text(zh, en))
        return [row, *zh_numbers] if zh_numbers == en_numbers else [row, zh_numbers, en_numbers]

    def json(self) -> list[list[str]]:
        """All sentences in order."""
        return [list(text) for text in self.rows]


def _taken_apart(words: str, name: str) -> tuple[str, list[str]]:
    """The pattern of a sentence, and the numbers that were taken out of it."""
    words = words.replace(NAME, "").replace(NUMBER, "")
    parts = words.split(name) if name else [words]
    return NAME.join(_NUMBER.sub(NUMBER, part) for part in parts), [
        n for p in parts for n in _NUMBER.findall(p)
    ]


def put_together(pattern: str, name: str, numbers: Sequence[str]) -> str:
    """What :meth:`Texts.pattern` took apart; ``assets/data.js`` does the same.

    Examples
    --------
    >>> put_together(f"{NAME}：{NUMBER}人", "乙", ["7"])
    '乙：7人'
    """
    rest = iter(numbers)
    return "".join(name if c == NAME else next(rest) if c == NUMBER else c for c in pattern)


def column(values: Sequence[Json]) -> Json:
    """One value where all are the same, else the list.

    Examples
    --------
    >>> column([7, 7, 7]), column([1, None]), column([])
    (7, [1, None], None)
    """
    if not values:
        return None
    first = values[0]
    return first if all(v == first and type(v) is type(first) for v in values) else list(values)


def coded(values: Sequence[Json]) -> dict[str, Json]:
    """A long column: its distinct values, and which of them each row has; or the values where they hardly repeat.

    Examples
    --------
    >>> coded(["a", "b", "a", "a"]), coded(["a", "a"]), coded([1, 2])
    ({'of': ['a', 'b'], 'at': [0, 1, 0, 0]}, {'of': ['a'], 'at': 0}, {'of': [1, 2]})
    """
    rows: dict[tuple[type, Json], int] = {}
    at = [rows.setdefault((type(v), v), len(rows)) for v in values]
    if len(rows) > len(values) / 2 and len(rows) > 1:
        return {"of": list(values)}
    return {"of": [value for _, value in rows], "at": column(at)}
