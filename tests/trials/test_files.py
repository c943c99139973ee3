"""Trial files: those of the library, those of studies it does not have, and files with mistakes."""

import tomllib
from pathlib import Path

import pytest

from hecsim.errors import ScenarioError, UnknownNameError
from hecsim.testing import check_trial
from hecsim.trials import library, load_trial
from hecsim.trials.library import find_trial, folder
from hecsim.trials.reference import BEGIN, renewed

STUDIES = sorted((Path(__file__).parent / "studies").glob("*.toml"))
DOCS = Path(__file__).parents[2] / "docs" / "trials.md"


def test_the_open_set_is_complete():
    expected = [f"A{n}" for n in range(1, 11)] + [f"W{n}" for n in range(1, 15)]
    assert [name for name in library() if name[0] in "AW" and name[1:].isdigit()] == expected


@pytest.mark.parametrize("name", list(library()))
def test_every_file_of_the_library_can_be_run_as_written(name):
    t = load_trial(library()[name])
    assert len(t.source) > 10 and t.place.towns
    assert t.outcome[0].primary


def test_only_what_calibration_used_says_so():
    used = {name for name, path in library().items() if load_trial(path).calibration}
    assert used == {"W1", "W12", "W13", "A10"}


def test_must_be_null_trials_are_marked():
    null = {name for name, path in library().items() if all(o.published.null for o in load_trial(path).outcome if o.primary)}
    assert {"A7", "A8", "W3", "W4", "W10", "W11"} <= null


@pytest.mark.parametrize("path", STUDIES, ids=[p.stem for p in STUDIES])
def test_studies_of_many_kinds_can_be_written(path):
    load_trial(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", STUDIES, ids=[p.stem for p in STUDIES])
def test_studies_of_many_kinds_can_be_run(path):
    # Of 400 households two or three are families in subsidized homes of poor tracts, of whom nobody may be left after 12 years.
    score = check_trial(path, households=2_000 if path.stem == "moving_to_opportunity" else 400)
    assert score.outcomes


def test_one_study_runs_and_a_file_in_which_nobody_is_observed_is_refused(tmp_path):
    score = check_trial(Path(__file__).parent / "studies" / "child_allowance.toml")
    assert score.outcomes[0].n > 10
    text = (Path(__file__).parent / "studies" / "child_allowance.toml").read_text()
    empty = tmp_path / "x.toml"
    empty.write_text(text.replace('where = "children > 0 and poverty_ratio < 1.5"', 'where = "children > 99"'))
    with pytest.raises(Exception, match="nobody was observed"):
        check_trial(empty)


GOOD = """
id = "x"
title = "x"
source = "made up"
[population]
where = "age < 10"
[design]
kind = "randomized"
[[arm]]
name = "a"
[[arm.lever]]
name = "energy"
add = -5
[[outcome]]
name = "z"
value = "bmi_z"
at = [12]
[outcome.published]
value = -0.1
"""


def written(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    return path


def test_the_good_file_is_good(tmp_path):
    assert load_trial(written(tmp_path, GOOD)).id == "x"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('source = "made up"', 'sorce = "made up"', "unknown key 'sorce'; did you mean 'source'"),
        ('kind = "randomized"', 'kind = "randomised"', "did you mean 'randomized'"),
        ('kind = "randomized"', "", "missing kind"),
        ("age < 10", "agee < 10", "did you mean 'age'"),
        ('name = "energy"', 'name = "enrgy"', "unknown lever 'enrgy'; did you mean 'energy'"),
        ("add = -5", "add = -5\nscale = 2", "exactly one of add, scale and set"),
        ('name = "energy"\nadd = -5', 'name = "minimum_wage"\nadd = 1', "one number for everybody"),
        ('name = "energy"\nadd = -5', 'name = "supermarkets"\nadd = 1', "belongs to neighborhoods"),
        ("at = [12]", "", "exactly one of at, over and at_age"),
        ("at = [12]", "at = [-12]", "lies before the first month"),
        ("at = [12]", "at = [1200]", "goes beyond 360 months"),
        ("at = [12]", "at = [1.5]", "at.*must be a whole number"),
        ('value = "bmi_z"', 'measure = "bmi_zchild"', "did you mean 'bmi_z_child'"),
        ('value = "bmi_z"', 'value = "bmi_zz"', "did you mean 'bmi_z'"),
        ("value = -0.1", "", "give a value, an interval, or null = true"),
        ("value = -0.1", "value = -0.1\nlow = 1", "both low and high"),
        ("value = -0.1", 'value = -0.1\nnoise = "published"', "needs an interval"),
        ('kind = "randomized"', 'kind = "randomized"\nassign = "household"', "make design.assign and population.unit the same"),
        ('kind = "randomized"', 'kind = "difference in differences"', "needs a baseline window"),
        ('kind = "randomized"', 'kind = "series"\nassign = "place"', "at least two months before"),
        ('kind = "randomized"', 'kind = "regression"', "a regression has an exposure"),
        ("[[arm]]", "[arm]", "two brackets"),
        ("[[outcome]]", "[[outcom]]", "unknown key 'outcom'; did you mean 'outcome'"),
        ("add = -5", "add = -5\n[[arm.intervention]]\nid = 'G99'", "unknown intervention 'G99'"),
        ("add = -5", "add = -5\n[[arm.intervention]]\nid = 'G07'\nreach = 0.5", "take_up"),
        ("add = -5", "add = -5\n[[arm.parameter]]\nname = 'food.drink_net'\nscale = 2", "a parameter holds for everybody"),
        ("add = -5", "add = -5\n[[arm.set]]\ncolumn = 'household'\ntable='person'\nset = 1", "cannot be written"),
        ("at = [12]", 'at = [12]\neffect = "slope change"', "does not go with a design"),
        ("at = [12]", 'at = [12]\narm = "b"', "unknown arm 'b'"),
        ('id = "x"', "", "missing id"),
    ],
)
def test_mistakes_are_explained_with_file_and_key(tmp_path, old, new, said):
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises((ScenarioError, UnknownNameError), match=f"(?i){said}") as problem:
        load_trial(path)
    assert str(path) in str(problem.value)


def test_names_of_the_library_and_paths_are_found():
    assert find_trial("a10").name.startswith("a10")
    with pytest.raises(UnknownNameError, match="unknown trial 'A77'"):
        find_trial("A77")
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_trial(find_trial("nothing.toml"))


def test_the_folder_is_the_projects_own_and_travels_with_the_package():
    assert folder().name == "trials"
    project = tomllib.loads((folder().parents[1] / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["data-files"] == {"share/hecsim/trials": ["experiments/trials/*.toml"]}


def test_the_reference_in_the_docs_is_that_of_the_code():
    page = DOCS.read_text()
    assert BEGIN in page
    assert renewed(page) == page, "write it anew: scripts/trials_reference.py"
