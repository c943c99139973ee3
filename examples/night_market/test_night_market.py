"""One line of test for each part."""

from hecsim_night_market.intervention import NightMarket
from hecsim_night_market.process import VISITS

from hecsim.testing import check_intervention, check_measure, check_process


def test_the_intervention_keeps_the_rules():
    check_intervention(NightMarket)


def test_loop_and_twin_agree():
    check_process(VISITS)


def test_the_measure_is_one():
    check_measure("market_evenings")
