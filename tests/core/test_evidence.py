import numpy as np
import pytest

from hecsim import evidence
from hecsim.errors import EvidenceError, UnknownNameError
from hecsim.evidence import parsed
from hecsim.evidence.parameters import _read

GOOD = 'room = "x"\n[a]\nvalue = 2.0\nlow = 1.0\nhigh = 3.0\nunit = "1"\nsource = "s"\ngrade = "B"\n'


def test_every_parameter_has_unit_source_and_grade():
    for p in evidence.load().values():
        assert p.unit, p.full_name
        assert len(p.source) >= 8, f"{p.full_name} needs a source, or the word judgment and why"


def test_a_draw_belongs_to_its_seed_and_to_the_parameter_name_only():
    one, again, other = evidence.draw(7), evidence.draw(7), evidence.draw(8)
    assert one.digest() == again.digest()
    assert one.digest() != other.digest()


def test_draws_stay_near_their_range():
    uncertain = [p for p in evidence.load().values() if p.uncertain]
    assert len(uncertain) > 100
    draws = [evidence.draw(s) for s in range(60)]
    for p in uncertain[::7]:
        values = np.array([np.atleast_1d(d[p.full_name])[0] for d in draws])
        low, high = np.atleast_1d(p.low)[0], np.atleast_1d(p.high)[0]
        inside = ((values >= low - 1e-9) & (values <= high + 1e-9)).mean()
        # 90 percent lie inside by construction; fewer than 39 of 60 would happen once in a million draws.
        assert inside > 0.65, p.full_name
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('unit = "1"\n', ""), "missing unit"),
        (('grade = "B"', 'grade = "E"'), "grade 'E'"),
        (("high = 3.0\n", ""), "both low and high"),
        (("value = 2.0", "value = 9.0"), "outside low to high"),
        (('source = "s"', 'source = ""'), "'source' is empty"),
        (("[a]", "[a"), "not valid TOML"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(change, message):
    with pytest.raises(EvidenceError, match=message):
        _read("x.toml", GOOD.replace(*change))


def test_unknown_key_is_refused_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="did you mean 'source'"):
        _read("x.toml", GOOD.replace("source", "sourc"))


def test_unknown_parameter_is_refused_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="did you mean"):
        evidence.parameter("budget.food_frist")


def test_files_are_parsed_once_and_again_when_they_or_what_was_kept_changed(monkeypatch, tmp_path):
    monkeypatch.setattr(parsed, "_KEPT", tmp_path / "evidence.json")
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    files = [("x.toml", GOOD), ("y.toml", GOOD.replace("[a]", "[b]"))]
    said = parsed.parse_all(files)
    assert [list(s) for s in said] == [["room", "a"], ["room", "b"]]
    with monkeypatch.context() as m:
        m.setattr(parsed, "parse", lambda *_: 1 / 0)
        assert parsed.parse_all(files) == said
    assert parsed.parse_all([("x.toml", GOOD.replace("2.0", "2.5"))])[0]["a"]["value"] == 2.5
    (tmp_path / "evidence.json").write_text('{"of": ')
    assert parsed.parse_all(files) == said
