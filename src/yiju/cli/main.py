"""The command ``yiju``. Commands are named here and imported only when they run, so that --help stays fast."""

from __future__ import annotations

import gc
import importlib
import sys

import click

from yiju.cli.console import use_lang
from yiju.errors import YijuError
from yiju.text import Lang, Text

# Loading pandas, geopandas and numba makes a third of a million objects (counted), none of them garbage; looking for
# garbage among them took a fifth of the start.
_OBJECTS_BEFORE_GARBAGE = 500_000

# command -> module that holds a click command of the same name, and its one line in the list
COMMANDS: dict[str, tuple[str, Text]] = {
    "new": ("yiju.cli.city", Text("新建城市文件夹", "Make a city folder from files.")),
    "build": ("yiju.cli.city", Text("由输入文件构建数据表", "Build the tables of a city folder.")),
    "checkup": ("yiju.cli.checkup", Text("开展年度体检", "Run the annual check-up.")),
    "indicators": ("yiju.cli.checkup", Text("列出指标目录", "List the indicators.")),
    "explain": ("yiju.cli.checkup", Text("说明一个数值或需求的依据", "Explain an indicator or a need.")),
    "needs": ("yiju.cli.needs", Text("查看需求台账", "Show the ledger of needs.")),
    "compare": ("yiju.cli.needs", Text("比较两个年度", "Compare two years.")),
    "plan": ("yiju.cli.plan", Text("规划供给：选址与方案", "Plan where services should go.")),
    "whatif": (
        "yiju.cli.whatif",
        Text("情景推演：改变设施、街道、标准或人口", "Try changes, see the whole city."),
    ),
    "report": ("yiju.cli.report", Text("生成报告", "Write the report.")),
    "demo": ("yiju.cli.demo", Text("生成示范城市并完成体检", "Make the demo city and check it up.")),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, f"{line.en} {line.zh}") for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except YijuError as error:
            click.echo(("错误：" if use_lang() == "zh" else "Error: ") + error.say(use_lang()), err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            stopped = Text("已中断，已有结果未受影响。", "Stopped. What was there before is whole.")
            click.echo(stopped.say(use_lang()), err=True)
            ctx.exit(130)


def _set_lang(ctx: click.Context, param: click.Parameter, value: Lang | None) -> None:  # noqa: ARG001
    if value is not None:
        use_lang(value)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), callback=_set_lang, expose_value=False, is_eager=True,
    help="Language of messages and tables. Default: from the environment, else zh.",
)  # fmt: skip
@click.version_option(package_name="yiju")
def main() -> None:
    """Yiju 宜居: one ledger of a city's needs and supplies, and the annual check-up that fills it."""
    gc.set_threshold(_OBJECTS_BEFORE_GARBAGE, *gc.get_threshold()[1:])


if __name__ == "__main__":
    sys.exit(main())
