"""Run the worked studies and write experiments/README.md from what they find.

    python scripts/worked_studies.py --out results/worked [--only order] [--futures 20] [--households 1500] [--workers 2]

Without --futures and --households, as the files say. Studies that were interrupted go on where they stopped; the
page says for each what was run, so that a small run is seen as one.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import hecsim as hs
from hecsim.errors import ScenarioError
from hecsim.study import Study, run_study

ROOT = Path(__file__).parents[1]
STUDIES = ("strong_start", "waterbury", "order", "waiting", "uncertainty", "neighbors")


def smaller(study: Study, futures: int | None, households: int | None) -> Study:
    place = replace(study.community, households=households or study.community.households)
    return replace(study, futures=futures or study.futures, community=place)


def sentences(results: hs.Results) -> list[str]:
    """Every declared contrast, with all that qualifies it."""
    return [f"- {c.text}." for c in hs.claims(results)]


def bought(name: str, args: argparse.Namespace) -> tuple[Study, list[str]]:
    question = hs.Question.from_file(ROOT / "experiments" / f"{name}.toml")
    question = replace(question, study=smaller(question.study, args.futures, args.households))
    if args.futures:
        question = replace(question, fresh=args.futures)
    best = hs.optimise(question, args.out / name, workers=args.workers)
    c, curse = best.confirmed, best.curse
    equity = f"; {c['equity_gain']:.3g} in the group of the equity floor" if "equity_gain" in c else ""
    return question.study, [
        f"- Best of {len(best.table)} finalists: {' + '.join(best.winner)}. On {int(c['futures'])} futures that did not "
        f"choose it, it gains {c['gain']:.3g} {best.unit} (95% interval {c['low']:.3g} to {c['high']:.3g}{equity}) for "
        f"${c['cost']:,.0f} a year.",
        f"- Optimizer's curse: the finalists were promised {curse['finalists']:+.3g} more than fresh futures gave, the most "
        f"promising {curse['most_promising']:+.3g} more; the winner's own figure fell by {curse['winner']:+.3g} when it was "
        "run once more.",
    ]


def uncertain(results: hs.Results) -> list[str]:
    """Which parameters stand apart, with the noise that hundreds of parameters make."""
    arm = results.arms[1 - results.reference]
    lines = []
    for measure in dict.fromkeys(c["measure"] for c in results.manifest["study"]["contrasts"]):
        table = hs.pawn(results, arm, measure)
        top = ", ".join(f"{r.parameter} ({r.median:.2f})" for r in table.head(3).itertuples())
        lines.append(
            f"- PAWN, {measure}: {top}; noise line {table['noise'].iloc[0]:.2f}, exceeded by {int(table['above'].sum())} of "
            f"{len(table)} parameters, where {len(table) / 20:.0f} would by chance."
        )
        failing = hs.fails_when(results, arm, measure, enough=results.declared(arm, measure)["important"])
        first = failing.table.iloc[0]
        lines.append(
            f"- {arm} does not gain what was declared important in {measure} in {failing.share:.0%} of futures; what "
            f"stands apart most is {first['parameter']} (rank correlation {first['correlation']:+.2f}, "
            f"p = {failing.p_value:.2g} among all)."
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "worked")
    parser.add_argument("--only", action="append", choices=STUDIES)
    parser.add_argument("--futures", type=int)
    parser.add_argument("--households", type=int)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    for name in args.only or STUDIES:
        started = time.perf_counter()
        if name == "waterbury":
            study, lines = bought(name, args)
        else:
            study = smaller(Study.from_file(ROOT / "experiments" / f"{name}.toml"), args.futures, args.households)
            results = run_study(study, args.out / name, workers=args.workers)
            lines = sentences(results)
            if name == "uncertainty":
                try:
                    lines += uncertain(results)
                except ScenarioError as problem:
                    lines.append(f"- Which parameters matter was not asked: {problem}")
        minutes = (time.perf_counter() - started) / 60
        text = (ROOT / "experiments" / f"{name}.toml").read_text(encoding="utf-8")
        commands = [line[4:] for line in text.splitlines() if line.startswith("#   hecsim")]
        section = [
            f"## {study.name}", "", study.question, "", f"File: `{name}.toml`. Command:", "", "```", *commands, "```", "",
            f"Run here: {study.futures} futures, {study.community.households:,} households, {study.years} years; "
            f"{minutes:.0f} minutes with {args.workers} workers. What was found:", "", *lines, "",
        ]  # fmt: skip
        (args.out / f"{name}.md").write_text("\n".join(section), encoding="utf-8")
        print("\n".join(section))
    page = [
        "# Worked studies", "",
        "Each with its question, file, command, running time and finding, written by `scripts/worked_studies.py`.",
        "Contrasts were declared in the files before the runs. Simulated, not forecasts; intervals are 95%. That a",
        "difference is unclear is a finding too.", "",
    ]  # fmt: skip
    kept = [args.out / f"{name}.md" for name in STUDIES]
    page += [p.read_text(encoding="utf-8") for p in kept if p.is_file()]
    (ROOT / "experiments" / "README.md").write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
