"""From a need back to its grounds: the row of the ledger, its evidence, and the indicators behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.checkup.grounds import Explanation, explain
from yiju.errors import UnknownName
from yiju.needs.evidence import Ref, read_evidence
from yiju.needs.ledger import read_needs
from yiju.needs.measures import by_need, read_measures
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.city.folder import CityFolder


@dataclass(frozen=True, eq=False)
class NeedExplanation:
    """Everything behind a need: its row of the ledger, its grounds, the indicators that say so, and what is done."""

    need: Mapping[str, Any]
    evidence: tuple[Ref, ...]
    indicators: tuple[Explanation, ...]
    measures: tuple[Mapping[str, Any], ...] = ()

    @property
    def sentence(self) -> Text:
        """The need in plain words."""
        return Text(self.need["sentence_zh"], self.need["sentence_en"])


def explain_need(folder: CityFolder, need_id: str, *, year: int | None = None) -> NeedExplanation:
    """Explain a need of one year's ledger.

    Raises
    ------
    MissingCity
        There is no ledger of that year.
    UnknownName
        The ledger has no such need; the nearest ids are offered.
    """
    ledger = read_needs(folder, year=year)
    found = ledger[ledger["need_id"] == need_id]
    if not len(found):
        raise UnknownName(Text("需求", "need"), need_id, ledger["need_id"])
    need = found.iloc[0].to_dict()
    evidence = tuple(read_evidence(need["evidence"]))
    grounds = dict.fromkeys(str(r["indicator"]) for r in evidence if r["role"] in ("raises", "raised", "met"))
    indicators = tuple(explain(i, folder, place=need["place_id"], year=year) for i in grounds)
    measures = by_need(read_measures(folder)).get(need_id, [])
    return NeedExplanation(need, evidence, indicators, tuple(measures))
