"""The door of the room lets out a dozen names at most, all of them there."""

from __future__ import annotations

import pytest

import yiju.access


def test_every_name_of_the_door_is_there() -> None:
    assert len(yiju.access.__all__) <= 12
    for name in yiju.access.__all__:
        thing = getattr(yiju.access, name)
        assert getattr(thing, "__module__", thing.__name__).startswith("yiju.access")


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ginni'"):
        _ = yiju.access.ginni
