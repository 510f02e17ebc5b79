"""The short form of `make chaos`: every kind of fault once, at random, under load."""

from __future__ import annotations

import pytest

from tests.stack.chaos import FAULTS, chaos, deal


def test_every_fault_once() -> None:
    tally = chaos(faults=len(FAULTS), seed=7, owners=3)
    assert len(tally.handed_in) > 0
    assert sum(count for what, count in tally.counts.items() if what.startswith("fault: ")) == len(FAULTS)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_deals_the_same_faults(seed: int) -> None:
    assert deal(50, seed) == deal(50, seed)
    assert set(deal(len(FAULTS), seed)) == set(FAULTS)
