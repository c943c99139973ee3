"""A virtual trial: a published study as data, from eligibility to the estimate that it printed.

    id = "X1"
    title = "Cash for new mothers"
    source = "Author 2024 Journal, doi ..."

    [place]
    towns = ["Hartford"]

    [population]
    unit = "household"
    where = "under6 > 0 and poverty_ratio < 1"

    [design]
    kind = "randomized"
    assign = "household"

    [[arm]]
    name = "cash"
    [[arm.lever]]
    name = "cash"
    add = 333

    [[outcome]]
    name = "stress"
    value = "caregiver_stress"
    at = [12]
    effect = "difference"
    [outcome.published]
    value = 0.0
    low = -0.1
    high = 0.1

The reference of all keys is in docs/trials.md, written from the dataclasses of this file.
"""

from __future__ import annotations

from hecsim.errors import UnknownNameError
from hecsim.measures import MEASURES
from hecsim.trials.keys import Window, expect, key, record
from hecsim.trials.treatments import Arm, Background

__all__ = ["DESIGNS", "EFFECTS", "RATIOS", "Calendar", "Design", "Outcome", "Place", "Population", "Published", "Trial"]

DESIGNS = ("randomized", "difference in differences", "series", "regression", "observation")
UNITS = ("person", "household", "neighborhood", "town", "place")
EFFECTS = (
    "difference", "percent change", "ratio", "odds ratio", "hazard ratio", "standardized difference",
    "slope change", "bend", "level change", "coefficient", "level", "slope",
)  # fmt: skip
RATIOS = ("ratio", "odds ratio", "hazard ratio")  # compared on the log scale; no effect is 1
FOLLOW_LIMIT = 360


@record
class Place:
    """Where the study is re-enacted."""

    towns: tuple[str, ...] = key(("Hartford",), help='names of towns, "all" for the state, "region:..." or "county:..."')
    households: int | None = key(6000, low=100, help="simulated households that stand for the place; less is faster")
    seed: int = key(1, low=0, help="seed of the synthetic population")
    surrogate: str = key("", help="why this place stands for the study's own")


@record
class Calendar:
    """When it happens."""

    start_year: int = key(
        2025, low=2024, high=2036, help="calendar year of the first month simulated, with the law of that year"
    )
    before: int = key(0, low=0, high=120, unit="months", help="months lived before month 0, for a period before the policy")
    burn_in: int = key(12, low=0, high=120, unit="months", help="months that settle fast states, before anything is observed")
    follow: int | None = key(
        None, low=1, high=FOLLOW_LIMIT, unit="months", help="months of follow-up; as long as the outcomes need, if not given"
    )


@record
class Population:
    """Who takes part."""

    unit: str = key("person", options=("person", "household"), help="what a participant is")
    where: str = key("", expression="the unit's rows", help="who is eligible; empty for everybody")
    follow: str = key(
        "cohort", options=("cohort", "cross-section"),
        help='"cohort" follows those recruited; "cross-section" asks whoever matches `where` in each month',
    )  # fmt: skip
    recruit_months: int = key(
        0, low=0, high=120, unit="months",
        help="for how long recruitment goes on, so that those who become eligible (births, evictions) enter; 0 is one day",
    )  # fmt: skip
    recruited: float = key(1.0, low=0, high=1, unit="share", help="share of those eligible who consent to take part")
    attrition: float = key(
        0.0,
        low=0,
        high=0.95,
        unit="share",
        help="share lost by the last month of follow-up, evenly, beside deaths and moves away",
    )


@record
class Design:
    """How treated and compared came about."""

    kind: str = key(options=DESIGNS, help="the study's design")
    assign: str = key(
        "person", options=UNITS,
        help='what is assigned; "place" treats everybody and compares with the same place untreated',
    )  # fmt: skip
    share: float = key(
        0.5, low=0, high=1, unit="share", help="share of units treated by lot (shared by arms that give none of their own)"
    )
    where: str = key("", expression="the assigned unit's rows", help="units treated by rule instead of by lot, in month 0")
    crossover: float = key(
        0.0, low=0, high=1, unit="share", help="share of controls who get the first arm's treatment all the same"
    )
    estimand: str = key("itt", options=("itt", "tot"), help='"tot" divides by the difference in take-up, for differences only')


@record
class Published:
    """What the study printed, or that it found nothing."""

    value: float | None = key(None, help="the estimate, in the unit of `effect`")
    low: float | None = key(None, help="lower end of its 95% interval")
    high: float | None = key(None, help="upper end of its 95% interval")
    se: float | None = key(None, low=0, help="standard error, if no interval was printed: the interval is value ± 1.96 se")
    null: bool = key(False, help="the study found no effect: the re-enacted study must find none either")
    band: tuple[float, ...] = key((), help="two numbers between which the effect at a large size must lie, for nulls")
    n: int | None = key(None, low=2, help="participants analyzed, all arms together (with cross-sections: in each period)")
    n_treated: int | None = key(None, low=1, help="participants analyzed in the treated arm, if not half")
    clusters: int | None = key(None, low=2, help="clusters analyzed, when clusters were assigned")
    noise: str = key(
        "resample", options=("resample", "published", "none"),
        help='sampling error of the re-enactment: by resampling `n` participants, from the published interval (for panels '
        'of states, which one place cannot resample), or none',
    )  # fmt: skip
    grade: str = key("", options=("A", "B", "C", "D"), help="strength of this figure, if not the trial's")
    remembered: bool = key(False, help="the figure was remembered, not read in the source")

    def __post_init__(self) -> None:
        pair = (self.low is None) == (self.high is None)
        expect(pair, "give both low and high, or neither", key="low")
        expect(self.low is None or self.high is None or self.low <= self.high, "must not exceed high", key="low")
        expect(len(self.band) in (0, 2), "is a list of two numbers", key="band")
        known = self.value is not None or self.low is not None or self.null
        expect(known, "give a value, an interval, or null = true", key="value")
        expect(self.se is None or self.value is not None, "needs a value", key="se")
        needs = self.noise != "published" or self.interval is not None
        expect(needs, 'noise = "published" needs an interval or a standard error', key="noise")

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval, if there is one."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        if self.se is not None and self.value is not None:
            return self.value - 1.96 * self.se, self.value + 1.96 * self.se
        return None


@record
class Outcome:
    """What was measured, on whom, when, and how the effect was expressed."""

    name: str = key(help="short name")
    published: Published = key(table=True, help="what the study printed")
    label: str = key("", help="plain words")
    measure: str = key("", help="a measure of the catalogue, with its own yardstick; or give `value`")
    value: str = key("", expression="the rows of `of`", help="what is averaged: a column or any expression")
    per: str = key("1", expression="the rows of `of`", help='denominator of the average, such as "1 / 12" for events per year')
    of: str = key(
        "", options=("", "person", "household"), help="whose rows, if not the participant's: persons of participating homes"
    )
    where: str = key("", expression="the rows of `of`", help="only these rows at the time of measurement, such as an age band")
    against: str = key("", expression="the rows of `of`", help="a second group to compare `where` with, in a single arm")
    yardstick: str = key("", help="how it was observed; a measure brings its own")
    at: Window = key((), unit="months", help="month or months after entry (after month 0) at which it was measured")
    over: Window = key((), unit="months", help="two months: everything after the first up to the second")
    baseline: Window = key(
        (), unit="months", help="two months before the policy, for differences in differences; [-11, 0] is a year"
    )
    at_age: float | None = key(None, low=0, high=100, unit="years", help="measured when a participant reaches this age")
    take: str = key(
        "mean", options=("mean", "any", "sum", "change"),
        help='over several months: "mean" (events per denominator), "any" (ever), "sum" (count for each participant); '
        '"change" from entry',
    )  # fmt: skip
    factor: float = key(1.0, help="multiplies the average: 100 for percent, 1000 for per thousand; a measure brings its own")
    at_least: float | None = key(None, help="counts those whose value (after `take`) is at least this, as a percentage")
    at_most: float | None = key(None, help="counts those whose value (after `take`) is at most this, as a percentage")
    unit: str = key("", help="unit of the average")
    effect: str = key("difference", options=EFFECTS, help="how the effect is expressed")
    arm: str = key("", help="the arm that is compared with control; the first treated one by default")
    versus: str = key("", help="another arm to compare with, instead of control")
    exposure: str = key("", expression="the rows of `of`", help="the regressor whose coefficient is reported")
    covariates: tuple[str, ...] = key((), help="expressions that the regression adjusts for")
    across: str = key(
        "person", options=("person", "household", "neighborhood", "town"), help="units of a regression, weighted by their size"
    )
    model: str = key(
        "linear", options=("linear", "logit", "poisson"), help="the regression's kind; odds ratios and ratios are exp(b)"
    )
    primary: bool = key(True, help="whether the trial's verdict rests on it")
    note: str = key("", help="what a reader should know")

    def __post_init__(self) -> None:
        expect(bool(self.measure) != bool(self.value), "give either a measure or a value", key="value")
        if self.measure:
            if self.measure not in MEASURES:
                raise UnknownNameError(self.measure, MEASURES, what="measure", key="measure")
            bare = self.per == "1" and self.factor == 1.0
            expect(bare, "a measure brings its own denominator and factor", key="per")
        given = sum((bool(self.at), bool(self.over), self.at_age is not None))
        expect(given == 1, "give exactly one of at, over and at_age", key="at")
        limits = (self.at_least is None or self.at_most is None) and not (self.measure and self.limited)
        expect(limits, "give at_least or at_most, with a value of its own", key="at_least")
        for name in ("over", "baseline"):
            window = getattr(self, name)
            ordered = not window or (len(window) == 2 and window[0] < window[1])
            expect(ordered, "is two months, the first smaller", key=name)
        expect(max((*self.at, *self.over, 0)) <= FOLLOW_LIMIT, f"goes beyond {FOLLOW_LIMIT} months", key="at")

    @property
    def limited(self) -> bool:
        """Whether those beyond a limit are counted."""
        return self.at_least is not None or self.at_most is not None


@record
class Trial:
    """A published study to re-enact."""

    id: str = key(help="short identifier")
    title: str = key(help="what was studied, in words")
    source: str = key(help="the publication, with its DOI or address")
    place: Place = key(Place(), table=True, help="where it is re-enacted")
    design: Design = key(table=True, help="how treated and compared came about")
    outcome: tuple[Outcome, ...] = key(table=True, help="what was measured")
    population: Population = key(Population(), table=True, help="who takes part")
    calendar: Calendar = key(Calendar(), table=True, help="when it happens")
    arm: tuple[Arm, ...] = key((), table=True, help="what is done")
    background: Background = key(Background(), table=True, help="what holds for everybody, treated or not")
    question: str = key("", help="what it tests in the model")
    grade: str = key("C", options=("A", "B", "C", "D"), help="strength of the study: A randomized and replicated ... D weak")
    calibration: bool = key(False, help="whether its result was used in setting base rates")
    note: str = key("", help="what differs from the study")

    def __post_init__(self) -> None:
        from hecsim.trials.checks import check

        check(self)

    # -- derived --------------------------------------------------------------------------------

    @property
    def control(self) -> Arm:
        """The arm to compare with."""
        return next((a for a in self.arm if a.control), Arm(name="current law", control=True))

    @property
    def treated(self) -> tuple[Arm, ...]:
        """The arms that are not the control, in order: arm number 1, 2, ..."""
        return tuple(a for a in self.arm if not a.control)

    @property
    def individual(self) -> bool:
        """Whether persons or households are assigned, rather than places."""
        return self.design.assign in ("person", "household")

    @property
    def one_world(self) -> bool:
        """Whether there is nothing to compare but the world as it is."""
        return self.design.kind in ("regression", "observation") and not self.treated

    @property
    def follow(self) -> int:
        """Months from entry to the last observation."""
        return max(self.calendar.follow or 1, *(max((*o.at, *o.over, 0)) for o in self.outcome))

    def arm_number(self, name: str) -> int:
        """Number of an arm by its name; 0 is the control."""
        return next(i + 1 for i, a in enumerate(self.treated) if a.name == name)
