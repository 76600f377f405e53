"""The tutorials say the same in both languages, and what they ask for exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from yiju.cli.main import COMMANDS, main
from yiju.supply.scenario.script import ARGUMENTS

TUTORIALS = Path(__file__).resolve().parent.parent / "docs" / "tutorial"
NAMES = sorted(page.stem for page in TUTORIALS.glob("*.md") if not page.stem.endswith(".zh"))


def blocks(page: str, kind: str) -> list[str]:
    text = (TUTORIALS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, flags=re.DOTALL)


def commands(page: str) -> list[list[str]]:
    """The words of every command, without its remark and the language that it answers in."""
    lines = [
        line.split("#")[0].replace(" --lang en", "") for b in blocks(page, "sh") for line in b.splitlines()
    ]
    return [line.split() for line in lines if line.strip()]


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_ask_for_the_same(name: str) -> None:
    assert commands(f"{name}.md") == commands(f"{name}.zh.md")
    assert blocks(f"{name}.md", "toml") == blocks(f"{name}.zh.md", "toml")


@pytest.mark.parametrize("words", [w for name in NAMES for w in commands(f"{name}.md") if "yiju" in w[0]])
def test_every_option_of_a_command_exists(words: list[str]) -> None:
    _, name, *rest = words
    assert name in COMMANDS
    command = main.get_command(click.Context(main), name)
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert {word for word in rest if word.startswith("--")} <= known


def test_the_changes_that_are_tried_can_be_made() -> None:
    (script,) = blocks("plan.md", "toml")
    scenarios = tomllib.loads(script)["scenario"]
    names = [scenario["name"] for scenario in scenarios]
    for i, scenario in enumerate(scenarios):
        assert scenario.get("from", names[0]) in names[: max(i, 1)]
        for change in scenario["change"]:
            needed, optional = ARGUMENTS[change["do"]]
            assert set(needed) <= set(change) <= {"do", "cost_yuan", "hours", *needed, *optional}
