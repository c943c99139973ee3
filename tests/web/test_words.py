"""Both languages say the same things."""

import re
from pathlib import Path

import pytest

import hecsim.web
from hecsim.web.words import WORDS, all_words, say

HERE = Path(hecsim.web.__file__).parent
SOURCE = "\n".join(p.read_text(encoding="utf-8") for p in [*HERE.glob("*.py"), *HERE.rglob("*.vue"), *HERE.rglob("*.html")])


@pytest.mark.parametrize("key", WORDS)
def test_blanks_are_the_same_in_both_languages(key: str) -> None:
    english, spanish = WORDS[key]
    assert english.strip()
    assert spanish.strip()
    assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", spanish))


def test_sentences_are_translated() -> None:
    same = [k for k, (en, es) in WORDS.items() if en == es and len(en.split()) > 1]
    assert same == []


def test_every_key_that_pages_name_exists() -> None:
    named = set(
        re.findall(r"""words(?:\.|\[["'])([a-z_]+(?:\.[a-z_]+)?)""", "\n".join(p.read_text() for p in HERE.rglob("*.vue")))
    )
    assert named
    assert {n for n in named if n not in WORDS and not any(k.startswith(n) for k in WORDS)} == set()


def test_saying_fills_blanks_and_collecting_does_not() -> None:
    assert say("chosen", "es", n=3) == "Elegidas: 3"
    assert all_words("en", "town")["town.add"] == "Add another town"
    assert "towns" not in all_words("en", "town")
