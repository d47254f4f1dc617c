"""Certificates: programs that a sceptic runs with SymPy alone."""

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gatecheck.calculus.backward import derive
from gatecheck.cells import joined, library, load, read
from gatecheck.writing.certificate import certificate

ODD = sorted((Path(__file__).parent.parent / "odd").glob("*.cell"))
CELLS = {**{name: load(name) for name in library()}, **{path.stem: load(path) for path in ODD}}
RIGHT = "All that is derived is right."


def ran(text):
    """(exit code, what it printed) of a program, run here."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as end:
        exec(compile(text, "certificate.py", "exec"), {"__name__": "__main__"})
    return end.value.code, said.getvalue()


@pytest.mark.parametrize("name", CELLS)
def test_the_certificate_of_every_cell_holds(name):
    code, said = ran(certificate(derive(CELLS[name], unit=True)))
    lines = said.splitlines()
    assert (code, lines[-1]) == (0, RIGHT)
    assert [line.removeprefix("right  ") for line in lines[:-1]] == [e.source for e in CELLS[name].equations]


def test_a_certificate_runs_alone(tmp_path):
    file = tmp_path / "c.py"
    file.write_text(certificate(derive(joined(load("rnn"), "cross-entropy"), unit=True)), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", file.name], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (0, "", RIGHT)


def test_a_certificate_imports_sympy_alone():
    nodes = list(ast.walk(ast.parse(certificate(derive(CELLS["functions"])))))
    found = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    assert found | {n.module for n in nodes if isinstance(n, ast.ImportFrom)} == {"sys", "sympy"}


def claims(text):
    """Every line of what is derived, by its number."""
    lines = text.splitlines()
    return {k: line for k, line in enumerate(lines) if re.fullmatch(r"        [a-z]+_\w+(\[\d\])+: .*,", line)}


@pytest.mark.parametrize("name", ["rnn", "gru_reset_after", "reductions"])
def test_a_certificate_with_one_claim_changed_fails_there(name):
    text = certificate(derive(CELLS[name]))
    lines, found = text.splitlines(), claims(text)
    for k in list(found)[:: max(1, len(found) // 3)]:
        read, claim = found[k].strip().rstrip(",").split(": ", 1)
        changed = [*lines[:k], f"        {read}: -({claim}),", *lines[k + 1 :]]
        code, said = ran("\n".join(changed))
        assert code == 1 and said.count("WRONG") == 1 and said.endswith("Something is wrong.\n"), read


def test_a_certificate_with_a_claim_missing_fails():
    text = certificate(derive(load("rnn")))
    lines, k = text.splitlines(), next(iter(claims(text)))
    code, said = ran("\n".join([*lines[:k], *lines[k + 1 :]]))
    assert code == 1 and "WRONG" in said


def test_the_certificate_of_a_wrong_derivation_fails():
    backward = derive(load("lstm"))
    c, *rest = (g for g in backward.quantities if g.name == "c")
    wrong = replace(c, terms=tuple(replace(t, expression=-t.expression) for t in c.terms))
    quantities = tuple(wrong if g is c else g for g in backward.quantities)
    code, said = ran(certificate(replace(backward, quantities=quantities)))
    assert code == 1 and rest == []
    assert [line[:12] for line in said.splitlines() if line.startswith("WRONG")] == ["WRONG  c[t] ", "WRONG  h[t] "]


HOSTILE = {
    "names": "x: D\nI: D\nE: D\nI[t] = tanh(S * x[t] + exit * E[t-1])\n"
    "E[t] = I[t] * pi + numbers * E[t-1] / 7 + check * wrong\n",
    "prefixes": "x: D\nh: D\nd_x: D\nold_h: D\n"
    "h[t] = now_x * x[t] + d_x[t] * h[t-1] + par_x * old_h[t] + x_1 * x_1_1\n",
    "words": "'''"
    + r'""" \"""; raise SystemExit(9) # \ '
    + "'''\nx: D\nh: D\nh[t] = tanh(x[t] + h[t-1])  # \"\"\" \\\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_an_author_writes_does_no_harm(kind):
    assert ran(certificate(derive(read(HOSTILE[kind]))))[0] == 0


def test_numbers_stay_exact():
    text = certificate(derive(read("x: D\nh: D\nh[t] = 0.1 * x[t] / 7 + h[t-1] / (1 + 2) - mean(x[t]) + 0.3\n")))
    floats = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    assert floats == [] and ran(text)[0] == 0
    assert all(part in text for part in ("Rational(7)**(-1)", "Rational(1 + 2)**(-1)", "Rational(1, 10)"))


def test_a_certificate_is_the_same_for_every_hash_seed():
    program = (
        "from gatecheck.calculus.backward import derive; from gatecheck.cells import load;"
        "from gatecheck.writing.certificate import certificate; print(certificate(derive(load('slstm'))))"
    )
    said = set()
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
        said.add(done.stdout)
    assert len(said) == 1
