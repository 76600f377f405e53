"""What a plan is asked for: which services, how much money, how many sites, and by which rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from yiju.city.services import GROUPS, Service, service
from yiju.errors import InputError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Problem = Literal["maximal", "median", "cover", "expand"]

PROBLEM_NAMES: dict[Problem, Text] = {
    "maximal": Text("可达人数最多", "most people brought within reach"),
    "median": Text("总步行距离最短", "least walking in all"),
    "cover": Text("用最少投入达到覆盖标准", "least money for a share of people covered"),
    "expand": Text("预算内新增位数受益最多", "most people served by places under a budget"),
}

# A file system's own words and separators have no place in the name of a plan.
_FORBIDDEN = set('/\\:*?"<>|')
# File systems take 255 bytes for a name, and a Chinese character is three.
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    services
        Codes of the catalogue.
    budget_yuan
        Money in all; ``None`` for as much as it takes.
    sites
        Number of sites: at most so many with a budget, exactly so many for ``median``; ``None`` for any number.
    problem
        ``maximal``, ``median``, ``cover`` or ``expand``; several services take ``maximal``.
    colocate
        Whether services may share a site, its fixed cost and its floor.
    complexes
        Whether each site has to be a complex: 600 m2 or more, three functions or more, two of them of its core
        (:class:`yiju.supply.siting.colocation.ComplexRule`).
    keep_existing
        Whether places that are there stay open (``median``; the others always count them).
    share
        Share of people, of each group and subdistrict, to be covered (``cover``).
    years
        Years over which the sites are opened, the one after the check-up if none. For one service under a budget,
        with any number of sites, each year has its part of the money and decides on what stands already; otherwise
        the sites that add most go first.
    scenario
        Whose people those of each year are: a scenario of :mod:`yiju.supply.projection`; today's if none.
    seconds
        Time for the search.
    assumed_shares
        Group to its share of all residents, where the population file has no ages. Stands in the plan as assumption.
    name
        Of the plan, and of its folder.

    Examples
    --------
    >>> Question(("elder_day_care", "childcare"), budget_yuan=6e6, sites=3).title
    'elder_day_care+childcare'
    """

    services: tuple[str, ...]
    budget_yuan: float | None = None
    sites: int | None = None
    problem: Problem = "maximal"
    colocate: bool = True
    complexes: bool = False
    keep_existing: bool = True
    share: float = 0.9
    years: tuple[int, ...] = ()
    scenario: str | None = None
    seconds: float = 30.0
    assumed_shares: Mapping[str, float] = field(default_factory=dict)
    name: str | None = None

    def __post_init__(self) -> None:
        _check_services(self.services)
        _check_problem(self)
        for what, value in (
            ("budget_yuan", self.budget_yuan),
            ("sites", self.sites),
            ("seconds", self.seconds),
        ):
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise _wrong(what, value, Text("大于 0 的有限数", "a finite number above 0"))
        if not 0 < self.share <= 1:
            raise _wrong("share", self.share, Text("0 到 1 之间的比例", "a share above 0, at most 1"))
        _check_shares(self.assumed_shares)
        if self.name is None and len(self.title) > _LONGEST_NAME:
            raise _wrong(
                "name",
                self.title,
                Text(
                    "另起的名称（--name）：服务代码相连太长",
                    "given (--name): the services together are too long",
                ),
            )
        check_name(self.title)

    @property
    def staged(self) -> bool:
        """Whether each year decides with its own money on what stands already."""
        alone = self.problem == "maximal" and len(self.services) == 1
        return alone and len(self.years) > 1 and self.budget_yuan is not None and self.sites is None

    @property
    def title(self) -> str:
        """Name of the plan: as given, else after its services."""
        return self.name if self.name is not None else "+".join(self.services)

    @property
    def entries(self) -> tuple[Service, ...]:
        """The services' entries in the catalogue."""
        return tuple(service(code) for code in self.services)


def check_name(name: str) -> None:
    """Refuse a name that cannot be a folder's.

    Raises
    ------
    InputError
        It is empty, too long, begins with a dot or holds a separator.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or name.startswith(".") or _FORBIDDEN & set(name):
        raise InputError(
            Text(
                f"方案名称“{name}”不能用作文件夹名。",
                f"The name of a plan needs to be a folder's name, was {name!r}.",
            ),
            field="name",
            hint=Text(
                f"请用不超过 {_LONGEST_NAME} 字、不含 / \\ : * 的名称。",
                f"Use at most {_LONGEST_NAME} characters, none of / \\ : *, no dot at the beginning.",
            ),
        )


def _check_services(codes: tuple[str, ...]) -> None:
    if not codes:
        raise InputError(
            Text("未指定服务。", "No service was named."),
            field="service",
            hint=Text("例如 --service elder_day_care。", "Say for example --service elder_day_care."),
        )
    if len(set(codes)) < len(codes):
        raise _wrong("service", "、".join(codes), Text("每项服务只写一次", "each service once"))
    for code in codes:
        if service(code).widest_m is None or not service(code).is_facility or service(code).mode != "walk":
            raise InputError(
                Text(
                    f"{service(code).name.zh}没有步行服务半径标准，无法按可达性选址。",
                    f"No standard says how far one may walk to {service(code).name.en}: reach cannot site it.",
                ),
                field="service",
                hint=Text("服务目录列有各项服务的半径。", "The list of services has the radius of each."),
            )


def _check_problem(asked: Question) -> None:
    if asked.problem not in get_args(Problem):
        raise UnknownName(Text("选址问题", "problem"), asked.problem, get_args(Problem))
    if len(asked.services) > 1 and asked.problem != "maximal":
        raise InputError(
            Text(
                f"“{PROBLEM_NAMES[asked.problem].zh}”一次只能规划一项服务。",
                f"The problem {asked.problem} plans one service at a time.",
            ),
            field="problem",
            hint=Text("多项服务请用 maximal。", "For several services take maximal."),
        )
    needed = {"median": asked.sites, "expand": asked.budget_yuan}
    if asked.problem in needed and needed[asked.problem] is None:
        word = (
            Text("站点数 --sites", "--sites")
            if asked.problem == "median"
            else Text("预算 --budget", "--budget")
        )
        raise InputError(
            Text(f"问题 {asked.problem} 需要{word.zh}。", f"The problem {asked.problem} needs {word.en}."),
            field="problem",
        )
    if asked.scenario is not None and not asked.staged:
        raise InputError(
            Text(
                "人口情景只用于一项服务、有预算、分多个年度的方案。",
                "A scenario of the population is for one service under a budget over several years.",
            ),
            field="scenario",
            hint=Text(
                "例如 --budget 6000000 --years 2026,2030。",
                "Say for example --budget 6000000 --years 2026,2030.",
            ),
        )
    if len(set(asked.years)) < len(asked.years):
        raise _wrong("years", asked.years, Text("互不相同的年份", "years that differ"))
    if asked.problem == "maximal" and asked.sites is None and asked.budget_yuan is None:
        raise InputError(
            Text(
                "请给出预算 --budget 或站点数 --sites。",
                "Give a budget (--budget) or a number of sites (--sites).",
            )
        )


def _check_shares(shares: Mapping[str, float]) -> None:
    for code, share in shares.items():
        if code not in GROUPS:
            raise UnknownName(Text("人群", "group"), code, GROUPS)
        if not 0 <= share <= 1:
            raise _wrong(code, share, Text("占居民的比例（0 到 1）", "a share of the residents, 0 to 1"))


def _wrong(what: str, value: object, wanted: Text) -> InputError:
    return InputError(
        Text(f"应为{wanted.zh}，实际为 {value}。", f"needs to be {wanted.en}, was {value}."), field=what
    )
