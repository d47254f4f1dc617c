"""Running a submission: calls go to a worker beside the judge, answers come back, the clock has the last word.

Nothing that arrives is believed: frames are decoded strictly, must come in order, fit the caps and arrive before
one deadline. A reader thread takes them off the pipe, because that works on every system.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Literal

from gatecheck.errors import Fault
from gatecheck.grading import wire
from gatecheck.grading.process import Process, remove
from gatecheck.grading.wire import Foreign, Result, Value

__all__ = ["Answer", "Call", "Foreign", "Raised", "Result", "Run", "Value", "Worker"]

START_SECONDS = 30.0
