"""The need in plain words: who, how many, what is missing within which reach, of which class, and who leads.

>>> from yiju.text import Text
>>> who = {"place": "磁溪社区", "group": "age_60_plus", "people": 412, "total": 412, "share": 1.0}
>>> facts = Facts(**who, service="elder_day_care", step="none", minutes=10)
>>> print(sentence(facts).zh)
磁溪社区：412名60岁及以上老年人步行10分钟内没有老年人日间照料；普惠类；民政局牵头。
>>> print(sentence(facts).en)
磁溪社区: 412 people of 60 and over have no day care for older people within a 10-minute walk; inclusive;
civil affairs bureau leads.
"""

from __future__ import annotations

from dataclasses import dataclass

from yiju.city.services import SERVICES, UNITS
from yiju.needs.wording import (
    COUNTED,
    count_missing,
    count_people,
    people_name,
    people_noun,
    percent,
    plain_number,
    round_people,
    within_walk,
)
from yiju.text import Text

CLASSES = {
    "basic": Text("基本类", "basic"),
    "inclusive": Text("普惠类", "inclusive"),
    "lifestyle": Text("生活类", "lifestyle"),
}

_NO_WORDS = Text("", "")


@dataclass(frozen=True)
class Facts:
    """What a sentence is made of; None where unknown."""

    place: str
    group: str
    service: str
    step: str
    people: float | None = None
    total: float | None = None
    share: float | None = None
    shortfall: float | None = None
    shortfall_unit: str | None = None
    minutes: int | None = None
    radius_m: float | None = None
    drive: bool = False
    modelled: bool = False
    cut_off: bool = False
    barrier: Text | None = None
    indicator: Text = _NO_WORDS
    value: float | None = None
    unit: Text = _NO_WORDS
    standard: float | None = None
    deadline: bool = False
    first_year: int | None = None
    closed_year: int | None = None
    unmeasured_in: int | None = None


def sentence(facts: Facts) -> Text:
    """The need in one sentence, Chinese and English."""
    said = _closed(facts) if facts.closed_year is not None else _what(facts)
    service = SERVICES[facts.service]
    kind, lead = CLASSES[service.service_class], UNITS[service.lead].name
    tail = [kind, Text(f"{lead.zh}牵头", f"{lead.en} leads")]
    if facts.deadline:
        tail.insert(1, Text("限时解决", "by deadline"))
    if facts.unmeasured_in is not None:
        tail.append(
            Text(
                f"{facts.first_year}年识别，{facts.unmeasured_in}年未测得",
                f"recognised in {facts.first_year}, not measured in {facts.unmeasured_in}",
            )
        )
    return Text(
        f"{facts.place}：{'；'.join([said.zh, *(t.zh for t in tail)])}。",
        f"{facts.place}: {'; '.join([said.en, *(t.en for t in tail)])}.",
    )


def _what(facts: Facts) -> Text:
    if facts.cut_off:
        return _cut_off(facts)
    if facts.step in ("none", "reach") and facts.minutes and facts.share is not None:
        return _nothing_there(facts)
    if facts.step == "capacity" and facts.shortfall and facts.shortfall_unit:
        return _too_little(facts)
    return _below_standard(facts)


def _nothing_there(facts: Facts) -> Text:
    service, within = (
        SERVICES[facts.service].name,
        within_walk(facts.minutes or 0, radius_m=facts.radius_m, drive=facts.drive),
    )
    subject, many = _who(facts)
    have = "have" if many else "has"
    return Text(
        f"{subject.zh}{within.zh}没有{service.zh}", f"{subject.en} {have} no {service.en} {within.en}"
    )


def _who(facts: Facts) -> tuple[Text, bool]:
    """Subject of the sentence, and whether it stands in the plural."""
    share = 1.0 if facts.share is None else facts.share
    if facts.people is None:  # people are only weights: shares hold, counts do not
        whole = Text(people_name(facts.group), people_noun(facts.group))
        part = Text(f"{percent(share)}的{whole.zh}", f"{percent(share)} of {whole.en}")
        return (whole if share >= 1 else part), True
    n = round_people(facts.people, modelled=facts.modelled)
    if facts.step == "none" or facts.total is None or share >= 1:
        return count_people(facts.people, facts.group, modelled=facts.modelled), n != 1
    total = count_people(facts.total, facts.group, modelled=facts.modelled)
    about = Text("约", "about ") if facts.modelled and n >= 100 else Text("", "")
    some = Text(
        f"{total.zh}中有{about.zh}{n:,}名（{percent(share)}）",
        f"{about.en}{n:,} of {total.en} ({percent(share)})",
    )
    return some, n != 1


def _cut_off(facts: Facts) -> Text:
    """People within the radius as the crow flies whom the streets do not let there; a mean over services."""
    subject, many = _who(facts)
    by = facts.barrier or _NO_WORDS
    live = "live" if many else "lives"
    return Text(
        f"各类服务平均，{subject.zh}直线距离在服务半径之内，步行却到不了{by.zh and f'，疑被{by.zh}阻隔'}",
        f"averaged over services, {subject.en} {live} within the radius as the crow flies "
        f"but cannot walk there{by.en and f', probably cut off by {by.en}'}",
    )


def _too_little(facts: Facts) -> Text:
    service = SERVICES[facts.service].name
    missing = count_missing(facts.shortfall or 0.0, facts.shortfall_unit or "")
    if facts.people is None:
        return Text(f"{service.zh}尚缺{missing.zh}", f"{service.en} falls {missing.en} short")
    for_whom = count_people(facts.people, facts.group, modelled=facts.modelled)
    return Text(
        f"{for_whom.zh}，{service.zh}尚缺{missing.zh}",
        f"{service.en} falls {missing.en} short for {for_whom.en}",
    )


def _below_standard(facts: Facts) -> Text:
    value, standard = _amount(facts.value, facts.unit), _amount(facts.standard, facts.unit)
    name = facts.indicator
    said = Text(f"{name.zh}为{value.zh}", f"{name.en}: {value.en}")
    if (
        facts.standard == 0 and facts.value is not None
    ):  # hazards: one speaks of how many there are, and none is due
        n = plain_number(facts.value)
        counted = n if facts.shortfall_unit in COUNTED else value.en
        said = Text(f"{said.zh}，应为0", f"{name.en}: {counted} (should be none)")
    elif standard.en:
        said = Text(f"{said.zh}，标准为{standard.zh}", f"{said.en} (standard: {standard.en})")
    if facts.people is None:
        return said
    whom = count_people(facts.people, facts.group, modelled=facts.modelled)
    return Text(f"{said.zh}，涉及{whom.zh}", f"{said.en}, {whom.en} concerned")


def _closed(facts: Facts) -> Text:
    when = Text(
        f"{facts.first_year}年识别，{facts.closed_year}年已达标",
        f"recognised in {facts.first_year}, met in {facts.closed_year}",
    )
    value = _amount(facts.value, facts.unit)
    if facts.step in ("none", "reach") and facts.minutes and not facts.cut_off:
        group, service = facts.group, SERVICES[facts.service].name
        within = within_walk(facts.minutes, radius_m=facts.radius_m, drive=facts.drive)
        return Text(
            f"{value.zh}的{people_name(group)}{within.zh}已有{service.zh}（{when.zh}）",
            f"{service.en} now reaches {value.en} of {people_noun(group)} {within.en} ({when.en})",
        )
    name = facts.indicator
    return Text(f"{name.zh}为{value.zh}（{when.zh}）", f"{name.en}: now {value.en} ({when.en})")


def _amount(value: float | None, unit: Text) -> Text:
    """A number with its unit; a per cent sign stands close in both languages."""
    if value is None:
        return Text("", "")
    number = plain_number(round(value, 1) if unit.en == "%" else value)
    gap = "" if unit.en in ("", "%") else " "
    return Text(f"{number}{unit.zh}", f"{number}{gap}{unit.en}")
