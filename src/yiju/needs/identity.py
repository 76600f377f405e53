"""What makes two needs the same need: group, place, service and step. Nothing else enters the id."""

from __future__ import annotations

import hashlib

# Crockford's base 32: no I, L, O, U, so that an id survives being read out over a telephone
# Source: D. Crockford, Base 32 encoding, https://www.crockford.com/base32.html
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Eight digits are 40 bits: among 10,000 needs of a city two are the same with probability 5e-5 (birthday
# bound n²/2m)
_LENGTH = 8


def need_id(group: str, place_id: str, service: str, step: str) -> str:
    """The id of a need, the same in every year and on every machine.

    Examples
    --------
    >>> need_id("age_60_plus", "5001-03", "elder_day_care", "none")
    'N-P507T7N0'
    >>> need_id("age_60_plus", "5001-03", "elder_day_care", "reach")
    'N-YQGC6XS2'
    """
    digest = hashlib.sha256(f"{group}\x1f{place_id}\x1f{service}\x1f{step}".encode()).digest()
    number = int.from_bytes(digest, "big") >> (256 - 5 * _LENGTH)
    return "N-" + "".join(_DIGITS[number >> (5 * i) & 31] for i in reversed(range(_LENGTH)))
