"""Basic services are guaranteed: what closes the need, where, whose duty it is and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.city.services import service
from yiju.needs.advice import advice, is_severed
from yiju.supply.lanes.amounts import amount_of
from yiju.supply.lanes.answer import NOBODY_SAYS, Answer, cost_source, duty, measured, money, so_much
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yiju.supply.lanes.premises import Register
    from yiju.supply.plan.unit_costs import UnitCosts

_CHECKUP = "城市体检工作手册（试行）2025"


def guaranteed(need: Mapping[str, Any], year: int, costs: UnitCosts, register: Register) -> Iterator[Answer]:
    """The answers that are owed, the cheapest to try first: a way, then places or floor; a fault is mended."""
    whose = duty(need, year)
    if need["step"] == "quality":
        yield _as_advised("mend", need, whose)
        return
    entry = service(need["service"])
    if not entry.is_facility:
        yield _as_advised("way", need, whose)
        return
    if need["step"] in ("none", "reach") and is_severed(need["evidence"]):
        yield way(whose)
    amount = amount_of(need, costs)
    if amount is None:
        advised = advice(need)
        yield Answer(
            "guarantee",
            Text(
                f"{advised.zh}；{NOBODY_SAYS.zh}；{whose.zh}。",
                f"{advised.en}; {NOBODY_SAYS.en}; {whose.en}.",
            ),
            source=entry.source,
            provisional=entry.provisional,
        )
        return
    where = register.premises(need, amount)
    whole = where.ready_yuan + where.fit_out_yuan
    what, sum_of = so_much(need, amount), money(whole)
    number, unit = measured(need, amount)
    yield Answer(
        "guarantee",
        Text(
            f"保障补齐：{what.zh}，{where.words.zh}，约{sum_of.zh}；{whose.zh}。",
            f"To be guaranteed: {what.en}, {where.words.en}, about {sum_of.en}; {whose.en}.",
        ),
        amount=number,
        unit=unit,
        cost_yuan=whole,
        source=cost_source(need, amount),
        provisional=True,
    )


def way(whose: Text) -> Answer:
    """Opening a way on foot, which may close a need without anything being built."""
    return Answer(
        "way",
        Text(
            f"先打通步行通道或增设出入口：直线可达而步行不可达的居民较多；用 yiju whatif 试算；{whose.zh}。",
            "First open a way on foot or a gate: many are near as the crow flies and not on foot; try it with "
            f"yiju whatif; {whose.en}.",
        ),
        source=_CHECKUP,
    )


def _as_advised(option: str, need: Mapping[str, Any], whose: Text) -> Answer:
    advised = advice(need)
    text = Text(f"{advised.zh}；{whose.zh}。", f"{advised.en}; {whose.en}.")
    return Answer(option, text, source=_CHECKUP)
