"""``yiju demo``: a whole city that never was, from its seed to its finished report."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiju.cli.console import ConsoleProgress, json_option, lang_option, say
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.api import City
    from yiju.progress import Progress

# The worked plan: three complexes for the old and the young, for eight million yuan.
PLAN_SERVICES = ("elder_day_care", "childcare")
PLAN: dict[str, Any] = {
    "name": "一老一小",
    "budget_yuan": 8_000_000.0,
    "sites": 3,
    "complexes": True,
    "save": True,
}


@click.command(
    epilog="""\b
Example 示例:
  yiju demo
  yiju demo build/demo --seed 7
"""
)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("yiju-demo"))
@click.option(
    "--seed", type=int, default=2025, show_default=True, help="Another seed, another city. 随机种子"
)
@click.option(
    "--scale", type=float, default=1.0, show_default=True, help="1 is 300,000 people, 10 three million. 规模"
)
@json_option
@lang_option
def demo(folder: Path, seed: int, scale: float, as_json: bool) -> None:
    """Make the demo city in DIR, check it up and write its report (生成示范城市并完成体检).

    A mountain-and-river city of 300,000 people is generated: streets, stairs, homes, schools, parks, buses, a year of
    requests. Then the same commands run as for a real city: build, checkup, needs, plan, report. What is wrong with
    the city is known, and stands in DIR/truths.json; the plan answers part of it with three complexes for the old and
    the young. A demo city that is in DIR already is used again.
    """
    from datetime import datetime

    from yiju.report import write_all

    started = time.monotonic()
    progress = ConsoleProgress()
    city = _city(folder, seed, scale, progress)
    city.build(progress=progress)
    checkup = city.checkup(now=datetime.now().astimezone(), progress=progress)
    made = city.plan(*PLAN_SERVICES, progress=progress, **PLAN)
    page = write_all(city.folder, progress=progress).page
    progress.close()
    seconds = round(time.monotonic() - started)
    counts = checkup.counts
    if as_json:
        found = {
            "folder": str(folder),
            "report": str(page),
            "needs": counts.recognised,
            "plan": made.name,
            "seconds": seconds,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    say(
        Text(
            f"{city.name}：识别需求 {counts.recognised} 项；方案“{made.name}”新覆盖 {made.people_gained:,.0f} 人次；"
            f"用时 {seconds} 秒。埋设的问题见 {folder / 'truths.json'}。",
            f"{city.name}: {counts.recognised} needs recognised; the plan {made.name} brings a service within reach of "
            f"{made.people_gained:,.0f} people; {seconds} s. What was planted: {folder / 'truths.json'}.",
        )
    )
    say(Text(f"用浏览器打开 {page.resolve()}", f"Open {page.resolve()} in a browser."))


def _city(folder: Path, seed: int, scale: float, progress: Progress) -> City:
    """The demo city of the folder: the one that is there, if it is the same, else a new one."""
    from yiju.api import City
    from yiju.city.demo import clear_demo, make_demo, same_demo

    if same_demo(folder, seed=seed, scale=scale):
        progress.step(Text(f"沿用 {folder} 中的示范城市", f"Using the demo city in {folder}"))
        return City.open(folder)
    clear_demo(folder)
    return City(make_demo(folder, seed=seed, scale=scale, progress=progress))
