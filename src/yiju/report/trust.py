"""How far the data carry: said before any number is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from yiju.checkup.catalogue import catalogue
from yiju.checkup.layers import Layers
from yiju.city.services import SERVICES
from yiju.report.material import Material
from yiju.report.overview import TRUST_PARTS
from yiju.report.words import say
from yiju.text import Text


@dataclass(frozen=True)
class Part:
    """So many indicators of the catalogue are in this state."""

    key: str
    count: int
    name: Text
    about: Text


@dataclass(frozen=True)
class Layer:
    """One facility layer: how many are known, how many the population is due, and how far it can be trusted."""

    service: str
    status: str
    found: int
    due: int | None

    @property
    def share(self) -> float | None:
        """Known over due; None where nothing is due."""
        return self.found / self.due if self.due else None


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
            Part(key, counted[key], say(f"trust.part.{key}"), say(f"trust.part.{key}.about")) for key in TRUST_PARTS
        ]

    @cached_property
    def layers(self) -> list[Layer]:
        """Every facility layer of the service catalogue that is known or due."""
        judge = Layers(self.material.folder.table("facilities"), self.material.folder.config)
        people = self.material.people.get(self.material.city_id)
        out = []
        for service in SERVICES.values():
            if not service.is_facility:
                continue
            found = judge.count(service.code)
            due = None if not people or not service.duty_people else max(1, round(people / service.duty_people))
            if found or due:
                trusted = judge.trusts(service.code)
                status = "vouched" if judge.vouched(service.code) else "table" if trusted else "screening"
                out.append(Layer(service.code, status if found or trusted else "empty", found, due))
        return out

    @cached_property
    def notes(self) -> list[Text]:
        """Sentences that a reader must have read before citing a number."""
        config = self.material.folder.config
        places = self.material.places
        cells = self.material.folder.table("residents")
        communities = places[places["level"] == "community"]
        weak = sum(layer.status == "screening" for layer in self.layers)
        provisional = sum(i.provisional for i in catalogue().values())
        own = [f"{catalogue()[i].name.zh if i in catalogue() else i} {v:g}" for i, v in config.thresholds.items()]
        own_en = [f"{catalogue()[i].name.en if i in catalogue() else i} {v:g}" for i, v in config.thresholds.items()]
        notes: list[tuple[bool, Text]] = [
            (config.weights_only, say("trust.note.weights")),
            (bool((communities["origin"] == "approximate").any()), say("trust.note.approximate")),
            (weak > 0, say("trust.note.screening", n=weak)),
            (bool((cells["status"] == "modelled").any()), say("trust.note.modelled")),
            (not any(str(c).startswith("age_") for c in cells.columns), say("trust.note.ages")),
            (bool(own), say("trust.note.overridden", items=Text("、".join(own), ", ".join(own_en)))),
            (provisional > 0, say("trust.note.provisional", n=provisional)),
        ]
        return [note for holds, note in notes if holds]
