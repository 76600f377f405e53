"""Deadline or best effort (限时/尽力): the two problem classes of the handbook, with the reason for each.

Source: 城市体检工作手册（试行）2025 (standards.md 1.4): safety, health and strong complaints are solved by a
deadline; what stays unresolved rises. The lists and numbers are data, in ``deadlines.toml``, and provisional.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "safety": Text("涉及安全", "safety"),
        "health": Text("涉及健康", "health"),
        "complaints": Text("群众反映强烈", "strong complaints"),
        "unresolved": Text("长期未解决", "long unresolved"),
    }
)


@cache
def _criteria() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("deadlines.toml").read_text(encoding="utf-8"))


def deadline_reason(
    service: str,
    step: str,
    *,
    requests: int | None = None,
    times_the_city: float | None = None,
    years_open: int = 0,
) -> str:
    """Why a need must be met by a deadline, or an empty string where best effort is enough.

    Parameters
    ----------
    requests
        Requests about the service at the place in the year; None where there is no log.
    times_the_city
        Requests per resident about the service at the place, over those of the whole city; None where unknown.
    years_open
        Years since the need was first recognised.

    Examples
    --------
    >>> deadline_reason("fire_station", "reach"), deadline_reason("park", "none")
    ('safety', '')
    >>> deadline_reason("park", "none", requests=12, times_the_city=2.5)
    'complaints'
    """
    criteria = _criteria()
    for reason in ("safety", "health"):
        if service in criteria[reason]["services"] and step in criteria[reason]["steps"]:
            return reason
    loud = criteria["complaints"]
    if (requests or 0) >= loud["at_least"] and (times_the_city or 0.0) >= loud["times_the_city"]:
        return "complaints"
    return "unresolved" if years_open >= criteria["unresolved"]["years"] else ""
