"""The page is one file that needs nothing else, holds everything, and cannot be broken by a name."""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re

import pytest
from tests.report.conftest import HOSTILE, data_of, needs_of, one_of, render

from yiju.checkup.catalogue import catalogue
from yiju.needs import read_needs, read_observations
from yiju.report.geometry import decode
from yiju.report.material import Material
from yiju.text import Text


def test_there_is_no_address_outside(page):
    # the only addresses are names of XML vocabularies, which nobody fetches
    found = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s\"'<>)]*", page))
    assert found <= {"http://www.w3.org/2000/svg"}
    assert not re.search(
        r"(?:src|srcset|poster)\s*=|@import|@font-face|url\((?!data:)|<link|<iframe|new Worker", page
    )


def test_the_browser_is_told_to_fetch_nothing_and_run_only_our_script(page):
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])
    assert "default-src 'none'" in policy
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_every_indicator_is_there_with_its_definition(data):
    assert [i["id"] for i in data["indicators"]] == list(catalogue())
    for entry in data["indicators"]:
        for field in ("name", "formula", "source", "body", "inputs"):
            assert all(words.strip() for words in entry[field]), (entry["id"], field)


def test_every_need_is_there_in_both_languages(data, town):
    needs = read_needs(town)
    shown = {n["id"]: n for n in needs_of(data)}
    assert set(shown) == set(needs["need_id"])
    for row in needs.to_dict("records"):
        need = shown[row["need_id"]]
        assert need["sentence"] == [row["sentence_zh"], row["sentence_en"]]
        assert (need["place"], need["service"], need["rank"]) == (
            row["place_id"],
            row["service"],
            row["rank"],
        )
        people = math.nan if need["people"] is None else need["people"]
        assert people == pytest.approx(row["people"], abs=0.05, nan_ok=True)


def test_every_observation_is_there(data, town):
    rows = read_observations(town)
    stored = {
        (s["indicator"], s["method"], s["variant"], s["group"], place["id"]): value
        for s in data["series"]
        for place, value in zip(
            [p for p in data["places"] if p["level"] == s["level"]], s["value"], strict=True
        )
    }
    for row in rows[rows["value"].notna()].to_dict("records"):
        key = (row["indicator"], row["method"], row["variant"], row["group"], row["place_id"])
        assert stored[key] == pytest.approx(row["value"], abs=0.06), key


def test_what_is_not_measurable_is_null_with_its_reason_and_never_0(data, town):
    rows = read_observations(town)
    missing = rows[
        (rows["status"] == "not measurable") & (rows["level"] == "city") & (rows["group"] == "all")
    ]
    assert len(missing)
    series = {(s["indicator"], s["method"], s["variant"]): s for s in data["series"] if s["level"] == "city"}
    for row in missing.to_dict("records"):
        found = series[row["indicator"], row["method"], row["variant"]]
        assert found["value"] == [None]
        assert data["texts"][found["reason"]] == [row["reason_zh"], row["reason_en"]]


def test_every_ground_of_a_need_can_be_walked_to(data):
    for need in needs_of(data):
        assert need["evidence"]
        for role, number, _, name, value in need["evidence"]:
            assert f"evidence.{role}" in data["words"]
            assert number >= 0 or value is not None or name or role in ("silent", "earlier", "not measured")


def test_lists_have_a_row_for_each_need(data, town):
    needs = read_needs(town)
    rows = {li["key"]: len(li["needs"]) for li in data["lists"]}
    opened = int((needs["status"] == "open").sum())
    assert rows == {"problem_list": opened, "problem_ledger": len(needs), "rectification_list": opened}


def test_lists_say_what_the_official_views_say(data, town):
    material = Material.read(town, 2025)
    needs = needs_of(data)
    for stored in data["lists"]:
        view = material.views[stored["key"]]
        for row, (number, expected) in enumerate(zip(stored["needs"], view.rows, strict=True)):
            for column, key in zip(stored["columns"], view.headings, strict=True):
                if column["kind"] == "need":
                    assert needs[number]["id"] == expected[key]
                elif column["kind"] == "sentence":
                    assert needs[number]["sentence"] == list(expected[key])
                else:
                    cell = one_of(column["cells"], row)
                    said = data["texts"][cell] if column["kind"] == "text" and isinstance(cell, int) else cell
                    assert said == (list(expected[key]) if isinstance(expected[key], Text) else expected[key])


def test_places_have_a_shape_and_a_label_inside(data):
    for place in data["places"]:
        assert place["shape"]
        points = decode(place["shape"][0])
        xs, ys, x, y = [], [], 0, 0
        for dx, dy in zip(points[::2], points[1::2], strict=True):
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
        assert min(xs) <= place["at"][0] <= max(xs)
        assert min(ys) <= place["at"][1] <= max(ys)


def test_two_years_are_compared(data, page):
    change = data["change"]
    assert (change["earlier"], change["year"]) == (2024, 2025)
    kindergarten = [n for n in change["numbers"] if n["name"][1] == "Kindergarten coverage"]
    assert kindergarten
    assert all(n["change"] > 0 for n in kindergarten)
    assert change["fates"]["closed"] > 0
    assert '<section id="change"' in page


def test_a_first_year_has_nothing_to_compare_with(hostile):
    page = render(hostile)
    assert data_of(page)["change"] is None
    assert '<section id="change"' not in page
    assert data_of(page)["counts"]["raised"] is None


def test_names_cannot_break_out(hostile):
    page = render(hostile)
    assert data_of(page)["places"][0]["name"] == HOSTILE
    assert "<script>alert" not in page
    assert len(re.findall(r"<script", page)) == 2
    assert "\u2028" not in page.split('id="data">')[1].split("</script>")[0]


def test_the_essentials_are_readable_without_scripts(page, town):
    essentials = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    needs = read_needs(town)
    first = needs[needs["status"] == "open"].sort_values("rank").iloc[0]
    assert html.escape(first["sentence_zh"], quote=False) in essentials
    assert first["sentence_en"].split(":")[0] in essentials
    assert "社区养老服务覆盖率" in essentials
    assert "Elder-care coverage" in essentials


def test_the_same_material_gives_the_same_bytes(town, page):
    assert render(town) == page


def test_the_page_is_small(page):
    assert len(page.encode()) < 2_000_000
