"""What the pages tell a reader to type works: commands are parsed by the program, code is run."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from hecsim.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    p
    for p in (
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / n for n in ("README.md", "experiments/README.md", "benchmarks/README.md")),
    )
    if "generated" not in p.parts
)
FENCE = re.compile(r"^```([\w{}-]*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
# A word that stands for the reader's own: FILE, my_study.toml, or a choice such as list|show.
CHOICE = re.compile(r"[\w-]+(\|[\w-]+)+")


def blocks(page, language):
    return [text for kind, text in FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def printed(page):
    """Every `hecsim ...` on a page: lines of blocks, without what is said about them, and words in backquotes."""
    text = page.read_text(encoding="utf-8")
    found = []
    for kind, body in FENCE.findall(text):
        if kind in {"", "text", "bash", "console"}:
            found += [line for line in body.splitlines() if line.startswith("hecsim ")]
    plain = FENCE.sub("", text)
    found += [line.strip() for line in plain.splitlines() if line.startswith("    hecsim ")]
    found += [m for m in re.findall(r"`(hecsim [^`\n]+)`", plain) if m.isascii()]
    return [re.split(r"\s{2,}|\s#", line.strip())[0] for line in found]


COMMANDS = sorted({(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in printed(page)})


def parse(words):
    """Let click read the words as if typed, short of running; files need not be there."""
    command, name = main, []
    while isinstance(command, click.Group) and words:
        if words[0] in ("VERB", "x", "--help", "--version"):  # stands for any
            return
        first = words.pop(0)
        for one in first.split("|") if CHOICE.fullmatch(first) else [first]:
            assert one in command.commands, f"there is no command hecsim {' '.join([*name, one])}"
        command, name = command.commands[first.split("|")[0]], [*name, first]
    # As under the main command: a command keeps the first help option that it is asked for, here without the short one.
    context = click.Context(command, info_name=" ".join(name), parent=click.Context(main, **main.context_settings))
    command.make_parser(context).parse_args(list(words))


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{p.rpartition('/')[2]}-{line[:50]}" for p, line in COMMANDS])
def test_every_printed_command_exists_with_its_options(page, line):
    # [--option VALUE] is optional, so it is read as if it were given; so are the values themselves.
    words = shlex.split(re.sub(r"[\[\]]", " ", line).replace("...", ""))[1:]
    try:
        parse([w for w in words if w])
    except click.UsageError as problem:
        pytest.fail(f"{page}: {line}: {problem.format_message()}")


def test_the_pages_print_commands():
    assert len(COMMANDS) > 60


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_code_on_a_page_is_python_and_files_it_names_are_there(page):
    for text in blocks(page, "python"):
        ast.parse(text)
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} points to {target}, which is not there"
    for named in re.findall(
        r"\b(?:experiments|notebooks|examples|scripts|benchmarks|tests)/[\w/]+\.(?:py|toml)\b", page.read_text()
    ):
        assert (ROOT / named).is_file(), f"{page.name} names {named}, which is not there"


def run_here(code, folder):
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_the_start_page_for_researchers_runs(tmp_path):
    (code,) = blocks(ROOT / "docs" / "start" / "researcher.md", "python")
    assert "measure" in run_here(code, tmp_path)


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """The tutorial's study as its page says, with fewer people, and its folder under the names that pages use."""
    folder = tmp_path_factory.mktemp("reader")
    text = (ROOT / "experiments" / "tutorial.toml").read_text(encoding="utf-8")
    for old, new in (("years = 5", "years = 2"), ("futures = 10", "futures = 2"), ("households = 1500", "households = 200")):
        assert old in text
        text = text.replace(old, new)
    (folder / "experiments").mkdir()
    (folder / "experiments" / "tutorial.toml").write_text(text, encoding="utf-8")
    line, *_ = [c for p, c in COMMANDS if p == "docs/start/tutorial.md" and c.startswith("hecsim compare")]
    typed = [sys.executable, "-m", "hecsim.cli", *line.split()[1:]]
    done = subprocess.run(typed, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "results" / "hartford").symlink_to(folder / "results" / "tutorial")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", ["start/tutorial.md", "store.md"])
def test_code_that_reads_a_study_runs(studied, page):
    for code in blocks(ROOT / "docs" / page, "python"):
        run_here(code, studied)


@pytest.mark.slow
def test_the_tutorial_s_files_are_where_it_says(studied):
    text = (ROOT / "docs" / "start" / "tutorial.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(results/tutorial/[\w./]+)`", text))
    assert "results/tutorial/report.html" in named
    assert [n for n in named if not (studied / n).exists()] == []


def test_the_page_on_citing_has_this_version():
    from hecsim import __version__

    page = (ROOT / "docs" / "use" / "cite.md").read_text(encoding="utf-8")
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"Version {__version__}." in page and f"version = {{{__version__}}}" in page
    assert f"\nversion: {__version__}\n" in cff
