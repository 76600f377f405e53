"""Words in two languages: everything that Yiju says, it says in Chinese and in English."""

from __future__ import annotations

from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]


class Text(NamedTuple):
    """A sentence, name or label in Chinese and in English.

    Examples
    --------
    >>> name = Text(zh="幼儿园", en="kindergarten")
    >>> name.say("zh")
    '幼儿园'
    >>> Text(zh="缺{n}个", en="{n} missing").format(n=3).en
    '3 missing'
    """

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        """The words in one language."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: object) -> Text:
        """Fill the same values into both languages; a ``Text`` among them goes in in each language."""
        return Text(
            self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()}),
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )
