"""Names of indicators and codes as the catalogue has them; what it does not know is called by its own code.

A ledger may hold indicators that a later catalogue has dropped, and it has to stay readable.
"""

from __future__ import annotations

from yiju.checkup.catalogue import catalogue, read_catalogue
from yiju.text import Text


def indicator_name(code: str) -> Text:
    """Name of an indicator.

    Examples
    --------
    >>> indicator_name("L01").zh, indicator_name("X99").zh
    ('幼儿园服务覆盖率', 'X99')
    """
    known = catalogue().get(code)
    return Text(code, code) if known is None else known.name


def variant_name(indicator: str, code: str) -> Text:
    """Name of a variant of an indicator.

    Examples
    --------
    >>> variant_name("L01", "r300").en, variant_name("L01", "").en
    ('300 m', '')
    """
    known = catalogue().get(indicator)
    named = Text("", "") if known is None else known.variant(code).name
    return named if named.zh else Text(code, code)


def word(kind: str, code: str) -> Text:
    """The words of a code: a unit, method, status or grade.

    Examples
    --------
    >>> word("units", "m2").zh, word("units", "furlong").zh
    ('平方米', 'furlong')
    """
    return read_catalogue().words[kind].get(code, Text(code, code))
