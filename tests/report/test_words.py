"""Both languages are complete, and no word is missing or idle."""

from __future__ import annotations

import re

import pytest
from tests.report.conftest import sources

from yiju.report.words import words

USED = "\n".join(sources().values())
# `say("a.b")`, `t("a.b")`, `words["a.b"]`; a key that is put together names its beginning: `say(`a.${...}`)`
LITERAL = set(re.findall(r'["`\']([a-z_]+(?:\.[a-z_0-9 ]+)*)["`\']', USED))
BEGINNINGS = set(re.findall(r'["`\']([a-z_]+(?:\.[a-z_]+)*\.)(?:\$?\{|["\'] ~)', USED)) | {
    f"{kind}." for kind in ("directions", "facility_sources")
}


@pytest.mark.parametrize("key", list(words()))
def test_a_word_is_there_in_both_languages_with_the_same_blanks(key):
    text = words()[key]
    assert text.zh.strip()
    assert text.en.strip()
    assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en))
    assert re.search(r"[一-鿿]", text.zh) or key == "sheet.area", f"{key} has no Chinese"


def test_every_key_that_is_asked_for_is_there():
    asked = set(re.findall(r'\b(?:say|t)\(\s*f?["`\']([a-z_]+(?:\.[a-z_0-9 ]+)*)["`\']', USED))
    assert asked - set(words()) == set()


def test_no_word_is_idle():
    idle = [k for k in words() if k not in LITERAL and not any(k.startswith(b) for b in BEGINNINGS)]
    assert idle == []
