"""Damaged files of every format: a message or a result, never a traceback, a hang, or something left behind.

`python scripts/fuzz.py` does the same at length and keeps what it finds.
"""

import importlib.util
import sys
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hecsim.errors import HecsimError
from hecsim.geography.import_read import files_of, numbers, plain_geoid
from hecsim.web.state import parse, query

ROOT = Path(__file__).parents[2]
CHEAP = ("study", "scenario", "own intervention", "trial", "evidence", "url", "room", "ensemble")


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz_script", ROOT / "scripts" / "fuzz.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_script"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def formats(fuzz, tmp_path_factory):
    return fuzz.formats(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("name", CHEAP)
def test_damaged_files_of_a_format(fuzz, formats, tmp_path, name):
    result = fuzz.fuzz(formats[name], 150, 11, tmp_path, guided=False)
    assert result.findings == {} and result.inputs == 150
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_damaged_tables_and_files_to_import(fuzz, formats, tmp_path):
    for name in set(formats) - set(CHEAP):
        assert fuzz.fuzz(formats[name], 30, 5, tmp_path, guided=False).findings == {}, name


def test_the_fuzzer_finds_what_is_planted(fuzz, tmp_path):
    """A reader that trips over a zero byte, hangs on nothing and leaves nothing: the fault is found and named."""

    def reader(data, folder):
        if b"\x00" in data:
            raise KeyError("planted")

    found = fuzz.fuzz(fuzz.Format([b"a = 1\nb = 2\n"], reader), 400, 1, tmp_path).findings
    assert len(found) == 1 and "KeyError" in next(iter(found))
    assert b"\x00" in next(iter(found.values()))


@given(st.text(max_size=300))
def test_any_text_is_a_state(text):
    one = parse(text)
    assert parse(query(one)) == one


@given(st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_any_cells_are_numbers_or_an_error(cells):
    with suppress(HecsimError):
        assert len(numbers(pd.Series(cells, name="x"), Path("x.csv"))) == len(cells)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.none()))
def test_any_code_is_digits_or_nothing(code):
    text = plain_geoid(code)
    assert text == "" or text.isdigit()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), ending=st.sampled_from((".csv", ".json", ".geojson", ".txt")))
def test_any_file_is_recognized_or_refused(tmp_path, data, ending):
    path = tmp_path / f"any{ending}"
    path.write_bytes(data)
    with suppress(HecsimError):
        assert len(files_of([path])[0]) == 1
