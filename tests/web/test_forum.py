"""The forum's rules, its pages, and what it refuses; no run is needed for these."""

import json
import re

import pytest
from starlette.testclient import TestClient

from hecsim.web import cache
from hecsim.web.forum.choices import Ballot, under_budget
from hecsim.web.forum.evening import Evening
from hecsim.web.forum.pages import forum_app
from hecsim.web.forum.room import PHASES, Room, RoomError
from hecsim.web.forum.words import WORDS
from hecsim.web.server import Guard

OPTIONS = ("P01", "P05", "G04", "S06", "N04")
PIN = "271828"


class Idle:
    """A board that runs nothing."""

    def start(self, study, visitor):
        return cache.key_of(study)

    def look(self, key):
        return None


@pytest.fixture
def room(tmp_path):
    return Room(OPTIONS, 1e6, file=tmp_path / "room.json", pin=PIN)


@pytest.fixture
def evening(room, tmp_path, monkeypatch):
    monkeypatch.setenv("HECSIM_CACHE", str(tmp_path / "cache"))
    return Evening(room, Ballot(OPTIONS, budget=1e6, households=200, years=2, futures=2), Idle(), address="http://host/v")


@pytest.fixture
def client(evening):
    return TestClient(forum_app(lambda: evening), follow_redirects=False)


def until(room, phase):
    while room.public()["phase"] != phase:
        room.act("next")


def test_votes_count_once_per_phone_and_may_be_changed(room):
    until(room, "vote")
    room.vote("a", room.code, ["P01", "P05", "G04"])
    room.vote("b", room.code.lower(), ["P01"])
    room.vote("a", room.code, ["S06"])
    assert room.tally(0) == {"P01": 1, "P05": 0, "G04": 0, "S06": 1, "N04": 0}


def test_the_tally_is_hidden_until_the_vote_is_closed(room):
    until(room, "vote")
    room.vote("a", room.code, ["P01"])
    assert room.public()["tally"] is None
    assert room.public()["voted"] == 1
    room.act("next")
    assert room.public()["tally"]["P01"] == 1


@pytest.mark.parametrize(
    ("picks", "why"),
    [([], "three"), (["P01", "P05", "G04", "S06"], "three"), (["XX"], "unknown"), (["P01", "<b>"], "unknown")],
)
def test_wrong_ballots_are_refused(room, picks, why):
    until(room, "vote")
    with pytest.raises(RoomError, match=why):
        room.vote("a", room.code, picks)
    assert sum(room.tally(0).values()) == 0


def test_no_votes_from_outside_the_room_or_the_time(room):
    with pytest.raises(RoomError, match="closed"):
        room.vote("a", room.code, ["P01"])
    until(room, "vote")
    with pytest.raises(RoomError, match="code"):
        room.vote("a", "ZZZZ", ["P01"])


def test_the_control_locks_after_five_wrong_pins(room):
    for _ in range(4):
        with pytest.raises(RoomError, match="pin"):
            room.enter("000000")
    with pytest.raises(RoomError, match="locked"):
        room.enter("000000")
    with pytest.raises(RoomError, match="locked"):
        room.enter(PIN)  # even the right one, for five minutes


def test_a_restarted_server_goes_on_where_the_room_was(room, tmp_path):
    until(room, "vote")
    room.vote("a", room.code, ["P01", "N04"])
    again = Room(OPTIONS, 1e6, file=tmp_path / "room.json", pin="999999")
    assert again.restored
    assert again.code == room.code
    assert again.public()["phase"] == "vote"
    assert again.tally(0)["N04"] == 1
    assert again.enter("999999")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"phase": "vote"}', json.dumps({"code": "AAAA", "rounds": [1, 2]})])
def test_a_damaged_file_begins_a_new_room(tmp_path, text):
    (tmp_path / "room.json").write_text(text)
    room = Room(OPTIONS, 1e6, file=tmp_path / "room.json")
    assert not room.restored
    assert room.public()["phase"] == "welcome"


def test_the_file_keeps_no_pin(room, tmp_path):
    assert PIN not in (tmp_path / "room.json").read_text()


def test_undo_paper_and_delete(room):
    until(room, "vote")
    room.act("paper", "P05=7")
    room.act("next")
    assert room.public()["tally"]["P05"] == 7
    room.act("undo")
    assert room.public()["phase"] == "vote"
    room.act("delete")
    assert sum(room.tally(0).values()) == 0


def test_the_rule_passes_over_what_no_longer_fits():
    prices = {"P01": 4.0, "P05": 9.0, "G04": 5.0, "S06": None}
    rows = under_budget({"P01": 2, "P05": 5, "G04": 5, "S06": 3, "N04": 0}, prices.get, 10.0)
    assert [(r["id"], r["in"]) for r in rows] == [("P05", True), ("G04", False), ("S06", False), ("P01", False)]
    assert [r["in"] for r in under_budget({"P01": 2, "G04": 5}, prices.get, 10.0)] == [True, True]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_phase_draws_screen_ballot_and_control(client, evening, phase, language):
    if language == "es":
        evening.room.act("language")
    until(evening.room, phase)
    screen = client.get("/forum")
    assert screen.status_code == 200
    assert WORDS[f"phase.{phase}"][language == "es"].replace("'", "&#39;") in screen.text
    assert f'lang="{language}"' in screen.text
    assert client.get("/forum/now").json()["html"]
    page = client.get("/v")
    assert page.status_code == 200
    assert len(page.content) < 15_000
    client.post("/forum/control", data={"pin": PIN})
    assert client.get("/forum/control").status_code == 200


def test_a_phone_without_scripts_votes(client, evening):
    until(evening.room, "vote")
    page = client.get("/v")
    assert re.search(r'name="pick" value="P01"', page.text)
    sent = client.post("/v", data={"code": evening.room.code, "pick": ["P01", "N04"]})
    assert sent.status_code == 200
    assert evening.room.tally(0)["P01"] == 1
    assert client.post("/v", data={"code": "ZZZZ", "pick": ["P01"]}).status_code == 409


@pytest.mark.parametrize(
    "body", [b"", b"x" * 100_000, b"pick=P01&" * 200, b"\xff\xfe", b"code=%00&pick=%3Cscript%3E", b"answer=better"]
)
def test_hostile_forms_do_no_harm(client, evening, body):
    until(evening.room, "vote")
    client.get("/v")
    answer = client.post("/v", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code in (400, 409, 413)
    assert "<script>alert" not in answer.text
    assert sum(evening.room.tally(0).values()) == 0


def test_the_control_is_behind_its_pin(client, evening):
    assert client.post("/forum/control/act", data={"do": "next"}).status_code == 303
    assert evening.room.public()["phase"] == "welcome"
    assert client.post("/forum/control", data={"pin": "1"}).status_code == 403
    assert client.post("/forum/control", data={"pin": PIN}).status_code == 303
    client.post("/forum/control/act", data={"do": "next"})
    assert evening.room.public()["phase"] == "meet"


def test_without_a_forum_the_pages_say_how_to_open_one():
    client = TestClient(forum_app(lambda: None))
    answer = client.get("/v")
    assert answer.status_code == 503
    assert "hecsim app --forum" in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"host": "evil.example"}, 400), ({"host": "127.0.0.1:8765", "origin": "http://evil.example"}, 403),
     ({"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}, 503)],
)  # fmt: skip
def test_other_hosts_and_origins_are_refused(headers, status):
    client = TestClient(Guard(None))
    assert client.post("/v", headers=headers).status_code == status
