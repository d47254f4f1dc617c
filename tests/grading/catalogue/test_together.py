"""Several mistakes of the catalogue in one solution: each is named beside the others."""

import random
from collections import Counter
from functools import cache

import pytest
from mistakes import CATALOGUE
from planting import Named, is_meant, planted

#: What can be named beside others: mistakes in equations and loops, and no fault that ends a function.
TOGETHER = [e for e in CATALOGUE if all(isinstance(says, Named) for says in e.says)]
#: A dozen for every day, of one function and of several.
PAIRS = [
    ("candidate-with-sigmoid", "dc-without-o"),
    ("half-of-the-sigmoid-s-derivative", "do-from-c"),
    ("dc-prev-without-f", "input-gate-dropped"),
    ("gate-with-tanh", "input-gate-added"),
    ("path-from-h-to-c-missing", "tanh-twice-in-its-derivative"),
    ("df-with-the-new-c", "h-from-the-old-c"),
    ("gradient-of-h-not-carried-back", "path-from-h-to-c-missing"),
    ("bias-of-another-gate", "overwritten-over-time"),
    ("h-not-squared", "dwh-with-h-instead-of-h-prev"),
    ("dz-with-the-wrong-sign", "reset-ignored"),
    ("du-without-the-reset", "gate-left-out-of-dh-prev"),
    ("direct-path-with-the-other-gate", "dr-with-the-new-h"),
]
#: Of the random ones: the seed, how many, and which part of the planted mistakes must be named.
SEED, MANY, ENOUGH = 20, 200, 0.97
#: Not two mistakes: they are one, or one is right, or does not matter, for what the other makes of it.
AGREEING = [
    {"candidate-without-tanh", "candidate-s-derivative-missing"},
    {"candidate-with-sigmoid", "sigmoid-s-derivative-for-the-candidate"},
    {"gate-with-tanh", "output-gate-not-applied"},
    {"h-without-tanh-of-c", "do-from-c"},
    {"derivative-of-tanh-missing", "dh-prev-without-the-derivative"},
    {"c-squared-instead-of-tanh", "do-from-c"},
    {"derivative-at-the-old-h", "dwh-with-h-instead-of-h-prev"},
    {"initial-state-at-every-step", "initial-state-ignored"},
    {"first-state-a-view-of-the-output", "index-before-zero-wraps-round"},
    # Together the numbers grow beyond all bounds.
    {"gradient-squared-instead-of-h", "time-not-reversed"},
]
#: After these the loop hands on other states: a backward loop that is wrong, too, may be told as waiting for it.
ENDING = {"states-unpacked-in-the-wrong-order", "initial-state-at-every-step", "initial-state-ignored", "c-not-carried"}
LOOPS = {"lstm_backward", "rnn_backward", "backward", "TimeLSTM.backward"}


def combinations(number, sizes, seed=SEED):
    """Different sets of entries of one solution that can be planted together, drawn at random."""
    rng, found = random.Random(seed), {}
    while len(found) < number:
        first = rng.choice(TOGETHER)
        others = [e for e in TOGETHER if e.solution == first.solution and e is not first]
        size = rng.choice(sizes)
        if len(others) < size - 1:
            continue
        entries = sorted([first, *rng.sample(others, size - 1)], key=lambda e: e.id)
        name = "+".join(e.id for e in entries)
        if name not in found and _plantable(entries):
            found[name] = entries
    return found


def _plantable(entries):
    ids = {e.id for e in entries}
    late = {says.function for e in entries for says in e.says} & LOOPS
    if any(pair <= ids for pair in AGREEING) or (late and ids & ENDING):
        return False
    try:
        planted(*entries)
    except ValueError:
        return False
    return True


def named(entry, report, alone):
    """Whether all that must be said of an entry is said, for sure or not, for several faults have several stories.

    Formulas show what else is wrong in them too: what is said of the entry alone, in the same place, will do.
    """
    usual = {(m.where.function, m.quantity, m.title) for m in alone.mistakes}
    return all(
        any(is_meant(says, m) or (m.where.function, m.quantity, m.title) in usual for m in report.mistakes)
        for says in entry.says
    )


def pairs():
    """The dozen, a test each; half of them take long."""
    for k, pair in enumerate(PAIRS):
        yield pytest.param(pair, id="+".join(pair), marks=[pytest.mark.slow] if k % 2 else [])


@pytest.fixture(scope="session")
def alone(grading):
    """The report on one entry by itself."""
    return cache(lambda entry: grading(planted(entry), entry.solution))


@pytest.mark.parametrize("pair", list(pairs()))
def test_two_mistakes_are_both_named(pair, grading, alone):
    entries = [next(e for e in CATALOGUE if e.id == identity) for identity in pair]
    report = grading(planted(*entries), entries[0].solution)
    assert [e.id for e in entries if not named(e, report, alone(e))] == [], report.mistakes


@pytest.mark.slow
def test_of_many_mistakes_together_nearly_all_are_named(grading, alone):
    met, missed = Counter(), Counter()
    for name, entries in combinations(MANY, [2, 3]).items():
        report = grading(planted(*entries), entries[0].solution)
        lost = [e for e in entries if not named(e, report, alone(e))]
        met.update(len(entries) for _ in entries)
        missed.update(len(entries) for _ in lost)
        if lost:
            print(f"{name}: not named: {', '.join(e.id for e in lost)}; {[m.title for m in report.mistakes]}")
    for size in sorted(met):
        print(f"{size} together: {met[size] - missed[size]} of {met[size]} planted mistakes named")
    assert missed.total() <= (1 - ENOUGH) * met.total()
