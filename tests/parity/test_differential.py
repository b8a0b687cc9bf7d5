"""Reading and running judge the same random configs alike (SYN to BASE). More of them: ``differential.py``."""

from __future__ import annotations

import pytest
from differential import judged

CASES = 250


@pytest.mark.parametrize("seed", [11, 12])
def test_both_judges_agree(seed: int) -> None:
    score = judged(CASES, seed)
    assert not score.cases, "\n\n".join(map(str, score.cases))
    assert score.both > CASES / 4, "too few wrong configs to say anything"
    assert score.neither > CASES / 4, "too few right configs to say anything"
    assert score.false == 0
    assert score.recall >= 0.985
    assert len(score.codes) > 12, "too few kinds of problems"


def test_same_seed_same_cases() -> None:
    first, second = judged(24, 5), judged(24, 5)
    assert (first.both, first.neither, first.codes) == (second.both, second.neither, second.codes)
