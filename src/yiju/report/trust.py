"""How far the data carry: said before any number is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from yiju.checkup.catalogue import catalogue
from yiju.checkup.off_network import remark_on
from yiju.report.overview import TRUST_PARTS
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.report.material import Material


@dataclass(frozen=True)
class Part:
    """So many indicators of the catalogue are in this state."""

    key: str
    count: int
    name: Text
    about: Text


@dataclass(frozen=True)
class Layer:
    """One facility layer: how many are known, how many the population is due, what peers have, what to think of it."""

    service: str
    trusted: bool
    verdict: Text
    found: int
    due: int | None
    share: float | None
    peers: float | None


@dataclass(frozen=True)
class Trust:
    """What the reader has to know before reading on."""

    material: Material
    states: Mapping[str, str]

    @cached_property
    def parts(self) -> list[Part]:
        """Indicators by what the data allow, the strongest first; none left out."""
        counted = Counter(self.states.values())
        return [
            Part(key, counted[key], say(f"trust.part.{key}"), say(f"trust.part.{key}.about"))
            for key in TRUST_PARTS
        ]

    @cached_property
    def layers(self) -> list[Layer]:
        """Every facility layer that is known or due, the least trusted first."""
        rows = self.material.completeness
        rows = rows[(rows["found"] > 0) | rows["expected"].notna() | rows["trusted"]]
        rows = rows.sort_values("trusted", kind="stable")
        return [
            Layer(
                service=row["service"],
                trusted=bool(row["trusted"]),
                verdict=Text(row["verdict_zh"], row["verdict_en"]),
                found=int(row["found"]),
                due=_whole(row["expected"]),
                share=_known(row["ratio"]),
                peers=_known(row["peer_ratio"]),
            )
            for row in rows.to_dict("records")
        ]

    @cached_property
    def notes(self) -> list[Text]:
        """Sentences that a reader must have read before citing a number."""
        config = self.material.folder.config
        places = self.material.places
        cells = self.material.table("residents")
        communities = places[places["level"] == "community"]
        weak = sum(not layer.trusted and layer.found > 0 for layer in self.layers)
        provisional = sum(i.provisional for i in catalogue().values())
        own = [
            f"{catalogue()[i].name.zh if i in catalogue() else i} {v:g}" for i, v in config.thresholds.items()
        ]
        own_en = [
            f"{catalogue()[i].name.en if i in catalogue() else i} {v:g}" for i, v in config.thresholds.items()
        ]
        notes: list[tuple[bool, Text]] = [
            (config.weights_only, say("trust.note.weights")),
            (bool((communities["origin"] == "approximate").any()), say("trust.note.approximate")),
            (weak > 0, say("trust.note.screening", n=weak)),
            (bool((cells["status"] == "modelled").any()), say("trust.note.modelled")),
            (not any(str(c).startswith("age_") for c in cells.columns), say("trust.note.ages")),
            (bool(own), say("trust.note.overridden", items=Text("、".join(own), ", ".join(own_en)))),
            (provisional > 0, say("trust.note.provisional", n=provisional)),
        ]
        # check-ups of versions before did not look who lies off the network
        off_network = remark_on(self.material.manifest.get("off_network"))
        return [note for holds, note in notes if holds] + ([off_network] if off_network else [])


def _known(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 3)


def _whole(value: float) -> int | None:
    return None if pd.isna(value) else round(value)
