"""Write TOML: the standard library only reads it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence


def toml_key(key: str) -> str:
    """A key, bare where TOML allows it.

    Examples
    --------
    >>> toml_key("L09"), toml_key("人口")
    ('L09', '"人口"')
    """
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml_value(key)


def toml_value(value: object) -> str:
    """A value on one line: string, number, boolean, list or inline table.

    Examples
    --------
    >>> toml_value({"people": "人口", "suppressed": [99, -1], "share": 0.5, "whole": True})
    '{ people = "人口", suppressed = [99, -1], share = 0.5, whole = true }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for the delete character, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{toml_key(str(k))} = {toml_value(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return f"[{', '.join(toml_value(v) for v in items)}]"
    msg = f"TOML has no {type(value).__name__}"
    raise TypeError(msg)


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = repr(value)
    return text if any(c in text for c in ".en") else f"{text}.0"
