"""Open a table as somebody's office saved it: CSV in any usual encoding, or XLSX.

Rules, the same for every reader that takes a table:

1. Text encodings: UTF-8 with or without its mark, UTF-16 with its mark, else GB18030 (which holds GBK and
   GB2312), and only where what it says is Chinese; anything else is refused, never guessed.
2. The separator is the one of ``, ; tab |`` that the header holds most often.
3. All cells are text, stripped; an empty cell is unknown. Numbers and times are made of them by
   :mod:`yiju.city.readers.cells`, which report what they refuse.
4. A row of the report is the row of the file as a spreadsheet shows it: the header is 1. Only a CSV whose
   cells hold line breaks counts records instead.
5. A column is found by the user's mapping, else by its usual Chinese and English names; what stands in
   brackets after a name, such as a unit, does not count.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from yiju.errors import InputError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from yiju.city.rejections import Rejections

TEXT_FILES = (".csv", ".tsv", ".txt")

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = ",;\t|"
# Of the signs and characters in Chinese text, nearly all are in the first level of GB 2312-1980 or among its
# symbols: lead bytes A1 to D7. Text of another 8-bit encoding lands there by chance only.
_COMMON_LEAD = (0xA1, 0xD7)
# [P] Half: place names have rarer characters than prose, other encodings hardly one common character in ten.
_COMMON_SHARE = 0.5


def read_text_table(
    file: Path, report: Rejections, *, keep: Iterable[str] | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Read the table of a CSV or XLSX file, every cell as text.

    Parameters
    ----------
    file
        CSV, TSV or TXT; XLSX or XLSM.
    report
        Takes the rows that have more or fewer cells than the header.
    keep
        Only these columns of the header; the others are never loaded. All where ``None``.
    sheet
        Sheet of a workbook; the first one where ``None``.

    Returns
    -------
    DataFrame of ``str`` columns, unknown where empty; the index ``row`` is the row of the file.

    Raises
    ------
    InputError
        The file is missing, empty, of another kind, in an unknown encoding, or has no such sheet.
    """
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        frame = _read_workbook(file, sheet)
        frame = frame if keep is None else frame[list(keep)]
    elif file.suffix.lower() in TEXT_FILES:
        frame = _read_csv(_text_of(file), file, report, keep)
    else:
        raise _no_table(file)
    report.read += len(frame)
    return frame


def header_of(file: Path, *, sheet: str | None = None) -> list[str]:
    """Read the column names alone, so that only the columns that are wanted need be loaded."""
    if file.suffix.lower() in (".xlsx", ".xlsm"):
        return [str(c) for c in _read_workbook(file, sheet, rows=1).columns]
    if file.suffix.lower() not in TEXT_FILES:
        raise _no_table(file)
    text = _text_of(file)
    return _header(text, _separator(text), file)


def _no_table(file: Path) -> InputError:
    return InputError(
        Text(f"不能按表格读取 {file.suffix} 文件。", f"a {file.suffix} file cannot be read as a table."),
        file=file,
        hint=Text("请另存为 CSV（UTF-8）或 XLSX。", "Save it as CSV (UTF-8) or XLSX."),
    )


def decode(data: bytes, file: Path | str) -> str:
    r"""Turn the bytes of a text file into text, by rule 1.

    Examples
    --------
    >>> decode("名称,服务".encode("gbk"), "a.csv"), decode(b"\xef\xbb\xbfname", "b.csv")
    ('名称,服务', 'name')
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as cause:
                raise _unknown_encoding(file) from cause
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as cause:
        raise _unknown_encoding(file) from cause
    if "\x00" in text or not _seems_chinese(text):
        raise _unknown_encoding(file)
    return text


def _seems_chinese(text: str) -> bool:
    codes = "".join(c for c in text if not c.isascii()).encode("gb2312", errors="replace")
    # an ASCII question mark stands for each character that is not in GB 2312
    pairs = codes.replace(b"?", b"??")
    common = sum(_COMMON_LEAD[0] <= lead <= _COMMON_LEAD[1] for lead in pairs[::2])
    return common >= _COMMON_SHARE * len(pairs) / 2


def _unknown_encoding(file: Path | str) -> InputError:
    return InputError(
        Text("文字编码既不是 UTF-8 也不是 GBK/GB18030。", "the text is neither UTF-8 nor GBK/GB18030."),
        file=file,
        hint=Text("请另存为“CSV UTF-8”后再试。", 'Save it again as "CSV UTF-8".'),
    )


def _text_of(file: Path) -> str:
    try:
        text = decode(file.read_bytes(), file)
    except OSError as cause:
        raise unreadable(file, cause) from cause
    if not text.strip():
        raise InputError(Text("文件是空的。", "the file is empty."), file=file)
    return text.lstrip("\r\n")


def unreadable(file: Path, cause: Exception) -> InputError:
    """Word the error for a file that is missing or cannot be opened."""
    if isinstance(cause, FileNotFoundError):
        return InputError(
            Text("没有这个文件。", "there is no such file."),
            file=file,
            hint=Text(f"请检查路径：{file}", f"Check the path: {file}"),
        )
    return InputError(
        Text(f"无法打开：{cause}", f"cannot be opened: {cause}"),
        file=file,
        hint=Text("文件可能已损坏或不完整，请重新导出。", "It may be damaged or cut short; export it again."),
    )


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count)


def _header(text: str, separator: str, file: Path) -> list[str]:
    names = [name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=separator))]
    _refuse_twins(names, file)
    return [name or f"column {i}" for i, name in enumerate(names, start=1)]


def _refuse_twins(names: list[str], file: Path) -> None:
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise InputError(
            Text(f"表头有重复的列名：{'、'.join(twice)}。", f"the header names {', '.join(twice)} twice."),
            file=file,
            row=1,
            hint=Text("请给每一列不同的名称。", "Give each column a name of its own."),
        )


def _read_csv(text: str, file: Path, report: Rejections, keep: Iterable[str] | None) -> pd.DataFrame:
    separator = _separator(text)
    header = _header(text, separator, file)
    ragged: list[int] = []

    def skip(row: pacsv.InvalidRow) -> str:
        ragged.append(row.number)
        why = Text("应有 {n} 格，实有 {m} 格", "needs {n} cells, has {m}")
        report.add(
            row=row.number, why=why.format(n=row.expected_columns, m=row.actual_columns), action="row dropped"
        )
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(text.encode()),
            # one thread, so that a refused row knows its number
            read_options=pacsv.ReadOptions(use_threads=False, column_names=header, skip_rows_after_names=1),
            parse_options=pacsv.ParseOptions(
                delimiter=separator,
                newlines_in_values=True,
                invalid_row_handler=skip,
                ignore_empty_lines=False,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=False,
                include_columns=header if keep is None else list(keep),
            ),
        )
    except pa.ArrowInvalid as cause:
        raise unreadable(file, cause) from cause
    report.read += len(ragged)
    frame = table.to_pandas().astype("str")
    frame.index = pd.Index(row_numbers(len(frame), ragged), name="row")
    return _clean(frame)


def row_numbers(kept: int, dropped: Iterable[int]) -> np.ndarray:
    """Number the rows that were kept, as the file counts them: the header is 1.

    Examples
    --------
    >>> row_numbers(3, dropped=[3]).tolist()
    [2, 4, 5]
    """
    bad = np.sort(np.fromiter(dropped, dtype=np.int64))
    return np.setdiff1d(np.arange(2, kept + len(bad) + 2, dtype=np.int64), bad, assume_unique=True)


def _clean(frame: pd.DataFrame) -> pd.DataFrame:
    """Strip every cell; an empty one is unknown; rows of nothing are gone."""
    frame = frame.apply(lambda column: column.str.strip())
    frame = frame.mask(frame == "")
    return frame.dropna(how="all")


def _read_workbook(file: Path, sheet: str | None, rows: int | None = None) -> pd.DataFrame:
    import openpyxl  # noqa: PLC0415 - only a workbook pays for it

    try:
        with warnings.catch_warnings():  # of features that hold no data: validation lists, print areas
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as cause:
        raise unreadable(file, cause) from cause
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise UnknownName(Text("工作表", "sheet"), sheet, book.sheetnames)
        page = book[sheet] if sheet is not None else book.worksheets[0]
        lines = [
            (i, line) for i, line in enumerate(page.iter_rows(values_only=True), start=1) if any_cell(line)
        ]
    finally:
        book.close()
    if not lines:
        raise InputError(Text("工作表是空的。", "the sheet is empty."), file=file)
    header = [_cell_text(c) for c in lines[0][1]]
    _refuse_twins(header, file)
    used = [i for i, name in enumerate(header) if name]
    body = lines[1:] if rows is None else lines[1 : 1 + rows]
    frame = pd.DataFrame(
        [[_cell_text(line[i]) if i < len(line) else "" for i in used] for _, line in body],
        columns=[header[i] for i in used],
        index=pd.Index([i for i, _ in body], name="row", dtype="int64"),
    ).astype("str")
    return _clean(frame)


def any_cell(cells: Iterable[object]) -> bool:
    """Whether a row of a sheet holds anything."""
    return any(cell is not None and str(cell).strip() for cell in cells)


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a sheet has no whole numbers; an id is 31, not 31.0
    if hasattr(cell, "isoformat"):
        return str(
            cell.isoformat(sep=" ") if hasattr(cell, "hour") and hasattr(cell, "year") else cell.isoformat()
        )
    return str(cell).strip()


def plain(name: str) -> str:
    """Bring a column name or a code to the form in which two spellings are the same.

    Examples
    --------
    >>> plain("建筑面积（㎡）"), plain(" Floor_Area [m2] "), plain("ＬＯＮ")
    ('建筑面积', 'floorarea', 'lon')
    """
    name = unicodedata.normalize("NFKC", str(name)).casefold()
    bare = re.sub(r"[(\[].*?[)\]]", "", name) or name
    return re.sub(r"[\s_\-./:：]+", "", bare)


def match_columns(
    header: Iterable[str],
    names: Mapping[str, tuple[str, ...]],
    *,
    given: Mapping[str, object] | None = None,
    required: Iterable[str] = (),
    file: Path,
) -> dict[str, str]:
    """Find which column holds which field, by rule 5.

    Parameters
    ----------
    header
        Columns of the file.
    names
        For each field its usual names, the likeliest first; the field's own name counts too.
    given
        The user's mapping ``field -> column``; it wins.
    required
        Fields without which the file is of no use.

    Returns
    -------
    dict field -> column; fields that the file does not have are absent.

    Raises
    ------
    InputError
        The mapping names a field or a column that is not there, or a required field is not found.

    Examples
    --------
    >>> from pathlib import Path
    >>> names = {"name": ("名称",), "lon": ("经度", "lng")}
    >>> match_columns(["名称", "Lng"], names, file=Path("a.csv"))
    {'name': '名称', 'lon': 'Lng'}
    """
    columns = list(header)
    found: dict[str, str] = {}
    for name, column in (given or {}).items():
        if name not in names:
            raise UnknownName(Text("字段", "field"), name, names)
        if not isinstance(column, str) or column not in columns:
            near = UnknownName(Text("列", "column"), str(column), columns)
            raise InputError(near.message, file=file, field=name, hint=near.hint or _these_columns(columns))
        found[name] = column
    by_plain: dict[str, str] = {}
    for column in columns:
        by_plain.setdefault(plain(column), column)
    taken = set(found.values())
    for name, usual in names.items():
        if name in found:
            continue
        hits = [by_plain[plain(n)] for n in (name, *usual) if plain(n) in by_plain]
        hits = [h for h in hits if h not in taken]
        if hits:
            found[name] = hits[0]
            taken.add(hits[0])
    missing = [name for name in required if name not in found]
    if missing:
        spelt_zh = "、".join(f"{m}（{'、'.join(names[m][:3])}）" for m in missing)
        spelt_en = ", ".join(missing)
        raise InputError(
            Text(f"找不到列：{spelt_zh}。", f"no column for {spelt_en} was found."),
            file=file,
            hint=_these_columns(columns),
        )
    return {name: found[name] for name in names if name in found}


def _these_columns(columns: list[str]) -> Text:
    shown = columns[:30]
    return Text(
        f"文件中的列：{'、'.join(shown)}。请在 city.toml 的 columns 中写明对应关系。",
        f"The file has: {', '.join(shown)}. Say which is which under columns in city.toml.",
    )
