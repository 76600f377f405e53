"""The error tree. Each error says what was expected, what was found and what to do, in two languages.

::

    YijuError
     ├── InputError (ValueError)          a file, row or field that cannot be used
     ├── ConfigError (ValueError)         city.toml says something that cannot be done
     ├── ContractError (TypeError)        a table that does not keep its contract
     ├── MissingCity (FileNotFoundError)  no city folder, or not built yet, or no such year
     ├── UnknownName (LookupError)        no indicator, service, place or need of that name
     └── SnapshotError (OSError)          a result could not be stored; what was there stays whole

A partial failure is not an error: rows that are refused go into a :class:`yiju.city.Rejections` report.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yiju.text import Lang


class YijuError(Exception):
    """Root of the tree; ``str()`` speaks English, :meth:`say` speaks either language."""

    def __init__(self, message: Text, *, hint: Text | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(self.say("en"))

    def say(self, lang: Lang) -> str:
        """The message, then what to do about it."""
        parts = [self.message.say(lang)]
        if self.hint is not None:
            parts.append(self.hint.say(lang))
        return ("" if lang == "zh" else " ").join(parts)


class InputError(YijuError, ValueError):
    """A file, row or field that cannot be used."""

    def __init__(
        self,
        message: Text,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        field: str | None = None,
        hint: Text | None = None,
    ) -> None:
        self.file = None if file is None else Path(file)
        self.row = row
        self.field = field
        where_zh = [f"第 {row} 行" if row is not None else "", f"字段 {field}" if field else ""]
        where_en = [f"row {row}" if row is not None else "", f"field {field}" if field else ""]
        if self.file is not None:
            where_zh.insert(0, self.file.name)
            where_en.insert(0, self.file.name)
        zh, en = "，".join(filter(None, where_zh)), ", ".join(filter(None, where_en))
        located = Text(
            f"{zh}：{message.zh}" if zh else message.zh, f"{en}: {message.en}" if en else message.en
        )
        super().__init__(located, hint=hint)


class ConfigError(YijuError, ValueError):
    """city.toml says something that cannot be done."""


class ContractError(YijuError, TypeError):
    """A table that does not keep its contract: a fault of ours, or of a folder edited by hand."""


class MissingCity(YijuError, FileNotFoundError):  # noqa: N818 - it names a state, as LookupError's children do
    """No city folder there, or not built yet, or no check-up of that year."""

    def __str__(self) -> str:  # FileNotFoundError would print its errno
        return self.say("en")


class UnknownName(YijuError, LookupError):  # noqa: N818 - as above
    """No indicator, service, place or need of that name; the nearest names are offered."""

    def __init__(self, kind: Text, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.near = difflib.get_close_matches(name, list(known), n=3)
        hint = (
            Text(f"是否指 {'、'.join(self.near)}？", f"Did you mean {', '.join(self.near)}?")
            if self.near
            else None
        )
        super().__init__(
            Text(f"没有名为“{name}”的{kind.zh}。", f"There is no {kind.en} named {name!r}."), hint=hint
        )


class SnapshotError(YijuError, OSError):
    """A result could not be stored; what was there before stays whole."""

    def __str__(self) -> str:
        return self.say("en")
