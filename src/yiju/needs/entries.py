"""The rows of the ledger: a raised, closed or unmeasured need with its class, units, evidence, sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import SERVICES
from yiju.needs.barriers import Barriers
from yiju.needs.deadlines import deadline_reason
from yiju.needs.dues import dues
from yiju.needs.evidence import (
    Grounds,
    Ref,
    pairs_and_severance,
    read_evidence,
    voice_ref,
    write_evidence,
)
from yiju.needs.sentences import Facts, sentence
from yiju.needs.terms import indicator_name, word
from yiju.needs.voices import hear

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.city.folder import CityFolder
    from yiju.needs.gathering import Raised
    from yiju.needs.rules import Rule

Row = dict[str, Any]


class Entries:
    """Writes the rows of one year's ledger."""

    def __init__(
        self,
        observations: pd.DataFrame,
        folder: CityFolder,
        year: int,
        rules: Sequence[Rule],
        residents: Mapping[str, float],
    ) -> None:
        self._year = year
        self._rules = rules
        places = folder.table("places")
        self._names = dict(zip(places["place_id"], places["name"], strict=True))
        self._residents = residents
        self._voices = hear(folder, year, residents)
        self._barriers = Barriers(folder, places)
        self._evidence = Grounds(observations, {rule.indicator for rule in rules})

    def open(self, need: Raised, first_year: int, lighter: str | None = None) -> Row:
        """A need that this year's observations raise; ``lighter`` is an earlier need that sank to this one."""
        refs = self._grounds(need)
        total = _total(_known(need.lead["people"]), _known(need.lead["share"]))
        refs += dues(need.service, need.place_id, need.group, total, self._residents)
        voice = voice_ref(self._voices, need.place_id, need.service)
        if voice is not None:
            refs.append(voice)
        if lighter is not None:
            refs.append({"kind": "earlier", "role": "beside", "need_id": lighter})
        reason = deadline_reason(
            need.service,
            need.step,
            requests=None if voice is None else int(str(voice["n"])),
            times_the_city=self._voices.times_the_city(need.place_id, need.service),
            years_open=self._year - first_year,
        )
        row = {
            "need_id": need.need_id,
            "group": need.group,
            "place_id": need.place_id,
            "level": need.level,
            "service": need.service,
            "step": need.step,
            **{name: need.lead[name] for name in ("people", "share", "shortfall")},
            "shortfall_unit": self._rules[need.lead["rule"]].shortfall_unit,
            "status": "open",
            "first_year": first_year,
            "closed_year": None,
            "indicator": self._rules[need.lead["rule"]].indicator,
        }
        return self._whole(row, reason, refs)

    def closed(self, before: Row, met: Mapping[str, Any]) -> Row:
        """An earlier need whose standard the judgement ``met`` says is now kept."""
        refs = [self._evidence.judged(met, "met"), *_as_past(before["evidence"])]
        return self._whole(
            before | {"status": "closed", "closed_year": self._year}, before["deadline_reason"], refs
        )

    def unmeasured(self, before: Row) -> Row:
        """An earlier need that can be neither raised nor closed: it stays open, on the grounds it had."""
        refs = _as_past(before["evidence"])
        refs.append({"kind": "not measured", "role": "beside", "year": self._year, **self._why_not(refs)})
        years_open = self._year - before["first_year"]
        reason = before["deadline_reason"] or deadline_reason(
            before["service"], before["step"], years_open=years_open
        )
        return self._whole(before | {"status": "open"}, reason, refs)

    def _whole(self, row: Row, reason: str, refs: list[Ref]) -> Row:
        """The row with its class, units, deadline, evidence and sentence."""
        service = SERVICES[row["service"]]
        said = sentence(self._facts(row, reason, refs))
        return row | {
            "service_class": service.service_class,
            "instrument": service.instrument,
            "lead_unit": service.lead,
            "joint_units": ";".join(service.joint),
            "deadline_class": "deadline" if reason else "best_effort",
            "deadline_reason": reason,
            "evidence": write_evidence(refs),
            "sentence_zh": said.zh,
            "sentence_en": said.en,
        }

    def _facts(self, row: Row, reason: str, refs: list[Ref]) -> Facts:
        lead = next(r for r in refs if r["role"] in ("met", "raises", "raised"))
        rule = next(
            (r for r in self._rules if r.raises(lead["indicator"], row["service"], row["step"])), None
        )
        cut_off = rule is not None and rule.step == "reach" and rule.miss == "above"
        people, share = _known(row["people"]), _known(row["share"])
        unmeasured = [r["year"] for r in refs if r["kind"] == "not measured"]
        return Facts(
            place=str(self._names.get(row["place_id"], row["place_id"])),
            group=row["group"],
            service=row["service"],
            step=row["step"],
            people=people,
            total=_total(people, share) if share else None,
            share=share,
            shortfall=_known(row["shortfall"]),
            shortfall_unit=row["shortfall_unit"],
            minutes=None if rule is None else rule.minutes,
            # everybody's coverage counts metres, a group's its own minutes: say which it was
            radius_m=None if rule is None or row["group"] != "all" else rule.radius_m,
            drive=rule is not None and rule.drive,
            modelled=lead["status"] == "modelled" or cut_off,
            cut_off=cut_off,
            barrier=self._barriers.of(row["place_id"]) if cut_off else None,
            indicator=indicator_name(str(lead["indicator"])),
            value=_known(lead["value"]),
            unit=word("units", str(lead["unit"])),
            standard=_known(lead["threshold"]),
            deadline=bool(reason),
            first_year=row["first_year"],
            closed_year=row["closed_year"] if row["status"] == "closed" else None,
            unmeasured_in=int(str(unmeasured[-1])) if unmeasured else None,
        )

    def _grounds(self, need: Raised) -> list[Ref]:
        """What raises the need, then what stands beside it, then the severance between the two coverages."""
        raising = [self._evidence.judged(g, "raises") for g in need.grounds]
        taken = {g["observation"] for g in need.grounds}
        groups = {need.group, "all"}
        indicators = dict.fromkeys(self._rules[g["rule"]].indicator for g in need.grounds)
        beside = [r for i in indicators for r in self._evidence.beside(need.place_id, i, groups, taken)]
        return raising + beside + pairs_and_severance(raising, beside)

    def _why_not(self, refs: list[Ref]) -> Ref:
        """Why what raised the need before says nothing this year."""
        lead = next((r for r in refs if r["role"] == "raised"), None)
        if lead is None:
            return {"reason_zh": "", "reason_en": ""}
        seen = self._evidence.again(lead)
        if seen is None:
            return {"reason_zh": "本年没有该项观测", "reason_en": "there is no such observation this year"}
        if seen["status"] == "screening":
            return {"reason_zh": "本年仅为筛查值", "reason_en": "a screening only this year"}
        return {"reason_zh": seen["reason_zh"], "reason_en": seen["reason_en"]}


def _as_past(evidence: str) -> list[Ref]:
    """The observations that once raised a need, said in the past tense; the rest belongs to its year."""
    past = [r for r in read_evidence(evidence) if r["role"] in ("raises", "raised")]
    return [r | {"role": "raised"} for r in past]


def _total(people: float | None, share: float | None) -> float | None:
    """All of the group at the place, of those concerned and their share; of no known share they are all of it."""
    return people / share if people is not None and share else people


def _known(value: object) -> float | None:
    return None if value is None or value is pd.NA or pd.isna(value) else float(value)  # type: ignore[arg-type]
