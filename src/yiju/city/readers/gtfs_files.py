"""The files of a GTFS feed, from a zip or a folder, and the times in them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from yiju.city.readers.tabular import decode, row_numbers, unreadable
from yiju.city.rejections import Rejections
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

# Time of day in seconds that is not there, and one that cannot be read.
NO_TIME, BAD_TIME = -1, -2

_TIME = re.compile(r"\s*(\d{1,3}):(\d{2}):(\d{2})\s*")
# Bytes of a file in which its header surely ends.
_HEADER_BYTES = 1 << 16
# Bytes that are parsed at a time: large enough for speed, small beside the memory of any machine.
_BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Feed:
    """An open feed: its name, where its files are, and the report that they fill."""

    name: str
    file: Path
    rejections: Rejections
    members: dict[str, str]  # file of the feed -> its path in the zip or folder
    archive: zipfile.ZipFile | None

    def has(self, name: str) -> bool:
        """Whether the feed holds the file."""
        return name in self.members

    def path_of(self, name: str) -> Path:
        """Name the file for a message: the feed, then the file in it."""
        return self.file / name

    def report_on(self, name: str) -> Rejections:
        """Begin a report on one file of the feed."""
        return Rejections(f"{self.file.name}/{name}")

    def prefix(self, ids: pd.Series) -> pd.Series:
        """Put the name of the feed before ids; unknown stays unknown."""
        return (self.name + ":" + ids.astype("str")).where(ids.notna())

    def open(self, name: str) -> IO[bytes]:
        """Open one file for reading.

        Raises
        ------
        InputError
            The feed does not hold it.
        """
        if name not in self.members:
            raise InputError(
                Text(f"数据源中没有 {name}。", f"the feed does not hold {name}."),
                file=self.file,
                hint=Text(
                    f"GTFS 必须包含 {name}，请重新导出。", f"GTFS needs {name}; export the feed again."
                ),
            )
        if self.archive is not None:
            return self.archive.open(self.members[name])
        return Path(self.members[name]).open("rb")

    def table(self, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
        """Read a small file whole, all cells as text, unknown where empty.

        Returns
        -------
        DataFrame of the named columns; the index is the row of the file, the header being 1.

        Raises
        ------
        InputError
            The file or a required column is missing.
        """
        with self._told(name), self.open(name) as stream:
            text = decode(stream.read(), self.path_of(name))
        report, bad = self.report_on(name), list[int]()
        with self._reader(
            name, lambda: io.BytesIO(text.encode()), [*required], [*optional], report, bad
        ) as reader:
            frame = reader.read_all().to_pandas().astype("str")
        frame.index = pd.Index(row_numbers(len(frame), bad), name="row")
        frame = frame.apply(lambda column: column.str.strip())
        frame = frame.mask(frame == "").dropna(how="all")
        report.read = len(frame) + len(bad)
        self.rejections.extend(report)
        return frame.reindex(columns=[*required, *optional]).astype("str")

    def batches(
        self, name: str, required: Sequence[str], optional: Sequence[str], report: Rejections, bad: list[int]
    ) -> Iterator[pa.RecordBatch]:
        """Stream a large file block by block, all cells as text.

        Rows of a wrong number of cells go into ``report`` and their row numbers into ``bad``.

        Raises
        ------
        InputError
            The file or a required column is missing, or the file is cut short or damaged.
        """
        with self._reader(name, lambda: self.open(name), [*required], [*optional], report, bad) as reader:
            yield from reader

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        """Word what goes wrong while a file is read as an error of ours."""
        try:
            yield
        except (pa.ArrowInvalid, zipfile.BadZipFile, zlib.error, EOFError, OSError) as cause:
            raise unreadable(self.path_of(name), cause) from cause

    @contextmanager
    def _reader(
        self,
        name: str,
        opener: Callable[[], IO[bytes]],
        required: list[str],
        optional: list[str],
        report: Rejections,
        bad: list[int],
    ) -> Iterator[pacsv.CSVStreamingReader]:
        def skip(row: pacsv.InvalidRow) -> str:
            bad.append(row.number)
            why = Text("应有 {n} 格，实有 {m} 格", "needs {n} cells, has {m}")
            why = why.format(n=row.expected_columns, m=row.actual_columns)
            report.add(row=row.number, why=why, action="row dropped")
            return "skip"

        with self._told(name):
            header = self._header(name, opener, required)
            with opener() as stream:
                yield pacsv.open_csv(
                    stream,
                    read_options=pacsv.ReadOptions(
                        use_threads=False,
                        column_names=header,
                        skip_rows_after_names=1,
                        block_size=_BLOCK_BYTES,
                    ),
                    parse_options=pacsv.ParseOptions(
                        newlines_in_values=True, invalid_row_handler=skip, ignore_empty_lines=False
                    ),
                    convert_options=pacsv.ConvertOptions(
                        column_types=dict.fromkeys(header, pa.string()),
                        strings_can_be_null=False,
                        include_columns=[c for c in (*required, *optional) if c in header],
                    ),
                )

    def _header(self, name: str, opener: Callable[[], IO[bytes]], required: list[str]) -> list[str]:
        with opener() as stream:
            first = stream.read(_HEADER_BYTES).decode("utf-8-sig", errors="replace")
        header = [c.strip() for c in next(csv.reader(io.StringIO(first)), [])]
        missing = [c for c in required if c not in header]
        if missing:
            raise InputError(
                Text(f"缺少列 {'、'.join(missing)}。", f"lacks the column {', '.join(missing)}."),
                file=self.path_of(name),
                row=1,
                hint=Text(f"文件中的列：{'、'.join(header)}。", f"It has: {', '.join(header)}."),
            )
        return header


@contextmanager
def open_feed(file: Path, name: str, rejections: Rejections) -> Iterator[Feed]:
    """Open a feed, zip or folder; its files may stand in a folder of the zip.

    Raises
    ------
    InputError
        It is neither, or damaged.
    """
    if file.is_dir():
        members = {p.name: str(p) for p in sorted(file.iterdir()) if p.suffix == ".txt"}
        yield Feed(name, file, rejections, members, None)
        return
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as cause:
        raise unreadable(file, cause) from cause
    with archive:
        inside = sorted(n for n in archive.namelist() if n.endswith(".txt") and not n.startswith("__MACOSX"))
        # The shallowest of a name counts.
        by_depth = sorted(inside, key=lambda n: n.count("/"), reverse=True)
        yield Feed(name, file, rejections, {PurePosixPath(n).name: n for n in by_depth}, archive)


def parse_times(cells: Iterable[str | None]) -> NDArray[np.int64]:
    """Turn HH:MM:SS into seconds after midnight; hours may pass 24.

    Returns
    -------
    (n,) int64; ``NO_TIME`` where the cell is empty, ``BAD_TIME`` where it is no time.

    Examples
    --------
    >>> parse_times(["07:05:00", "25:10:00", "", "soon"]).tolist()
    [25500, 90600, -1, -2]
    """
    return np.array([_seconds(cell) for cell in cells], dtype=np.int64)


def _seconds(cell: object) -> int:
    if not isinstance(cell, str) or not cell.strip():
        return NO_TIME
    match = _TIME.fullmatch(cell)
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        return BAD_TIME
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])


def clock(seconds: int) -> str:
    """Write seconds after midnight as GTFS does.

    Examples
    --------
    >>> clock(90600)
    '25:10:00'
    """
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
