"""The door of the room, and what stands behind it."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

import yiju.needs
from yiju.city.services import SERVICES
from yiju.needs.barriers import Barriers
from yiju.needs.contract import NEEDS
from yiju.needs.deadlines import deadline_reason
from yiju.needs.evidence import read_evidence, write_evidence


def test_the_door_is_narrow_and_every_name_is_there() -> None:
    assert len(yiju.needs.__all__) <= 12
    assert all(getattr(yiju.needs, name) is not None for name in yiju.needs.__all__)


def test_the_contract_has_the_columns_that_others_rely_on() -> None:
    # the names of the issue that this room was made for
    due = (
        "need_id group place_id level service step people service_class lead_unit deadline_class evidence "
        "sentence_zh sentence_en"
    )
    assert set(due.split()) <= {c.name for c in NEEDS.columns}


def test_deadlines_speak_of_services_that_exist() -> None:
    named = [s for s in SERVICES if deadline_reason(s, "none")]
    assert {"fire_station", "safe_home", "health_station"} <= set(named)


VALUE = st.one_of(
    st.none(), st.text(max_size=5), st.floats(allow_nan=True, allow_infinity=False), st.integers()
)


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=4), VALUE, max_size=4), max_size=4))
def test_evidence_survives_the_disk(refs) -> None:
    stored = write_evidence(refs)
    json.loads(stored)
    unknown = [{k: None if isinstance(v, float) and math.isnan(v) else v for k, v in r.items()} for r in refs]
    assert read_evidence(stored) == unknown


def test_barriers_are_looked_up_on_the_map(town) -> None:
    barriers = Barriers(town, town.table("places"))
    # toy town: a stream 30 m south of the town, a railway 40 m beyond its northern end
    assert barriers.of("c-0-0").en == "water"
    assert barriers.of("c-0-1").en == "the railway"
    assert barriers.of("s-0").zh == "铁路与水系"
    assert barriers.of("nowhere") is None
