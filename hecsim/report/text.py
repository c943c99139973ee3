"""Numbers and sentences, in English and Spanish: plain words first, every number with its range."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hecsim.measures import MEASURES
from hecsim.report import spanish
from hecsim.report.facts import LUCK, Change, Facts, Gap
from hecsim.report.money import ArmMoney
from hecsim.report.words import WORDS

__all__ = ["Words", "decimals", "dollars", "percent", "signed"]


def decimals(*values: float, digits: int = 2) -> int:
    """Decimals that show the largest of the values with so many significant digits (0 to 4)."""
    size = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    return 2 if size == 0 else min(max(digits - 1 - math.floor(math.log10(size)), 0), 4)


def signed(x: float, places: int) -> str:
    """A difference with its sign: '+0.82', '−0.82', '0'."""
    if not math.isfinite(x):
        return "–"
    shown = f"{abs(x):,.{places}f}"
    if float(shown.replace(",", "")) == 0:
        return shown
    return ("+" if x > 0 else "−") + shown


def _plain(x: float, places: int) -> str:
    return "–" if not math.isfinite(x) else f"{x:,.{places}f}".replace("-", "−")


def dollars(x: float, language: str = "en", *, sign: bool = False) -> str:
    """Dollars in words short enough for a card: '$12.3 million'."""
    if not math.isfinite(x):
        return "–"
    head = ("−" if x < 0 else "+" if sign and x > 0 else "") + "$"
    size = abs(x)
    for edge, word in ((1e9, ("billion", "mil millones")), (1e6, ("million", "millones"))):
        if size >= edge * 0.9995:
            return f"{head}{size / edge:,.{decimals(size / edge, digits=3)}f} {word[language == 'es']}"
    if size >= 1000:
        return f"{head}{round(size, -1 if size < 1e4 else -2):,.0f}"
    return f"{head}{size:,.0f}" if size >= 10 or size == 0 else f"{head}{size:,.2f}"


def percent(share: float) -> str:
    """A share as whole percent; never 0% or 100% unless it is."""
    if not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 < share < 1:
        return ">99%"
    return f"{share:.0%}"


class Words:
    """Everything the report says in one language."""

    def __init__(self, language: str = "en"):
        self.language = language
        self._column = 1 if language == "es" else 0

    def __call__(self, key: str, **values: object) -> str:
        """A fixed sentence with its blanks filled."""
        words = WORDS[key][self._column]
        return words.format(**values) if values else words

    # -- names ----------------------------------------------------------------------------------

    def label(self, measure: str) -> str:
        """Plain name of a measure."""
        m = MEASURES[measure]
        return (m.label_es or spanish.LABELS.get(measure) or spanish.term(m.label)) if self._column else m.label

    def inline(self, measure: str) -> str:
        """The name as it stands within a sentence."""
        label = self.label(measure)
        return label[0].lower() + label[1:] if label[1:2].islower() else label

    def term(self, words: str) -> str:
        """Group, payer, category, cause, unit or topic."""
        return spanish.term(words) if self._column else words

    def unit(self, measure: str) -> str:
        """Unit of values."""
        return self.term(MEASURES[measure].unit)

    def step(self, measure: str) -> str:
        """Unit of a difference: percentage points for percents."""
        unit = MEASURES[measure].unit
        unit = {
            "0 to 1, children's homes": "0 to 1",
            "mean of 7, ages 6 to 17": "of 7",
            "mean score of 10": "of 10",
        }.get(unit, unit)
        unit = {
            "0 to 1": "on a scale of 0 to 1",
            "SD, per child of 0 to 8": "SD",
            "HEI, 0 to 100": "points of 100 (HEI)",
        }.get(unit, unit)
        if unit.startswith("percent"):
            return self("unit.points")
        if unit.startswith("$"):
            return self.term(unit[2:])
        return self.term(unit)

    # -- numbers --------------------------------------------------------------------------------

    def level(self, measure: str, x: float) -> str:
        """A value in its unit, short."""
        unit = MEASURES[measure].unit
        if unit.startswith("$"):
            return dollars(x, self.language)
        shown = _plain(x, min(decimals(x, digits=3), 3))
        return f"{shown}%" if unit.startswith("percent") and math.isfinite(x) else shown

    def delta(self, measure: str, x: float, *others: float) -> str:
        """A difference with sign; `others` are numbers beside which it stands, with as many decimals."""
        if MEASURES[measure].unit.startswith("$"):
            return dollars(x, self.language, sign=True)
        # Enough decimals for the largest number, and for an interval not to shrink to one point.
        known = [v for v in (x, *others) if math.isfinite(v)]
        spread = max(known) - min(known) if len(known) > 1 else 0.0
        places = decimals(*known)
        if spread > 0:
            places = min(max(places, decimals(spread, digits=1)), places + 2)
        return signed(x, places)

    def interval(self, c: Change, *, money: bool = False) -> str:
        """The 95% interval, 'a to b'; a dash if there is none."""
        return self._range(c.measure, c.low, c.high, c.difference, money)

    def futures_range(self, c: Change, *, money: bool = False) -> str:
        """The middle 90% of futures."""
        return self._range(c.measure, c.p5, c.p95, c.difference, money)

    def _range(self, measure: str, low: float, high: float, middle: float, money: bool) -> str:
        if not (math.isfinite(low) and math.isfinite(high)):
            return "–"
        if money:
            return self("range", a=dollars(low, self.language), b=dollars(high, self.language))
        return self("range", a=self._bound(measure, low, high, middle), b=self._bound(measure, high, low, middle))

    def _bound(self, measure: str, x: float, *others: float) -> str:
        """An end of an interval; one that is not zero never reads as zero."""
        shown = self.delta(measure, x, *others)
        if x and not any(d in shown for d in "123456789") and not MEASURES[measure].unit.startswith("$"):
            return signed(x, min(decimals(x, digits=1), 6))
        return shown

    # -- sentences ------------------------------------------------------------------------------

    def join(self, parts: Sequence[str], comma: str = "; ") -> str:
        """'a; b and c'."""
        parts = list(parts)
        return parts[0] if len(parts) == 1 else self("and", a=comma.join(parts[:-1]), b=parts[-1])

    def verdict(self, c: Change) -> str:
        """What can be said of a difference, in a few words."""
        return self(f"verdict.{c.verdict}")

    def moved(self, c: Change, *, exploratory: bool = False) -> str:
        """'lower by 0.82 events per 100 child-years (95% interval −1.2 to −0.4)'."""
        size = self.delta(c.measure, c.difference, c.low, c.high).lstrip("+−")
        words = self("moved.lower" if c.difference < 0 else "moved.higher", size=size, unit=self.step(c.measure))
        if c.verdict == "single":
            return f"{words} ({self('one.future')})"
        mark = f"; {self('exploratory')}" if exploratory else ""
        return f"{words} ({self('interval', range=self.interval(c))}{mark})"

    def finding(self, c: Change) -> str:
        """A sentence title: what the arm does to a measure."""
        label = self.inline(c.measure)
        match c.verdict:
            case "nodata" | "same":
                return self(f"finding.{c.verdict}", arm=c.arm, label=label)
            case "unclear":
                return self(
                    "finding.unclear",
                    arm=c.arm,
                    label=label,
                    size=self.delta(c.measure, c.difference, c.low, c.high),
                    unit=self.step(c.measure),
                    range=self.interval(c),
                )
        return self("finding.moved", arm=c.arm, label=label, moved=self.moved(c))

    def matters(self, c: Change) -> str:
        """How the difference stands to the smallest one that was declared to matter; empty if none was."""
        if not (c.declared and c.important > 0 and math.isfinite(c.low)):
            return ""
        size = f"{c.important:g} {self.step(c.measure)}"
        if max(abs(c.low), abs(c.high)) < c.important:
            return self("matters.small", size=size)
        if c.clear and min(abs(c.low), abs(c.high)) >= c.important:
            return self("matters.large", size=size)
        return self("matters.open", size=size)

    def headline(self, facts: Facts, arm: str, money: ArmMoney) -> list[str]:
        """The sentences that open the report for one arm: most certain gains, losses, money."""
        changes = [facts.change(arm, m) for m in facts.headlines if m != "health_cost"]
        gains = sorted((c for c in changes if c.verdict == "better"), key=lambda c: -c.certainty)[:3]
        worse = sorted((c for c in changes if c.verdict == "worse"), key=lambda c: -c.certainty)[:3]

        def said(found: list[Change]) -> str:
            return self.join([f"{self.inline(c.measure)}, {self.moved(c, exploratory=not c.declared)}" for c in found])

        out = []
        found = {c.verdict for c in changes}
        if "single" in found and found <= {"single", "nodata", "same"}:
            out.append(self("headline.single"))
            best = sorted(
                (c for c in changes if c.verdict == "single" and c.gain > 0 and c.reference),
                key=lambda c: -c.gain / abs(c.reference),
            )
            if best:
                out.append(self("headline.in_one", list=said(best[:2])))
        else:
            out.append(self("headline.gains", list=said(gains)) if gains else self("headline.no_gain"))
            if worse:
                out.append(self("headline.worse", list=said(worse)))
            else:
                out.append(self("headline.no_worse" if gains else "headline.all_luck"))
            compared = sum(1 for c in changes if not c.declared and c.verdict not in ("nodata", "single"))
            if any(not c.declared for c in (*gains, *worse)):
                out.append(self("headline.by_luck", n=compared, luck=max(1, round(LUCK * compared))))
        out.append(self.cost(money, facts.results.years))
        return out

    def cost(self, money: ArmMoney, years: int) -> str:
        """What the arm costs and what comes back."""
        if not money.spending.difference:
            return self("cost.none")
        net = money.net
        side = 1 if net.difference >= 0 else -1
        spent = dollars(money.spending.difference, self.language)
        if money.spending.difference < 0:
            return self(
                "cost.revenue",
                spent=spent.lstrip("−"),
                years=years,
                net=dollars(net.difference, self.language),
            )
        if net.verdict == "unclear":
            return self(
                "cost.unclear",
                spent=spent,
                years=years,
                net=dollars(net.difference, self.language),
                range=self.interval(net, money=True),
            )
        words = self(
            "cost.net" if side > 0 else "cost.saves",
            spent=spent,
            years=years,
            net=dollars(abs(net.difference), self.language),
        )
        if not math.isfinite(net.low):
            return words + "."
        low, high = sorted((side * net.low, side * net.high))
        ranged = self("range", a=dollars(low, self.language), b=dollars(high, self.language))
        return f"{words} ({self('interval', range=ranged)})."

    def gap_finding(self, gap: Gap) -> str:
        """A sentence on one gap."""
        c = gap.change
        verb = {
            "unclear": "gap.unclear",
            "single": "gap.single",
            "nodata": "gap.nodata",
            "same": "gap.same",
        }.get(c.verdict, "gap.closes" if c.difference < 0 else "gap.widens")
        words = self(
            verb,
            label=self.inline(gap.measure),
            group=self.term(gap.group),
            against=self.term(gap.against),
            before=self.delta(gap.measure, abs(gap.before), gap.after).lstrip("+"),
            after=self.delta(gap.measure, abs(gap.after), gap.before).lstrip("+"),
            size=self.delta(gap.measure, c.difference, c.low, c.high),
            range=self.interval(c),
            unit=self.step(gap.measure),
        )
        return words

    def per_ace(self, ratio: tuple[float, float, float] | None, aces: Change) -> str:
        """Dollars per adverse experience prevented, with interval, or why it is not defined."""
        if ratio is None:
            return self("per_ace.single" if aces.verdict == "single" else "per_ace.undefined")
        mean, low, high = (dollars(x, self.language) for x in ratio)
        return f"{mean} ({self('interval', range=self('range', a=low, b=high))})"
