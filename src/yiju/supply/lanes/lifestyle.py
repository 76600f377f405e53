"""Lifestyle services are opened by the market: does demand support a shop there, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.city.services import service
from yiju.needs.advice import advice, is_severed
from yiju.needs.wording import count_missing, count_people, percent
from yiju.supply.lanes.answer import Answer, duty
from yiju.supply.lanes.basic import way
from yiju.supply.lanes.terms import shop_terms
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yiju.supply.lanes.custom import Custom
    from yiju.supply.lanes.terms import ShopTerms

_CIRCLE = "一刻钟便民生活圈; “十四五”公共服务规划（生活服务）"


def opened(need: Mapping[str, Any], year: int, custom: Custom | None) -> Iterator[Answer]:
    """The market first; where it does not live there, public premises or a low rent."""
    whose = duty(need, year)
    if need["step"] in ("none", "reach") and is_severed(need["evidence"]):
        yield way(whose)
    terms = shop_terms(need["service"])
    if custom is None or terms is None:
        yield _published(need, whose)
        return
    hurdles = Text(
        "；开办条件：" + "、".join(h.what.zh for h in terms.hurdles),
        ". In its way: " + "; ".join(h.what.en for h in terms.hurdles),
    )
    lives = custom.together is not None
    hope = custom.together if custom.together is not None else custom.alone
    verdict = _verdict(custom, terms)
    yield _demanded("market", verdict, (custom, terms), applies=lives, more=hurdles if lives else whose)
    if not lives:
        share = percent(min(hope / terms.people, 1.0))
        offer = Text(
            f"以国有铺位或低租金引入小型店：客源为自立所需的{share}；流动服务、配送也可补位",
            f"Bring in a small one with public premises or a low rent: it has {share} of the custom that it needs "
            "to live; a van or delivery may do as well",
        )
        yield _demanded("partnership", offer, (custom, terms), applies=True, more=whose)


def _verdict(custom: Custom, terms: ShopTerms) -> Text:
    """Whether demand supports a shop, in words with both numbers."""
    need = Text(
        f"自立约需{terms.people:,.0f}人（暂定）", f"it needs about {terms.people:,.0f} to live (provisional)"
    )
    if custom.together is not None:
        n = count_people(custom.together, "all", modelled=True)
        return Text(
            f"需求支撑开店：预计可得{n.zh}，{need.zh}；公布缺口与客流，由市场开设",
            f"Demand supports a shop: it may expect {n.en}, and {need.en}. Publish gap and demand",
        )
    n = count_people(custom.alone, "all", modelled=True)
    if custom.alone >= terms.people:
        return Text(
            f"单独开店可得{n.zh}，{need.zh}；但邻近社区的新店会先得这些客源",
            f"Alone a shop may expect {n.en}, and {need.en}; but one in a neighbouring place would have them first",
        )
    return Text(
        f"需求不足以支撑开店：预计可得{n.zh}，{need.zh}",
        f"Demand does not support a shop: it may expect {n.en}, and {need.en}",
    )


def _demanded(
    option: str,
    text: Text,
    case: tuple[Custom, ShopTerms],
    *,
    applies: bool,
    more: Text,
) -> Answer:
    custom, terms = case
    hope = custom.alone if custom.together is None else custom.together
    joint_zh, joint_en = ("", "") if option == "market" and applies else ("；", "; ")
    return Answer(
        option,
        Text(f"{text.zh}{joint_zh}{more.zh}。", f"{text.en}{joint_en}{more.en}."),
        applies=applies,
        expected_people=hope,
        threshold_people=terms.people,
        source="; ".join([terms.source, *(h.source for h in terms.hurdles)]),
        provisional=True,
    )


def _published(need: Mapping[str, Any], whose: Text) -> Answer:
    """Where nobody knows what a shop needs: the gap itself is published."""
    missing, unit = need["shortfall"], need["shortfall_unit"]
    advised = advice(need)
    if need["step"] == "capacity" and isinstance(missing, float) and missing > 0 and isinstance(unit, str):
        short = count_missing(missing, unit)
        advised = Text(
            f"公布缺口{short.zh}，降低用地、报装与用途转换门槛，由市场投资",
            f"Publish that {short.en} are missing; ease land, connection and change of use; the market invests",
        )
    return Answer(
        "market", Text(f"{advised.zh}；{whose.zh}。", f"{advised.en}; {whose.en}."),
        source=f"{_CIRCLE}; {service(need['service']).source}",
    )  # fmt: skip
