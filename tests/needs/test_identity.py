"""The id of a need: the same for the same need, different for any other."""

from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from yiju.city.services import GROUPS, SERVICES
from yiju.needs import STEPS, need_id

NEED = st.tuples(
    st.sampled_from(sorted(GROUPS)),
    st.text(min_size=1, max_size=12),
    st.sampled_from(sorted(SERVICES)),
    st.sampled_from(STEPS),
)


@given(NEED, NEED)
def test_needs_differ_if_and_only_if_their_ids_do(a, b) -> None:
    assert (need_id(*a) == need_id(*b)) == (a == b)


@given(NEED)
def test_an_id_can_be_read_out(need) -> None:
    assert re.fullmatch(r"N-[0-9A-HJKMNP-TV-Z]{8}", need_id(*need))


def test_the_id_is_the_first_forty_bits_of_the_hash() -> None:
    # golden: `printf 'age_60_plus\x1f5001-03\x1felder_day_care\x1fnone' | sha256sum`, first ten hex digits
    digest = hashlib.sha256(b"age_60_plus\x1f5001-03\x1felder_day_care\x1fnone").hexdigest()
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for digit in need_id("age_60_plus", "5001-03", "elder_day_care", "none")[2:]:
        number = number * 32 + digits.index(digit)
    assert f"{number:010x}" == digest[:10]
