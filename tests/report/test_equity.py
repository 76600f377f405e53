"""The page draws the curves that the check-up stored, with the Gini that belongs to them."""

from __future__ import annotations

from yiju.checkup.snapshot import read_curves


def test_the_curves_of_the_check_up_are_drawn(data, town):
    stored = read_curves(town)
    assert [c["variant"] for c in data["curves"]] == list(dict.fromkeys(stored["variant"]))
    for curve in data["curves"]:
        assert (curve["x"][0], curve["y"][0], curve["x"][-1], curve["y"][-1]) == (0, 0, 1, 1)
        assert all(curve["title"])
        assert all(curve["about"])


def test_each_curve_has_its_gini(data):
    found = {
        s["variant"]: s["value"][0]
        for s in data["series"]
        if s["indicator"] == "Q01" and s["level"] == "city"
    }
    assert all(found[curve["variant"]] is not None for curve in data["curves"])
