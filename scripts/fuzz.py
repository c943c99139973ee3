"""Throw damaged files at every reader and say what breaks.

    python scripts/fuzz.py --inputs 100000            # all formats
    python scripts/fuzz.py --format study --inputs 5000 --seed 7
    python scripts/fuzz.py --format table --format import --each 5000

Each input is a valid file with a few mutations: tokens replaced by others of the formats and by values that programs
trip over, lines lost, doubled and swapped, bytes flipped, the end cut off. Inputs that reach a line of hecsim that no
input reached before join those that are mutated (coverage-guided). A reader may return, or raise `HecsimError`; any other
exception, more than ten seconds of work, or a file left behind is a finding, kept in build/fuzz/.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from fuzz_formats import ROOT, Format, formats

HERE = str(ROOT / "hecsim") + os.sep
SECONDS = 10
TOKEN = re.compile(rb'"[^"\n]*"|[A-Za-z_][A-Za-z_0-9.]*|-?\d[\d_.eE+-]*|[\[\]{}=,:.&\n-]')
# What programs trip over: limits of number types, not-a-numbers, empties, wrong types, long and odd text.
ODD = (
    b"nan", b"inf", b"-inf", b"NaN", b"Infinity", b"-1", b"0", b"1e400", b"-0.0", b"1e-320", b"9223372036854775808",
    b"18446744073709551616", b"1" * 400, b"true", b"false", b"null", b'""', b'" "', b"[]", b"{}", b"[[]]", b"[{}]",
    b'["", ""]', b"{ a = 1 }", b"1979-05-27", b"07:32:00", b"0x1f", b'"\\u0000"', b'"../../etc/passwd"', b"'a'",
    '"\u202eñ\U0001f642"'.encode(), b"\xff", b"\x00", b'"' + b"x" * 5000 + b'"', b"[" * 300, b"{" * 300, b"%00", b"%ff",
    b",", b"\r", b'"', b"-666666666", b"12,345", b"2.5", b"1.0000001", b"all", b"region:Nowhere",
)  # fmt: skip


@dataclass
class Result:
    """What a format's inputs led to."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    lines: int = 0
    findings: dict[str, bytes] = field(default_factory=dict)


class Hang(BaseException):
    """An input took longer than it may."""


def _alarm(*_: object) -> None:
    raise Hang


def mutated(rng: random.Random, data: bytes, words: list[bytes], binary: bool) -> bytes:
    """A file with one to a few mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        kind = rng.randrange(8)
        at = rng.randrange(len(data) + 1)
        if binary or kind == 0:
            if data and at < len(data):
                data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at]
        elif kind in (2, 3):
            lines = data.split(b"\n")
            i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
            if kind == 2:
                del lines[i]
            elif rng.random() < 0.5:
                lines.insert(j, lines[i])
            else:
                lines[i], lines[j] = lines[j], lines[i]
            data = b"\n".join(lines)
        else:
            # Near a random place, so that a long file costs no more than a short one.
            spots = list(TOKEN.finditer(data, max(0, at - 200), min(len(data), at + 200)))
            if spots:
                s = rng.choice(spots)
                word = rng.choice(ODD) if kind < 6 else rng.choice(words)
                data = data[: s.start()] + word + data[s.end() if rng.random() < 0.8 else s.start() :]
    return data[:200_000]


def fuzz(one: Format, inputs: int, seed: int, scratch: Path, *, guided: bool = True) -> Result:
    """Throw `inputs` mutated files at one reader."""
    from hecsim.errors import HecsimError

    rng = random.Random(seed)
    corpus = list(one.seeds)
    words = sorted({m.group() for s in one.seeds for m in TOKEN.finditer(s[:20_000])})[:3000] or [b"a"]
    seen: set[tuple[int, int]] = set()
    new = 0

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal new
        spot = (id(frame.f_code), frame.f_lineno)
        if spot not in seen:
            seen.add(spot)
            new += 1
        return local

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        return local if frame.f_code.co_filename.startswith(HERE) else None

    out = Result()
    old = signal.signal(signal.SIGPROF, _alarm)
    try:
        for _ in range(inputs):
            data = mutated(rng, rng.choice(corpus), words, one.binary)
            folder = Path(tempfile.mkdtemp(dir=scratch))
            new, problem = 0, ""
            # Tracing is slow: every fourth input shows enough of the way.
            traced = guided and rng.random() < 0.25
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # of the processor: a busy machine is no hang
            try:
                with _quiet():
                    if traced:
                        sys.settrace(trace)
                    one.read(data, folder)
                out.accepted += 1
            except HecsimError:
                out.refused += 1
            except Hang:
                problem = f"took more than {SECONDS} s of work"
            except Exception:
                sys.settrace(None)
                last = traceback.extract_tb(sys.exc_info()[2])[-1]
                where = [f for f in traceback.extract_tb(sys.exc_info()[2]) if f.filename.startswith(HERE)]
                at = where[-1] if where else last
                kind = sys.exc_info()[0]
                assert kind is not None
                problem = f"{kind.__name__}: {str(sys.exc_info()[1])[:120]} at {Path(at.filename).name}:{at.lineno}"
                problem = re.sub(r"\d{4,}|0x[0-9a-f]+", "#", problem)
            finally:
                sys.settrace(None)
                signal.setitimer(signal.ITIMER_PROF, 0)
            out.inputs += 1
            if problem:
                key = f"{problem.split(':')[0]} {problem.rsplit(' at ', 1)[-1]}"
                if key not in {f"{p.split(':')[0]} {p.rsplit(' at ', 1)[-1]}" for p in out.findings}:
                    out.findings[problem] = data
            elif new and len(corpus) < 400:
                corpus.append(data)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        signal.signal(signal.SIGPROF, old)
    out.lines = len(seen)
    return out


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="of all formats together")
    parser.add_argument("--each", type=int, help="of every format, in place of --inputs")
    parser.add_argument("--format", action="append", help="only formats whose name begins so")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=ROOT / "build" / "fuzz", help="where findings are kept")
    args = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="fuzz"))
    bad = total = 0
    try:
        every = formats(scratch)
        chosen = {n: f for n, f in every.items() if not args.format or any(n.startswith(a) for a in args.format)}
        if not chosen:
            parser.error(f"no such format; there are {', '.join(every)}")
        whole = sum(f.share for f in chosen.values())
        print(f"{'format':<44}{'inputs':>8}{'accepted':>10}{'refused':>9}{'lines':>7}{'findings':>10}{'seconds':>9}")
        for name, one in chosen.items():
            begun = time.monotonic()
            r = fuzz(one, args.each or max(1, round(args.inputs * one.share / whole)), args.seed, scratch)
            took = time.monotonic() - begun
            total += r.inputs
            bad += len(r.findings)
            print(
                f"{name:<44}{r.inputs:>8}{r.accepted:>10}{r.refused:>9}{r.lines:>7}{len(r.findings):>10}{took:>9.0f}",
                flush=True,
            )
            for n, (problem, data) in enumerate(r.findings.items()):
                args.keep.mkdir(parents=True, exist_ok=True)
                file = args.keep / f"{re.sub(r'[^a-z0-9]+', '_', name)}_{n}"
                file.write_bytes(data)
                print(f"    {problem}  ({file})", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{total:,} inputs, {bad} findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
