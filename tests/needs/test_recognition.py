"""The ledger of a year: what raises a need, what does not, and what an earlier ledger adds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from yiju.checkup.observations import OBSERVATIONS, STATUSES
from yiju.city.folder import CityFolder
from yiju.city.toytown import toy_town
from yiju.errors import ConfigError
from yiju.needs import NEEDS, need_id, read_evidence, recognise

COMMUNITIES = ["c-0-0", "c-0-1", "c-1-0", "c-1-1"]
OLD = {"group": "age_60_plus"}


def _roles(needs: pd.DataFrame, row: int = 0) -> list[tuple[str, str]]:
    return [(r["kind"], r["role"]) for r in read_evidence(needs["evidence"].iloc[row])]


def test_a_community_without_day_care_within_reach(town, observation, observations) -> None:
    frame = observations(
        observation("L05", "c-0-0", 0.0, people=412.0, **OLD),
        observation("L05", "c-0-0", 10.0, people=1500.0),
        observation("L05", "c-0-0", 85.0, people=1500.0, method="official"),
        observation("L05", "c-1-1", 100.0, people=300.0, **OLD),
    )
    needs = recognise(frame, town, year=2024)
    assert len(needs) == 1
    need = needs.iloc[0]
    assert need["need_id"] == need_id("age_60_plus", "c-0-0", "elder_day_care", "none")
    assert (need["people"], need["share"], need["rank"], need["first_year"]) == (412.0, 1.0, 1, 2024)
    assert (need["service_class"], need["lead_unit"], need["instrument"]) == (
        "inclusive",
        "civil_affairs",
        "purchase",
    )
    assert (need["deadline_class"], need["deadline_reason"]) == ("best_effort", "")
    assert (
        need["sentence_zh"]
        == "1-1社区：412名60岁及以上老年人步行10分钟内没有老年人日间照料；普惠类；民政局牵头。"
    )
    assert need["sentence_en"] == (
        "1-1社区: 412 people of 60 and over have no day care for older people within a 10-minute walk; "
        "inclusive; civil affairs bureau leads."
    )
    severance = [r for r in read_evidence(need["evidence"]) if r["kind"] == "severance"]
    assert [(r["value"], r["unit"], r["variant"]) for r in severance] == [(75.0, "points", "r500")]


def test_evidence_holds_the_pair_and_says_what_it_was_held_against(town, observation, observations) -> None:
    frame = observations(
        observation("L05", "c-0-0", 30.0, **OLD),
        observation("L05", "c-0-0", 85.0, method="official"),
        observation("L05", "c-0-0", 60.0, method="official", variant="r300"),
        observation("L05", "c-0-0", 0.0, group="age_80_plus"),
        observation("L01", "c-0-0", 90.0, group="age_3_5"),
    )
    needs = recognise(frame, town, year=2024)
    assert _roles(needs) == [
        ("observation", "raises"),
        ("observation", "beside"),
        ("observation", "beside"),
        ("demand", "due_floor_area"),
    ]
    lead = read_evidence(needs["evidence"].iloc[0])[0]
    said = {
        "indicator": "L05",
        "method": "network",
        "variant": "r500",
        "group": "age_60_plus",
        "value": 30.0,
        "threshold": 60.0,
        "threshold_from": "floor",
        "n": 1000.0,
    }
    assert {k: lead[k] for k in said} == said


@pytest.mark.parametrize("status", ["screening", "not measurable"])
def test_a_screening_or_a_missing_input_raises_nothing(town, observation, observations, status) -> None:
    value = None if status == "not measurable" else 0.0
    frame = observations(observation("L05", "c-0-0", value, status=status, **OLD))
    assert len(recognise(frame, town, year=2024)) == 0


def test_requests_of_the_year_stand_beside_the_norm(town, observation, observations) -> None:
    frame = observations(
        observation("L05", "c-0-0", 0.0, **OLD),
        observation("L01", "c-0-0", 0.0, group="age_3_5", people=100.0),
    )
    needs = recognise(frame, town, year=2025).set_index("service")
    heard = {s: read_evidence(e)[-1] for s, e in needs["evidence"].items()}
    # toy town: every fourth of 360 requests is about day care, evenly spread, and none about kindergartens
    log = town.table("requests").query("service == 'elder_day_care' and community == 'c-0-0'")
    assert (heard["elder_day_care"]["role"], heard["elder_day_care"]["n"]) == ("voiced", len(log))
    assert (heard["kindergarten"]["role"], heard["kindergarten"]["n"]) == ("silent", 0)
    assert needs["deadline_class"].unique().tolist() == ["best_effort"]
    # a year without a log says nothing about silence
    assert _roles(recognise(frame, town, year=2023)) == [
        ("observation", "raises"),
        ("demand", "due_floor_area"),
    ]


def test_strong_complaints_set_a_deadline(tmp_path, observation, observations) -> None:
    loud = toy_town(tmp_path / "loud", blocks=4, communities=2)
    log = loud.table("requests")
    log.loc[log["service"] == "elder_day_care", "community"] = "c-0-0"  # four times the rate of the city
    loud.write_table("requests", log)
    frame = observations(*(observation("L05", place, 0.0, **OLD) for place in COMMUNITIES))
    needs = recognise(frame, loud, year=2025).set_index("place_id")
    assert needs["deadline_reason"].to_dict() == dict.fromkeys(COMMUNITIES, "") | {"c-0-0": "complaints"}
    assert needs.index[0] == "c-0-0"  # by deadline ranks before best effort


def test_an_earlier_ledger_gives_the_first_year_and_closes_what_is_met(
    town, observation, observations
) -> None:
    before = recognise(
        observations(
            observation("L05", "c-0-0", 0.0, **OLD),
            observation("L05", "c-0-1", 40.0, **OLD),
            observation("L05", "c-1-0", 40.0, **OLD),
        ),
        town,
        year=2023,
    )
    now = observations(
        observation("L05", "c-0-0", 82.0, **OLD),
        observation("L05", "c-0-1", 45.0, **OLD),
        observation(
            "L05",
            "c-1-0",
            None,
            status="not measurable",
            reason_zh="缺路网",
            reason_en="needs streets",
            **OLD,
        ),
    )
    needs = recognise(now, town, year=2024, earlier=before).set_index("place_id")
    assert needs["status"].to_dict() == {"c-0-1": "open", "c-1-0": "open", "c-0-0": "closed"}
    assert needs["first_year"].unique().tolist() == [2023]
    assert needs.loc["c-0-0", "closed_year"] == 2024
    assert needs.loc["c-0-0", "sentence_en"] == (
        "1-1社区: day care for older people now reaches 82% of people of 60 and over within a 10-minute walk "
        "(recognised in 2023, met in 2024); inclusive; civil affairs bureau leads."
    )
    unmeasured = read_evidence(needs.loc["c-1-0", "evidence"])
    assert [(r["kind"], r["role"]) for r in unmeasured] == [
        ("observation", "raised"),
        ("not measured", "beside"),
    ]
    assert unmeasured[-1]["reason_en"] == "needs streets"
    assert "2023年识别，2024年未测得" in needs.loc["c-1-0", "sentence_zh"]


def test_from_none_to_some_closes_the_one_and_opens_the_other(town, observation, observations) -> None:
    before = recognise(observations(observation("L05", "c-0-0", 0.0, **OLD)), town, year=2023)
    needs = recognise(observations(observation("L05", "c-0-0", 30.0, **OLD)), town, year=2024, earlier=before)
    assert needs[["step", "status", "first_year"]].values.tolist() == [
        ["reach", "open", 2024],
        ["none", "closed", 2023],
    ]


def test_what_sank_is_not_closed_but_goes_on(town, observation, observations) -> None:
    before = recognise(observations(observation("L05", "c-0-0", 30.0, **OLD)), town, year=2023)
    needs = recognise(observations(observation("L05", "c-0-0", 0.0, **OLD)), town, year=2024, earlier=before)
    assert needs[["step", "status", "first_year"]].values.tolist() == [["none", "open", 2023]]
    assert read_evidence(needs["evidence"].iloc[0])[-1]["need_id"] == before["need_id"].iloc[0]


def test_a_closed_need_stays_closed_until_it_is_missed_again(town, observation, observations) -> None:
    bad = observations(observation("L05", "c-0-0", 30.0, **OLD))
    good = observations(observation("L05", "c-0-0", 90.0, **OLD))
    first = recognise(bad, town, year=2022)
    second = recognise(good, town, year=2023, earlier=first)
    third = recognise(observations(), town, year=2024, earlier=second)
    assert third[["status", "closed_year"]].values.tolist() == [["closed", 2023]]
    fourth = recognise(bad, town, year=2025, earlier=third)
    assert fourth[["need_id", "status", "first_year"]].values.tolist() == [
        [first["need_id"].iloc[0], "open", 2022]
    ]


def test_a_modelled_value_does_not_close_what_was_counted(town, observation, observations) -> None:
    counted = recognise(observations(observation("L05", "c-0-0", 0.0, **OLD)), town, year=2023)
    modelled = observations(observation("L05", "c-0-0", 90.0, status="modelled", **OLD))
    assert recognise(modelled, town, year=2024, earlier=counted)["status"].tolist() == ["open"]
    guessed = recognise(
        observations(observation("L05", "c-0-0", 0.0, status="modelled", **OLD)), town, year=2023
    )
    assert recognise(modelled, town, year=2024, earlier=guessed)["status"].tolist() == ["closed"]


def test_long_unresolved_rises(town, observation, observations) -> None:
    frame = observations(
        observation("L09", "c-0-0", 30.0, people=1000.0), observation("L09", "c-0-1", 30.0, people=1010.0)
    )
    needs = recognise(frame, town, year=2021)
    assert needs["place_id"].tolist() == ["c-0-1", "c-0-0"]
    old = recognise(observations(observation("L09", "c-0-0", 30.0)), town, year=2018)
    needs = recognise(frame, town, year=2021, earlier=old)
    assert needs["place_id"].tolist() == ["c-0-0", "c-0-1"]
    assert needs["deadline_reason"].tolist() == ["unresolved", ""]


def test_the_city_may_set_its_floor_and_the_evidence_says_so(town, observation, observations) -> None:
    config = town.config.__class__(**{**vars(town.config), "settings": {"need_floor": 80}})
    needs = recognise(
        observations(observation("L05", "c-0-0", 70.0, **OLD)), CityFolder(town.path, config), year=2024
    )
    lead = read_evidence(needs["evidence"].iloc[0])[0]
    assert (lead["threshold"], lead["threshold_from"]) == (80.0, "city.toml")


def test_the_floor_of_the_city_must_be_a_percentage(town, observations) -> None:
    config = town.config.__class__(**{**vars(town.config), "settings": {"need_floor": "high"}})
    with pytest.raises(ConfigError, match="need_floor"):
        recognise(observations(), CityFolder(town.path, config), year=2024)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["L01", "L05", "L09"]),
        st.sampled_from(COMMUNITIES),
        st.sampled_from([0.0, 0.0, 20.0, 59.9, 60.0, 100.0]),
        st.floats(0, 5000),
        st.sampled_from(STATUSES),
    ),
    max_size=10,
    unique_by=lambda row: row[:2],
)


def _frame(rows, observation) -> pd.DataFrame:
    group = {"L01": "age_3_5", "L05": "age_60_plus", "L09": "all"}
    made = [
        observation(
            i,
            place,
            None if status == "not measurable" else value,
            people=people,
            status=status,
            group=group[i],
        )
        for i, place, value, people, status in rows
    ]
    made += [observation(i, place, 80.0, method="official", group="all") for i, place, *_ in rows]
    return OBSERVATIONS.validate(pd.DataFrame(made)) if made else OBSERVATIONS.empty()


@settings(max_examples=10, deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_a_ledger_keeps_its_word(town, observation, before_rows, rows, random) -> None:
    before = recognise(_frame(before_rows, observation), town, year=2023)
    frame = _frame(rows, observation)
    needs = recognise(frame, town, year=2024, earlier=before)
    # the order of rows does not matter
    shuffled = frame.sample(frac=1, random_state=random.randint(0, 2**31)) if len(frame) else frame
    assert_frame_equal(recognise(shuffled, town, year=2024, earlier=before), needs)
    # once more changes nothing
    assert_frame_equal(recognise(frame, town, year=2024, earlier=needs), needs)
    # ranks are 1 to n, open needs first
    assert needs["rank"].tolist() == list(range(1, len(needs) + 1))
    assert needs["status"].tolist() == sorted(needs["status"], reverse=True)
    # every need of the past is still spoken of: open, closed, or sunk to none
    spoken = set(needs["need_id"]) | {
        r["need_id"] for e in needs["evidence"] for r in read_evidence(e) if r["kind"] == "earlier"
    }
    assert set(before["need_id"]) <= spoken
    for row in needs.to_dict("records"):
        refs = read_evidence(row["evidence"])
        assert row["need_id"] == need_id(row["group"], row["place_id"], row["service"], row["step"])
        raising = [r for r in refs if r["role"] in ("raises", "raised")]
        assert raising
        assert all(r["status"] in ("measured", "modelled") for r in raising)
        assert row["people"] <= raising[0]["n"] + 1e-6
        if row["status"] == "closed":
            assert [r["status"] for r in refs if r["role"] == "met"] in (["measured"], ["modelled"])
    assert_frame_equal(NEEDS.validate(needs), needs)


def test_each_hazard_must_be_gone_before_a_home_is_safe(town, observation, observations) -> None:
    def hazards(**counts):
        found = {"method": "table", "variant": "", "unit": "building", "edition": "2025"}
        return observations(*(observation(i, "c-0-0", n, people=None, **found) for i, n in counts.items()))

    before = recognise(hazards(B01=2.0, B02=5.0), town, year=2023)
    assert before[["service", "step", "deadline_reason", "indicator"]].values.tolist() == [
        ["safe_home", "quality", "safety", "B02"]
    ]
    assert (
        before["sentence_zh"].iloc[0]
        == "1-1社区：存在燃气安全隐患的住宅数量为5栋，应为0；基本类；限时解决；住房城乡建设局牵头。"
    )
    # gas was mended, the structure was not looked at again
    half = recognise(hazards(B02=0.0), town, year=2024, earlier=before)
    assert half["status"].tolist() == ["open"]
    assert recognise(hazards(B01=0.0, B02=0.0), town, year=2024, earlier=before)["status"].tolist() == [
        "closed"
    ]


def test_a_severed_community_names_what_cuts_it_off(tmp_path, observation, observations) -> None:
    severed = toy_town(tmp_path / "severed", blocks=8, communities=2, severed=True)
    gap = {"variant": "", "unit": "points", "people": 9.0, "threshold": 20.0}
    needs = recognise(
        observations(observation("L20", "c-1-1", 32.0, **gap), observation("L20", "c-0-0", 19.0, **gap)),
        severed,
        year=2024,
    )
    assert needs[["service", "step", "place_id"]].values.tolist() == [["street_network", "reach", "c-1-1"]]
    people = severed.table("residents").query("community == 'c-1-1'")["people"].sum()
    assert needs["people"].iloc[0] == pytest.approx(0.32 * people)
    assert "疑被铁路阻隔" in needs["sentence_zh"].iloc[0]
    assert "probably cut off by the railway" in needs["sentence_en"].iloc[0]
