"""What each stage of a build made, kept beside the key of what it was made from.

A stage's products lie in ``tables/.stages/STAGE/`` until the whole build is done; then the tables among them
move to ``tables/``, each in one step. So a build that was stopped goes on where it stopped, and until it is
done the tables of the build before stay as they were, all of them.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yiju.city.folder import read_frame, store_whole, unwritable
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from yiju.progress import Progress

# Parts of a shapefile: a change of any is a change of the file.
# Source: ESRI Shapefile Technical Description (1998), and the usual .cpg beside it.
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# Their versions can change what a build makes.
_LIBRARIES = ("numpy", "scipy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "osmium")


def files_of(path: Path) -> list[Path]:
    """All files that an input consists of: a folder's, a shapefile's parts, or the file itself.

    Examples
    --------
    >>> files_of(Path("streets.graphml"))
    [PosixPath('streets.graphml')]
    """
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file())
    if path.suffix.lower() == ".shp":
        return sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() in _SHAPEFILE_PARTS)
    return [path]


class InputHashes:
    """SHA-256 of input files; a file whose size and time have not changed is not read again."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, list[Any]] = _read_json(memory)
        self._seen: dict[str, list[Any]] = {}

    def of(self, path: Path) -> str:
        """The hash of an input, be it a file or a folder.

        Raises
        ------
        InputError
            There is no such file, or it may not be read.
        """
        try:
            files = files_of(path)
            if not files or not path.exists():
                raise FileNotFoundError
            digests = [f"{file.name}:{self._one(file)}" for file in files]
        except OSError as cause:
            raise InputError(
                Text("文件不存在或无法读取。", "there is no such file, or it may not be read."),
                file=path,
                hint=Text(
                    f"请核对 city.toml 中的 file（{path}）。", f"See the file entry in city.toml ({path})."
                ),
            ) from cause
        if len(digests) == 1:
            return digests[0].partition(":")[2]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    def _one(self, file: Path) -> str:
        stat = file.stat()
        mark = [stat.st_size, stat.st_mtime_ns]
        known = self._known.get(str(file))
        if known is not None and known[:2] == mark:
            digest = str(known[2])
        else:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self._seen[str(file)] = [*mark, digest]
        return digest

    def remember(self) -> None:
        """Keep the hashes of the files that were asked for."""
        if self._seen != self._known:
            _write_json(self._memory, self._seen)


def code_version() -> str:
    """A hash of this room's source and of the libraries whose versions can change what it makes."""
    room = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted([*room.rglob("*.py"), *room.rglob("*.toml")]):
        if "demo" not in file.relative_to(room).parts:
            digest.update(file.relative_to(room).as_posix().encode())
            digest.update(file.read_bytes())
    for name, version in library_versions().items():
        digest.update(f"{name}={version}".encode())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of Yiju and of the libraries that a build rests on."""
    return {name: importlib.metadata.version(name) for name in ("yiju", *_LIBRARIES)}


def key_of(*parts: object) -> str:
    """A key for whatever JSON can say: equal keys, equal parts.

    Examples
    --------
    >>> key_of("osm", {"a": 1, "b": 2}) == key_of("osm", {"b": 2, "a": 1})
    True
    """
    said = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass
class StageRecord:
    """What is kept of a stage besides its products."""

    key: str
    seconds: float
    decisions: list[dict[str, Any]] = field(default_factory=list)
    products: dict[str, list[int]] = field(default_factory=dict)  # name -> size and time of its file
    rejected: int = 0


class StageStore:
    """The products of all stages of one city folder."""

    def __init__(self, tables_dir: Path) -> None:
        self._tables = tables_dir
        self._root = tables_dir / ".stages"
        self.hashes = InputHashes(self._root / "inputs.json")

    def record(self, stage: str, key: str) -> StageRecord | None:
        """What was kept of the stage, if it was made with this key and its products are all still there."""
        said = _read_json(self._root / stage / "stage.json")
        if said.get("key") != key:
            return None
        record = StageRecord(**said)
        whole = all(_mark(self.file(stage, name)) == mark for name, mark in record.products.items())
        return record if whole else None

    def file(self, stage: str, product: str) -> Path:
        """Where a product is: with its stage, or among the tables."""
        staged = self._staged(stage, product)
        return staged if staged.exists() else self._tables / f"{product}.parquet"

    def _staged(self, stage: str, product: str) -> Path:
        return self._root / stage / f"{product}.parquet"

    def load(self, stage: str, product: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """A product, as it was kept."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - a build that changes nothing loads nothing

        file = self.file(stage, product)
        geometry = b"geo" in (pq.read_schema(file).metadata or {})
        return read_frame(file, geometry=geometry)

    def keep(self, stage: str, products: Mapping[str, pd.DataFrame], record: StageRecord) -> None:
        """Store what a stage made; its record last, so that a stage half stored counts as not made.

        Raises
        ------
        SnapshotError
            The disk is full or may not be written to; the tables stay as they were.
        """
        note = self._root / stage / "stage.json"
        note.unlink(missing_ok=True)
        for name, frame in products.items():
            store_whole(self._staged(stage, name), partial(frame.to_parquet, index=False))
            record.products[name] = _mark(self._staged(stage, name))
        _write_json(note, record.__dict__)

    def publish(self, stages: Mapping[str, tuple[str, ...]], extra: Mapping[Path, bytes]) -> None:
        """Move the tables to where everybody reads them, and write the files that go with them.

        Parameters
        ----------
        stages
            Stage -> names of its products that are tables.
        extra
            Further files and what they hold.

        Raises
        ------
        SnapshotError
            The disk is full or may not be written to.
        """
        scratches = {}
        try:
            for file, content in extra.items():
                scratches[file] = file.with_name(f"{file.name}.part")
                scratches[file].write_bytes(content)
            with _undisturbed():
                for stage, tables in stages.items():
                    for table in tables:
                        staged = self._staged(stage, table)
                        if staged.exists():
                            staged.replace(self._tables / f"{table}.parquet")
                for file, scratch in scratches.items():
                    scratch.replace(file)
        except OSError as cause:
            raise unwritable(self._tables, cause) from cause
        finally:
            for scratch in scratches.values():
                scratch.unlink(missing_ok=True)


@contextmanager
def alone(tables_dir: Path, progress: Progress) -> Iterator[None]:
    """Be the only build of a folder; a second one waits for the first, and says so.

    The lock is the system's own: it goes when the process does, however that ends. Where the system has none
    (Windows), two builds at once are the user's affair.
    """
    try:
        import fcntl  # noqa: PLC0415
    except ImportError:
        yield
        return
    file = tables_dir / ".stages" / "lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        held = file.open("a")
    except OSError as cause:
        raise unwritable(file, cause) from cause
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.step(
                Text(
                    "另一构建正在进行，等待其完成", "Another build of this folder is running; waiting for it"
                )
            )
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C for the few milliseconds in which the tables change places."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if asked:
            raise KeyboardInterrupt


def _mark(file: Path) -> list[int]:
    try:
        stat = file.stat()
    except OSError:
        return []
    return [stat.st_size, stat.st_mtime_ns]


def _read_json(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # never written, or a build was killed while writing it: made anew
    return said if isinstance(said, dict) else {}


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    store_whole(file, lambda scratch: scratch.write_text(text, encoding="utf-8"))
