"""A backward pass is judged by the student's own forward pass where that is wrong and nobody can name how."""

from dataclasses import replace

import numpy as np
import pytest
from covering import described, fitting

from gatecheck.assignment.compiling import compiled
from gatecheck.assignment.key import Key
from gatecheck.assignment.kit import Kit, standard
from gatecheck.calculus.backward import derive
from gatecheck.cells import load
from gatecheck.conventions import BACKWARD, layout
from gatecheck.data import folder
from gatecheck.grading.exchange import calls
from gatecheck.grading.intake import submission_from
from gatecheck.grading.judge import grade
from gatecheck.grading.ladder import read
from gatecheck.grading.own_forward import judged, probes, ways
from gatecheck.grading.running import Answer, Run
from gatecheck.grading.sample import sample
from gatecheck.grading.second import SecondLook
from gatecheck.grading.exchange import expected
from gatecheck.writing.reference import code

ANNA = (folder("templates") / "demo" / "anna.py").read_text()
