"""What a siting problem answered, in the words of a plan: which service at which site, how large, for how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.supply.plan.offers import Offers
    from yiju.supply.plan.unit_costs import Option
    from yiju.supply.siting import Siting


class Supply(NamedTuple):
    """One service at one site: how it comes about, its size and its cost without the site itself.

    ``people`` are those who get a place, where places are what is counted; else reach tells.
    """

    site_id: str
    service: str
    option: Option
    places: float
    floor_area_m2: float
    cost_yuan: float
    people: float | None = None


@dataclass(frozen=True, eq=False)
class Decision:
    """What a problem answered.

    Attributes
    ----------
    siting
        Sites with their proof.
    supplies
        Each service at each site, sites in the order of the candidates.
    site_yuan
        Fixed cost of each site that was chosen.
    years
        Year in which each site opens, where the problem decides that.
    closed
        Facilities that are there and would no longer offer the service; only where they need not stay.
    """

    siting: Siting
    supplies: tuple[Supply, ...]
    site_yuan: dict[str, float]
    years: dict[str, int] = field(default_factory=dict)
    closed: tuple[str, ...] = ()

    @property
    def spent_yuan(self) -> float:
        """Money in all."""
        return sum(self.site_yuan.values()) + sum(s.cost_yuan for s in self.supplies)

    @property
    def site_ids(self) -> tuple[str, ...]:
        """The chosen sites."""
        return tuple(dict.fromkeys(s.site_id for s in self.supplies))

    def hosting(self, code: str) -> list[str]:
        """Sites that take in a service."""
        return [s.site_id for s in self.supplies if s.service == code]


def decision_of(offers: Offers, found: Siting, hosts: Mapping[str, Iterable[int]]) -> Decision:
    """One unit of each service at each site that takes it in; what is there already costs nothing."""
    labels = offers.sites.frame.index
    of_site: dict[int, list[str]] = {}
    for code, positions in hosts.items():
        for site in positions:
            if int(site) < len(labels):
                of_site.setdefault(int(site), []).append(code)
    supplies = tuple(
        Supply(
            str(labels[site]),
            code,
            offers.option[site],
            float(offers.of[code].places),
            offers.of[code].floor_area_m2,
            float(offers.of[code].add_on_yuan[site]),
        )
        for site in sorted(of_site)
        for code in of_site[site]
    )
    return Decision(found, supplies, {str(labels[s]): float(offers.site_yuan[s]) for s in sorted(of_site)})
