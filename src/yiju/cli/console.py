"""What every command shares: language, progress on stderr, tables and JSON on stdout."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from yiju.text import Text

if TYPE_CHECKING:
    from yiju.text import Lang

# What the wall clock shows when the command begins; Python itself has taken some hundredths of a second before.
_BEGAN_S = time.perf_counter()

Command = TypeVar("Command", bound=Callable[..., object])
_lang: Lang | None = None


def use_lang(lang: Lang | None = None) -> Lang:
    """Set the language of this run, or only tell it: --lang, else YIJU_LANG or LANG, else Chinese."""
    global _lang  # noqa: PLW0603 - one process speaks one language
    if lang is not None:
        _lang = lang
    if _lang is not None:
        return _lang
    environment = os.environ.get("YIJU_LANG") or os.environ.get("LANG") or ""
    return "en" if environment.startswith("en") else "zh"


def say(text: Text, *, err: bool = False) -> None:
    """Print a sentence in the language of the run."""
    click.echo(text.say(use_lang()), err=err)


class Stage(NamedTuple):
    """A stage of the work, and the clocks when it began: seconds of the wall, and of the processor."""

    what: Text
    wall_s: float
    cpu_s: float


class ConsoleProgress:
    """Stages and a running count on stderr; silent where stderr is not read by a person.

    ``timed``: say at the end how long each stage took. The first is the start: Python, the programs that are loaded.
    """

    def __init__(self, *, timed: bool = False) -> None:
        self._live = sys.stderr.isatty()
        self._open = False
        self._timed = timed
        self._stages = [Stage(Text("启动", "Start"), _BEGAN_S, 0.0)]

    def step(self, what: Text) -> None:
        """Begin a stage."""
        self.close()
        self._stages.append(Stage(what, time.perf_counter(), time.process_time()))
        click.echo(f"· {what.say(use_lang())}", err=True)

    def advance(self, done: int, total: int) -> None:
        """Redraw the count of the present stage, on a terminal only."""
        if self._live and total:
            self._open = True
            click.echo(f"\r  {done:,} / {total:,} ({done / total:.0%})", nl=False, err=True)

    def close(self) -> None:
        """End the line that is being redrawn."""
        if self._open:
            click.echo("", err=True)
            self._open = False

    def finish(self) -> None:
        """The work is done: say how long it took, if that was asked for."""
        self.close()
        if not self._timed:
            return
        end = Stage(Text("合计", "Together"), time.perf_counter(), time.process_time())
        took = [
            Stage(stage.what, after.wall_s - stage.wall_s, after.cpu_s - stage.cpu_s)
            for stage, after in itertools.pairwise([*self._stages, end])
        ]
        took.append(Stage(end.what, end.wall_s - _BEGAN_S, end.cpu_s))
        columns = {
            "wall": Text("用时 s", "wall s"),
            "cpu": Text("处理器 s", "CPU s"),
            "stage": Text("阶段", "stage"),
        }
        rows = [
            {"wall": f"{s.wall_s:.2f}", "cpu": f"{s.cpu_s:.2f}", "stage": s.what.say(use_lang())}
            for s in took
        ]
        print_table(rows, columns, err=True)


def lang_option(command: Command) -> Command:
    """Let ``--lang`` stand behind the command too."""

    def chosen(ctx: click.Context, param: click.Parameter, value: Lang | None) -> None:  # noqa: ARG001
        if value is not None:
            use_lang(value)

    option = click.option(
        "--lang", type=click.Choice(["zh", "en"]), callback=chosen, expose_value=False, is_eager=True,
        help="Language: zh or en.",
    )  # fmt: skip
    return option(command)


def json_option(command: Command) -> Command:
    """Add ``--json`` (parameter ``as_json``)."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(command)


def timings_option(command: Command) -> Command:
    """Add ``--timings`` (parameter ``timings``)."""
    return click.option("--timings", is_flag=True, help="Say how long each stage took.")(command)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def print_table(
    rows: Sequence[Mapping[str, object]],
    columns: Mapping[str, Text],
    *,
    as_json: bool = False,
    err: bool = False,
) -> None:
    """Print rows as an aligned table (Chinese characters count double), or as JSON under the same keys."""
    if as_json:
        click.echo(
            json.dumps([{k: row.get(k) for k in columns} for row in rows], ensure_ascii=False, default=str)
        )
        return
    head = [label.say(use_lang()) for label in columns.values()]
    body = [["" if row.get(k) is None else str(row.get(k)) for k in columns] for row in rows]
    widths = [max(_width(line[i]) for line in [head, *body]) for i in range(len(head))]
    for line in [head, ["-" * w for w in widths], *body]:
        click.echo(
            "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True)).rstrip(),
            err=err,
        )
