"""What a build remembers: hashes of inputs, products of stages, and when Ctrl-C may take hold."""

from __future__ import annotations

import hashlib
import json
import signal

import pytest

from yiju.city.cache import InputHashes, StageStore, files_of, key_of
from yiju.city.cache import _undisturbed as undisturbed


def test_ctrl_c_while_tables_change_places_waits_until_they_have() -> None:
    done = []

    def publishing() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        publishing()
    assert done == ["all of it"]


def test_hashes_are_remembered_until_a_file_changes(tmp_path) -> None:
    file, memory = tmp_path / "a.bin", tmp_path / "memory.json"
    file.write_bytes(b"one")
    first = InputHashes(memory)
    assert first.of(file) == hashlib.sha256(b"one").hexdigest()
    first.remember()
    known = json.loads(memory.read_text())
    known[str(file)][2] = "remembered"
    memory.write_text(json.dumps(known))
    assert InputHashes(memory).of(file) == "remembered"
    file.write_bytes(b"other")
    assert InputHashes(memory).of(file) == hashlib.sha256(b"other").hexdigest()
    memory.write_text("not json")
    assert InputHashes(memory).of(file) == hashlib.sha256(b"other").hexdigest()


def test_a_shapefile_changes_with_any_of_its_parts(tmp_path) -> None:
    for suffix in (".shp", ".dbf", ".prj", ".txt"):
        (tmp_path / f"cells{suffix}").write_text(suffix)
    assert [f.suffix for f in files_of(tmp_path / "cells.shp")] == [".dbf", ".prj", ".shp"]
    before = InputHashes(tmp_path / "m").of(tmp_path / "cells.shp")
    (tmp_path / "cells.dbf").write_text("changed")
    assert InputHashes(tmp_path / "m").of(tmp_path / "cells.shp") != before


def test_a_record_cut_off_counts_as_not_made(tmp_path) -> None:
    store = StageStore(tmp_path)
    note = tmp_path / ".stages" / "osm" / "stage.json"
    note.parent.mkdir(parents=True)
    note.write_text('{"key": "k", "sec')
    assert store.record("osm", "k") is None


def test_keys_tell_apart_what_differs() -> None:
    assert key_of("a", {"crs": 1}) != key_of("a", {"crs": 2})
    assert key_of("a", ["b"]) != key_of("a", "b")
