"""The ledger of one year: observations, requests and the earlier ledger become needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from yiju.checkup.observations import OBSERVATIONS
from yiju.errors import ConfigError
from yiju.needs.carrying import carry, history
from yiju.needs.contract import NEEDS
from yiju.needs.entries import Entries
from yiju.needs.gathering import gather
from yiju.needs.judging import judge
from yiju.needs.ranking import rank
from yiju.needs.rules import Rule, need_rules
from yiju.needs.voices import residents_by_place
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.city.folder import CityFolder


def recognise(
    observations: pd.DataFrame,
    folder: CityFolder,
    *,
    year: int,
    earlier: pd.DataFrame | None = None,
    rules: Sequence[Rule] | None = None,
) -> pd.DataFrame:
    """The ledger of needs of one year.

    A need is raised by an observation that is measured or modelled and misses its standard; a screening or a
    missing input raises none. The same group, place, service and step is the same need in every year.

    Parameters
    ----------
    observations
        Frame of the observations contract.
    folder
        The city: places for names, requests as further evidence, railways and water as likely barriers.
    year
        Year of the check-up; requests of that year are heard.
    earlier
        The ledger of an earlier year, for first years, closings and what was not measured again.
    rules
        Rules to go by, by default those of the catalogue.

    Returns
    -------
    DataFrame
        Frame of the needs contract, most pressing first, closed needs last.
    """
    # the order of rows must not show in the evidence
    observations = observations.sort_values(list(OBSERVATIONS.key), ignore_index=True)
    rules = need_rules() if rules is None else rules
    earlier = NEEDS.empty() if earlier is None else NEEDS.validate(earlier)
    residents = residents_by_place(folder)
    judged = judge(
        observations,
        rules,
        weights_only=folder.config.weights_only,
        floor=_floor(folder),
        residents=residents,
    )
    raised = gather(judged)
    entries = Entries(observations, folder, year, rules, residents)
    before = {row["need_id"]: row for row in earlier.to_dict("records")}
    carried = carry(before.values(), {need.need_id for need in raised}, judged)
    rows = [entries.open(need, *history(need, before, year, carried)) for need in raised]
    rows += [entries.closed(before[i], judged.loc[met].to_dict()) for i, met in carried.closed.items()]
    rows += [before[i] for i in carried.kept_closed]
    rows += [entries.unmeasured(before[i]) for i in carried.kept_open]
    if not rows:
        return NEEDS.empty()
    needs = pd.DataFrame(rows)
    needs["rank"] = rank(needs, year)
    return NEEDS.validate(needs.sort_values("rank"))


def _floor(folder: CityFolder) -> float | None:
    """``need_floor`` under [settings] of city.toml: coverage on foot, percent."""
    floor = folder.config.settings.get("need_floor")
    if floor is None:
        return None
    if isinstance(floor, bool) or not isinstance(floor, int | float) or not 0 <= floor <= 100:
        raise ConfigError(
            Text(
                f"city.toml 的 [settings] need_floor 应为 0 至 100 的百分数，实际为 {floor!r}。",
                f"city.toml: [settings] need_floor needs to be a percentage from 0 to 100, was {floor!r}.",
            )
        )
    return float(floor)
