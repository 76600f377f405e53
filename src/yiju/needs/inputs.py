"""What differs between the inputs of two check-ups, as their manifests note them, table by table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from yiju.city.build import STAGES
from yiju.needs.comparison import Inputs
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Options of a source that change what its numbers mean; its file name and its hash do not.
_MEANING = ("datum", "complete_for", "role", "level", "suppressed")


def differing_inputs(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Inputs:
    """What differs between the inputs of two years; nothing is claimed where one is not known.

    A source of a kind that only one of the years has, or one that is read under another datum, role, level or
    promise of completeness, is another kind of input for every table that is made of it. Another file of the
    same kind is not: that is how a year's news comes in.

    Parameters
    ----------
    before, after
        Entries of city.toml as a build notes them, each with its ``sha256``.
    """
    if not before or not after:
        return Inputs()
    in_kind: dict[str, Text] = {}
    same: set[str] = set()
    for table, kinds in sources_of_tables().items():
        one, two = ([e for e in entries if e["kind"] in kinds] for entries in (before, after))
        why = _difference(one, two)
        if why is not None:
            in_kind[table] = why
        if _hashes(one) == _hashes(two):
            same.add(table)
    return Inputs(in_kind, frozenset(same))


@cache
def sources_of_tables() -> Mapping[str, frozenset[str]]:
    """Table -> kinds of source that enter it, through whatever stages of the build.

    Examples
    --------
    >>> sorted(sources_of_tables()["rain"])
    ['rain']
    >>> "osm" in sources_of_tables()["street_edges"]
    True
    """
    entering: dict[str, frozenset[str]] = {}
    tables: dict[str, frozenset[str]] = {}
    for stage in STAGES:
        entering[stage.name] = frozenset(stage.sources).union(*(entering[n] for n in stage.needs))
        tables.update(dict.fromkeys(stage.tables, entering[stage.name]))
    return tables


def _difference(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Text | None:
    old, new = _kinds(before), _kinds(after)
    gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
    if gone or come:
        return Text(
            f"输入：{'、'.join(sorted(old)) or '无'} → {'、'.join(sorted(new)) or '无'}",
            f"inputs: {', '.join(sorted(old)) or 'none'} → {', '.join(sorted(new)) or 'none'}",
        )
    for kind in sorted(old):
        if old[kind] != new[kind]:
            return Text(f"{kind} 的读取方式不同", f"{kind} is read otherwise")
    return None


def _kinds(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for entry in entries:
        kinds.setdefault(str(entry["kind"]), []).append(str({k: entry.get(k) for k in _MEANING}))
    return {kind: sorted(set(options)) for kind, options in kinds.items()}


def _hashes(entries: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return sorted((str(e["kind"]), str(e.get("sha256"))) for e in entries)
