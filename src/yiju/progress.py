"""How long work tells what it is doing, without knowing who listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from yiju.text import Text


class Progress(Protocol):
    """A listener for long work. Both methods return at once and never raise."""

    def step(self, what: Text) -> None:
        """A new stage of the work begins."""

    def advance(self, done: int, total: int) -> None:
        """``done`` of ``total`` units of the present stage are finished."""


class _Silence:
    def step(self, what: Text) -> None: ...

    def advance(self, done: int, total: int) -> None: ...


SILENT: Progress = _Silence()
