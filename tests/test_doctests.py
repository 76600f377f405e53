"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import yiju


def _modules() -> list[str]:
    return sorted(m.name for m in pkgutil.walk_packages(yiju.__path__, "yiju."))


@pytest.mark.parametrize("name", _modules())
def test_examples_run(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    outcome = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert outcome.failed == 0, f"{outcome.failed} of {outcome.attempted} examples of {name} fail"


def test_there_are_examples_at_all() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(len([t for t in finder.find(importlib.import_module(m)) if t.examples]) for m in _modules())
    assert found >= 40, f"only {found} docstrings of the package have an example"
