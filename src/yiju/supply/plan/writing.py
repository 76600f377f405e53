"""A plan on disk: ``CITY/plans/NAME``, written whole or not at all.

====================  ===========================================================================================
``plan.json``         what was asked, objective, bound, gap, proof, money, people, assumptions, notes
``sites.parquet``     points: rank, name, place, services, floor, money, people, gain, next best site, why here
``supplies.parquet``  each service at a site: how it comes about, places, floor, money, people, money for each place
``served.parquet``    points: each home cell and service, the walk before and after, the site that serves it
``curve.parquet``     people gained at other budgets, with bounds
``equity.parquet``    Lorenz curves of places a person within the walk, before and after
``refused.parquet``   candidates that were left out, and why
====================  ===========================================================================================
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from yiju.city.folder import read_frame, unwritable
from yiju.errors import ContractError, MissingCity
from yiju.supply.plan.making import Plan
from yiju.supply.plan.question import check_name
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder

# Table of a plan -> whether it has a geometry.
_TABLES = {
    "sites": True,
    "supplies": False,
    "served": True,
    "curve": False,
    "equity": False,
    "refused": False,
}


def plan_dir(folder: CityFolder, name: str) -> Path:
    """Where a plan of that name is kept.

    Raises
    ------
    InputError
        The name cannot be a folder's.
    """
    check_name(name)
    return folder.path / "plans" / name


def write_plan(folder: CityFolder, plan: Plan) -> Path:
    """Store a plan in place of one of the same name.

    Raises
    ------
    SnapshotError
        It could not be stored; what was there stays whole.
    """
    at = plan_dir(folder, plan.name)
    fresh, old = at.with_name(f".{at.name}.new"), at.with_name(f".{at.name}.old")
    try:
        _recover(at)
        fresh.mkdir(parents=True)
        for table in _TABLES:
            getattr(plan, table).to_parquet(fresh / f"{table}.parquet", index=False)
        text = json.dumps(plan.about, ensure_ascii=False, indent=2)
        (fresh / "plan.json").write_text(text + "\n", encoding="utf-8")
        if at.is_dir():
            at.rename(old)
        fresh.rename(at)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as cause:
        raise unwritable(at, cause) from cause
    finally:
        _recover(at)
    return at


def _put_back(at: Path) -> None:
    """Put back the old folder where a kill came between two renames."""
    old = at.with_name(f".{at.name}.old")
    if old.is_dir() and not at.is_dir():
        old.rename(at)


def _recover(at: Path) -> None:
    """Put back the old folder, and sweep away what was being written; who only reads leaves that alone."""
    fresh, old = at.with_name(f".{at.name}.new"), at.with_name(f".{at.name}.old")
    _put_back(at)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(fresh, ignore_errors=True)


def read_plan(folder: CityFolder, name: str) -> Plan:
    """The stored plan of that name.

    Raises
    ------
    MissingCity
        There is none.
    ContractError
        A file of it is broken.
    """
    at = plan_dir(folder, name)
    _put_back(at)
    if not (at / "plan.json").is_file():
        names = plan_names(folder)
        known = Text("、".join(names) or "无", ", ".join(names) or "none")
        raise MissingCity(
            Text(
                f"没有名为“{name}”的方案。已有：{known.zh}。",
                f"There is no plan {name!r}. There are: {known.en}.",
            ),
            hint=Text(f"请运行 yiju plan {folder.path}。", f"Run `yiju plan {folder.path}`."),
        )
    try:
        about = json.loads((at / "plan.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        file = at / "plan.json"
        raise ContractError(
            Text(f"{file} 不完整，无法读取：{cause}", f"{file} is not whole and cannot be read: {cause}"),
            hint=Text(f"请重新运行 yiju plan {folder.path}。", f"Run `yiju plan {folder.path}` again."),
        ) from cause
    tables = {name: read_frame(at / f"{name}.parquet", geometry=shaped) for name, shaped in _TABLES.items()}
    return Plan(about, **tables)


def plan_names(folder: CityFolder) -> list[str]:
    """Names of the stored plans, in order."""
    return sorted(f.parent.name for f in (folder.path / "plans").glob("[!.]*/plan.json"))
