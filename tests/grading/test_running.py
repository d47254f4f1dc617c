import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from gatecheck.errors import Fault
from gatecheck.grading import process, running, watching
from gatecheck.grading.inside.frames import WireError
from gatecheck.grading.running import Call, Foreign, Raised, Result, Worker
from gatecheck.grading.transcript import Transcript

POSIX = os.name == "posix"
posix_only = pytest.mark.skipif(not POSIX, reason="about POSIX processes")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's limits and /proc")

ONES = np.ones((2, 3))


def session(leader):
    """The living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == leader:
            found.append(int(stat.parent.name))
    return found


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs a submission, and holds that neither a process nor a folder is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def run(source, *calls, **options):
        text = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
        runner = Worker(without=options.pop("without", ()))
        result = runner.run(text, "cell.py", calls, **{"deadline_seconds": 5, **options})
        assert list(tmp_path.iterdir()) == []
        until = time.monotonic() + 2
        while sys.platform == "linux" and session(runner._process._process.pid):
            assert time.monotonic() < until, "a process outlived the run"
            time.sleep(0.01)
        return result

    return run


# What comes back


def test_every_kind_of_value_comes_back_as_it_is(run):
    source = """
        import collections
        import numpy as np
        def echo(*values): return values
        def big(x): return x.astype('>f8'), np.asfortranarray(x), x[::-1, ::2], x.T
        def scalars():
            return np.float32(1.5), np.bool_(True), np.int64(3), 2, 0.5, 1j, None, "a", float("nan")
        def strange():
            class Mine(np.ndarray): pass
            class List(list): pass
            cycle = []; cycle.append(cycle)
            return (np.zeros(2).view(Mine), np.float16(1), np.zeros(2, 'f2'), np.array([None]),
                    (x for x in ()), np.zeros((1,) * 9), 10 ** 30, "a" * 20_000, {1: 2}, List(), {3}, b"",
                    [0] * 60_000,
                    np.broadcast_to(1.0, (1 << 20, 1 << 20)), cycle, lambda: 0)
    """
    given = (ONES, [1, {"a": (ONES, None)}], {"b": np.arange(3), "c": "text"}, True, -1, 2.5)
    echo, layouts, scalars, strange = run(
        source, Call("echo", given), Call("big", (ONES,)), Call("scalars", ()), Call("strange", ())
    ).answers
    np.testing.assert_equal(echo.value, given)
    assert echo.modified == () and echo.seconds >= 0
    assert [part.shape for part in layouts.value] == [(2, 3), (2, 3), (2, 2), (3, 2)]
    assert all(part.dtype == np.dtype("<f8") for part in layouts.value)
    kinds = [part.dtype.name if isinstance(part, np.ndarray) else type(part) for part in scalars.value]
    assert kinds == ["float32", "bool", "int64", int, float, "complex128", type(None), str, float]
    nesting = Foreign("list nested too deep")
    assert strange.value[-2] == [[[[[nesting]]]]]
    assert [part.kind for part in (*strange.value[:-2], strange.value[-1])] == [
        "ndarray subclass Mine",
        "float16",
        "array of dtype float16",
        "array of dtype object",
        "generator",
        "array of 9 dimensions",
        "int beyond 64 bits",
        "str of 20000 characters",
        "dict whose keys are not all texts",
        "List",
        "set",
        "bytes",
        "list of 60000 items",
        "array of shape (1048576, 1048576), too large to look at",
        "function",
    ]


def test_opaque_parts_stay_in_the_worker_and_are_given_to_later_calls_as_they_are(run):
    source = """
        class Cache:
            def __getitem__(self, key): raise RuntimeError
        def forward(x):
            cache = [x, {"inner": (x, Cache())}]
            forward.cache = cache
            return x + 1, cache
        def backward(dh, cache): return dh * 2, cache is forward.cache
        def inner(x): return x
    """
    forward, backward, part, *missing = run(
        source,
        Call("forward", (ONES,), opaque=(1,)),
        Call("backward", (Result(0, (0,)), Result(0, (1,)))),
        Call("inner", ([Result(0, (1, 1, "inner", 0))],)),
        Call("inner", (Result(0, (5,)),)),
        Call("inner", (Result(0, (1, 1, "inner", 1, "x")),)),
        Call("absent", ()),
        Call("inner", (Result(5),)),
        Call("inner", (Result(7),)),
    ).answers
    assert forward.value[1] == Foreign("list")
    np.testing.assert_equal(backward.value, (ONES * 4, True))
    np.testing.assert_equal(part.value, [ONES])
    assert [answer.status for answer in missing] == ["depends", "depends", "missing", "depends", "depends"]


def test_arguments_changed_in_place_are_named_and_later_calls_get_them_unchanged(run):
    source = """
        import numpy as np
        def change(a, b, c, d, e, f):
            a += 1
            c["x"][0] = np.nan
            d.append(1)
            e.shape = (-1,)
            return a
        def swap(nan, d): d["k"] = 1
        def raises(a): a[0] = 7; raise ValueError
        def later(a, b): return b
    """
    array = np.ones(3)
    a, b, c, d = run(
        source,
        Call("change", (array, array, {"x": array}, [array], np.ones((2, 2)), 1.0)),
        Call("swap", (np.array([np.nan]), {"k": None})),
        Call("raises", (array,)),
        Call("later", (Result(0), array)),
    ).answers
    assert (a.modified, b.modified, c.modified, d.modified) == ((0, 2, 3, 4), (1,), (0,), ())
    np.testing.assert_equal(d.value, np.ones(3))


def test_the_functions_that_the_file_defines_are_named(run):
    source = """
        from numpy import *
        import numpy as np
        weights = 3
        class Cell: pass
        def step_foward(x): return x
        later = lambda: 0
    """
    result = run(source, Call("weights", ()), Call("step_forward", ()))
    assert result.names == ("Cell", "step_foward", "later")
    assert [answer.status for answer in result.answers] == ["not_callable", "missing"]
    assert (result.outcome, result.message) == ("graded", "")


# What is raised


RAISING = [
    ("raise ValueError('x' * 600)", "ValueError", "x" * 500),
    ("raise SystemExit(3)", "SystemExit", "3"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
    ("raise GeneratorExit", "GeneratorExit", ""),
    ("input()", "EOFError", "EOF when reading a line"),
    ("f5()", "RecursionError", "maximum recursion depth exceeded"),
    ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})", "Odd", ""),
    ("raise ValueError('\\ud800\\x1b[31m')", "ValueError", "?\x1b[31m"),
    ("exec('1 +')", "SyntaxError", "invalid syntax"),
    ("[][0]", "IndexError", "list index out of range"),
]


def test_whatever_a_function_raises_is_told_with_its_line_and_the_next_call_is_made(run):
    lines = [f"def f{i}(): {body}" for i, (body, _, _) in enumerate(RAISING)]
    calls = [Call(f"f{i}", ()) for i in range(len(RAISING))]
    *answers, after = run("\n".join([*lines, "def after(): return 1"]), *calls, Call("after", ())).answers
    told = [(a.raised.kind, a.raised.message, a.raised.trace[0][0]) for a in answers]
    assert told == [(kind, message, i) for i, (_, kind, message) in enumerate(RAISING, start=1)]
    assert after.value == 1


def test_a_trace_holds_the_lines_of_the_submission_only_and_no_more_than_twelve(run):
    source = """
        from functools import reduce
        def deep(n):
            return reduce(lambda a, b: deep(n - 1), [1, 2]) if n else [][0]
        def f(): return deep(30)
    """
    raised = run(source, Call("f", ())).answers[0].raised
    assert len(raised.trace) == 12
    assert raised.trace[-1] == (4, "deep", "return reduce(lambda a, b: deep(n - 1), [1, 2]) if n else [][0]")
    assert {name for _, name, _ in raised.trace} == {"deep", "<lambda>"}


@linux_only
def test_memory_beyond_the_limit_is_an_exception_and_later_calls_still_run(run):
    source = """
        import sys
        import numpy as np
        kept = []
        def at_once(): return np.ones(1 << 40)
        def slowly():
            hoard = []
            while True: hoard.append(bytes(1000))
        def for_ever():
            while True: kept.append(bytes(100_000))
        def deeper(n=0):
            kept.append([0] * n)
            sys.setrecursionlimit(10**9)
            return deeper(n + 1)
        def fine(): return np.eye(100) @ np.eye(100)
        def given(x): return 1
    """
    calls = [Call(name, ()) for name in ("at_once", "slowly", "slowly", "fine", "for_ever", "deeper")]
    result = run(source, *calls, Call("given", (np.ones(1 << 20),)), memory_mib=64)
    statuses = [answer.status for answer in result.answers]
    assert statuses == ["raised", "raised", "raised", "returned", "raised", "raised", "raised"]
    told = [answer.raised for answer in result.answers if answer.raised]
    assert {raised.kind for raised in told} == {"MemoryError"}
    assert all(raised.message.endswith("no more than 64 MiB of memory may be used") for raised in told)
    assert told[0].message.startswith("Unable to allocate 8.00 TiB")


@linux_only
@pytest.mark.parametrize(("hoard", "where"), [("def f(): return hoard()", "inside f"), ("hoard()", "while it was")])
def test_where_no_limit_holds_a_look_from_outside_ends_what_takes_too_much(run, monkeypatch, hoard, where):
    monkeypatch.setattr(watching, "WATCHED", True)
    source = f"def hoard():\n    kept = []\n    while True: kept.append(bytes(100_000))\n{hoard}\ndef g(): return 1"
    result = run(source, Call("g", ()), Call("f", ()), memory_mib=64, without=("limits",))
    assert result.message.startswith(f"cell.py took more than the 64 MiB of memory allowed, {where}")
    assert result.outcome == ("graded" if "f" in where.split() else "crashed") and not result.disturbed
    assert [a.status for a in result.answers] == (["returned", "died"] if "f" in where.split() else ["unreached"] * 2)


def test_a_look_says_about_how_much_memory_a_process_has():
    before, kept = watching.memory(os.getpid()), bytearray(b"x") * (32 << 20)
    assert 24 << 20 < watching.memory(os.getpid()) - before < 64 << 20
    assert len(kept) == 32 << 20
    assert watching.memory(2**22 + 1) == 0, "there is none of that number"


@linux_only
def test_what_python_says_of_its_own_failure_is_kept_where_there_is_memory(run):
    [answer] = run("def f(): raise SystemError('a slip')", Call("f", ()), memory_mib=64).answers
    assert (answer.raised.kind, answer.raised.message) == ("SystemError", "a slip")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f(:\n    pass", "cell.py is not valid Python in line 1: “invalid syntax”"),
        ("\n\nif True:\npass", "cell.py is not valid Python in line 4: “expected an indented block"),
        (b"# \xff", "cell.py is not UTF-8 text."),
        ("\n1 / 0", "cell.py raised ZeroDivisionError in line 2 while it was being loaded: “division by zero”"),
        ("import sys\nsys.exit()", "cell.py raised SystemExit in line 2 while it was being loaded."),
        ("%matplotlib inline", "cell.py is not valid Python in line 1: “invalid syntax”. That line is a note"),
        ("get_ipython()", "cell.py raised NameError in line 1 while it was being loaded: “name 'get_ipython' is not"),
        ("import torch\nclass N(torch.nn.Module): pass", "cell.py raised ModuleNotFoundError in line 2 while it"),
        ("import sympy", "cell.py raised ModuleNotFoundError in line 1 while it was being loaded: “No module"),
        ("import torch_of_another_name", "cell.py raised ModuleNotFoundError in line 1 while it was"),
        ("import gatecheck", "cell.py raised ModuleNotFoundError in line 1 while"),
        ("(" * 5000, "cell.py is not valid Python"),
        ("x = 1\0", "cell.py "),
    ],
)
def test_a_file_that_cannot_be_loaded_is_rejected_with_the_line(run, source, message):
    result = run(source, Call("f", ()))
    assert result.outcome == "rejected" and result.message.startswith(message)
    assert [answer.status for answer in result.answers] == ["unreached"]
    assert result.raised is not None and result.names == ()


def test_a_module_that_is_imported_and_not_needed_is_no_reason_to_turn_a_file_away(run):
    source = """
        import matplotlib.pyplot as plt, torch
        from scipy.special import expit
        from torch import nn
        plt.rcParams["figure.figsize"] = 8, 8
        def draw(x: torch.Tensor | None) -> nn.Module: plt.plot(x)
        def right(): return 1
        def wrong(): return expit(0)
        try: import pandas
        except ImportError: pandas = None
        def without(): return pandas is None
        def late(): import pandas
        """
    result = run(source, *(Call(name, ()) for name in ("right", "wrong", "without", "late")), Call("draw", (1,)))
    assert result.message == ""
    assert [answer.value for answer in result.answers[::2]][:2] == [1, True]
    told = [(a.raised.kind, a.raised.message) for a in result.answers if a.raised]
    assert told == [
        ("ModuleNotFoundError", "No module named 'scipy', so no scipy.special.expit"),
        ("ModuleNotFoundError", "No module named 'pandas'"),
        ("ModuleNotFoundError", "No module named 'matplotlib', so no matplotlib.pyplot.plot"),
    ]


def test_a_coding_cookie_a_byte_order_mark_and_old_line_ends_change_nothing(run):
    source = b"\xef\xbb\xbf# coding: rot13\r\ndef f():\r    return '\xce\xb4'\n"
    assert run(source, Call("f", ())).answers[0].value == "δ"


# The clock


def test_a_loop_in_a_call_keeps_the_answers_before_it(run):
    source = "def f(): return 1\ndef loop():\n    while True: pass"
    result = run(source, Call("f", ()), Call("loop", ()), Call("f", ()), deadline_seconds=0.4)
    assert [answer.status for answer in result.answers] == ["returned", "timeout", "unreached"]
    assert result.outcome == "graded"
    assert result.message == "cell.py ran longer than the 0.4 s allowed, inside loop."
    assert result.cpu_seconds > 0.1 or not POSIX


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "while True: print('x' * 100_000)",
        "import re; re.match('(a+)+$', 'a' * 40 + 'b')",
        "while True:\n    try: 1 / 0\n    except BaseException: pass",
        "import signal, time\nfor s in (1, 2, 3, 15): signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)",
    ],
)
def test_a_file_that_does_not_end_loading_times_out(run, source):
    result = run(source, Call("f", ()), deadline_seconds=0.3)
    assert (result.outcome, result.answers[0].status) == ("timeout", "unreached")
    assert result.message == "cell.py ran longer than the 0.3 s allowed, while it was being loaded."


@posix_only
@pytest.mark.parametrize("drip", [b"\\0", b"\\0\\0\\0\\1\\0\\0\\0\\0x"])
def test_dripping_bytes_do_not_extend_the_deadline(run, drip):
    source = f"import os, time\nwhile True:\n    os.write(101, b'{drip.decode()}'[:1]); time.sleep(0.05)"
    assert run(source, deadline_seconds=0.3).outcome in ("timeout", "crashed")


# The end of the worker


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("os._exit(0)", "ended Python itself (exit code 0), inside f."),
        ("os._exit(7)", "ended Python itself (exit code 7), inside f."),
        pytest.param("os.kill(os.getpid(), 11)", "crashed Python (SIGSEGV), inside f.", marks=posix_only),
        pytest.param("os.kill(os.getpid(), 60)", "crashed Python (signal 60), inside f.", marks=linux_only),
        pytest.param("os.kill(os.getpid(), 9)", "memory runs out, inside f.", marks=posix_only),
        pytest.param("os.closerange(3, 300); time.sleep(9)", "as happens when memory", marks=posix_only),
        ("import ctypes; ctypes.string_at(0)", "crashed Python (SIGSEGV), inside f."),
    ],
)
def test_a_function_that_ends_python_dies_and_the_rest_is_unreached(run, body, said):
    source = f"import os, sys, time\ndef g(): return 1\ndef f():\n    {body}"
    without = ("calls",) if "kill" in body else ()  # who may not kill may not kill themselves either
    result = run(source, Call("g", ()), Call("f", ()), Call("g", ()), without=without)
    assert [answer.status for answer in result.answers] == ["returned", "died", "unreached"]
    assert result.outcome == "graded" and result.message.startswith("cell.py ") and said in result.message


def test_a_file_that_ends_python_without_any_answer_crashed(run):
    at_import = run("import os; os._exit(0)", Call("f", ()))
    assert (at_import.outcome, at_import.answers[0].status) == ("crashed", "unreached")
    assert at_import.message == "cell.py ended Python itself (exit code 0), while it was being loaded."
    in_call = run("import os\ndef f(): os._exit(0)", Call("f", ()))
    assert (in_call.outcome, in_call.answers[0].status) == ("crashed", "died")


@posix_only
def test_forked_children_neither_answer_nor_outlive_the_run(run):
    source = """
        import os, subprocess, sys, time
        def fork():
            try: return os.fork() > 0
            except OSError: return True
        def sleeper():
            if fork() and not os.getppid(): time.sleep(60)
            try:
                if os.fork() == 0: time.sleep(60)
            except OSError: pass
            try: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            except OSError: pass
            return 1
    """
    result = run(source, Call("fork", ()), Call("sleeper", ()), Call("fork", ()))
    assert [answer.value for answer in result.answers] == [True, 1, True]
    assert result.outcome == "graded"


@posix_only
def test_a_grandchild_that_keeps_the_channel_open_does_not_keep_the_judge(run):
    source = """
        import os, time
        def f():
            try:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(2)
                    os._exit(0)
            except OSError: pass
            os._exit(0)
    """
    # Had the judge waited for the channel to close, the call would have timed out.
    assert run(source, Call("f", ()), deadline_seconds=1.5).outcome == "crashed"


# The channel


def test_prints_reach_nobody(run, capfd):
    source = """
        import os, subprocess, sys
        print("loaded"); sys.stderr.write("loaded")
        def f():
            print("x" * 1_000_000)
            os.write(0, b"0"), os.write(1, b"1"), os.write(2, b"2")
            sys.stdout.close(); sys.__stdout__ = None
            return 1
    """
    result = run(source, Call("f", ()), Call("f", ()))
    assert [answer.status for answer in result.answers] == ["returned", "raised"]
    assert capfd.readouterr() == ("", "")


@posix_only
@pytest.mark.parametrize(
    "garbage",
    [
        "b'garbage' * 100",
        "b'\\xff' * 100",
        "b'\\0' * 8",
        "b'\\0\\0\\0\\1\\0\\0\\0\\0' b'1'",
        "answer(5, 'missing', 0)",
        "answer(0, 'timeout', 0)",
        "answer(0, 'missing', 0, 0)",
        "answer(0, 'missing', -1)",
        "answer(0, 'missing', 0) * 9",
    ],
)
def test_garbage_on_every_descriptor_crashes_the_submission_and_not_the_judge(run, garbage):
    source = f"""
        import os, struct
        def answer(index, status, seconds, *modified):
            text = '{{"d":[["call",%d],["status","%s"],["modified",{{"t":%s}}],["seconds",%d.0]'
            text += ',["overwritten",false]]}}'
            text %= (index, status, list(modified), seconds)
            return struct.pack(">II", len(text), 0) + text.encode()
        def f():
            for fd in range(256):
                try: os.write(fd, {garbage})
                except OSError: pass
    """
    result = run(source, Call("f", ()), Call("f", ()))
    assert result.outcome == "crashed" and len(result.answers) == 2
    assert "spoke to its judge out of turn" in result.message


@posix_only
def test_a_flood_on_the_channel_is_cut_off(run, monkeypatch):
    monkeypatch.setattr(running, "RUN_BYTES", 1 << 20)
    source = """
        import os, struct
        while True: os.write(101, struct.pack(">II", 100_000, 0) + b" " * 100_000)
    """
    assert run(source, Call("f", ())).outcome == "crashed"


def test_arrays_beyond_what_one_run_may_send_stay_in_the_worker(run):
    source = "import numpy as np\ndef f(): return np.zeros(7 << 20)"
    result = run(source, *[Call("f", ())] * 4)
    assert [type(answer.value) for answer in result.answers] == [np.ndarray] * 2 + [Foreign] * 2


def test_a_value_that_is_too_large_in_total_is_replaced_by_the_reason(run):
    result = run("def f(): return ['x' * 9999] * 1000", Call("f", ()), Call("f", ()))
    assert [answer.value for answer in result.answers] == [Foreign("value too large")] * 2


def test_patched_modules_harm_nobody_but_the_student(run):
    source = """
        import builtins, json, json.encoder, os, struct, sys, time
        import numpy as np
        def broken(*args, **kwargs): raise RuntimeError("patched")
        for module in (json, json.encoder, struct, time):
            for name in list(vars(module)):
                if not name.startswith("__"): setattr(module, name, broken)
        for name in ("ndarray", "array", "asarray", "frombuffer", "dtype", "array_equal"):
            setattr(np, name, broken)
        os.write = os.read = os._exit = os.getpid = builtins.print = builtins.open = broken
        sys.modules["json"] = sys.modules["os"] = None
        def f(x):
            sys.settrace(lambda *args: None); sys.setprofile(lambda *args: None)
            return x * 2
        def g(x): return x + 1
    """
    f, g = run(source, Call("f", (ONES,)), Call("g", (ONES,))).answers
    assert f.status in ("returned", "raised")
    np.testing.assert_equal(g.value, ONES + 1)


# Where the code runs


def test_a_submission_finds_few_variables_and_no_gatecheck(run, monkeypatch):
    monkeypatch.setenv("A_SECRET_OF_THE_COURSE", "1")
    source = """
        import os, sys
        def f():
            return __name__, __file__, dict(os.environ)
        def g(): return [name for name in sys.modules if name.startswith(("gatecheck", "sympy"))]
        def h(): import gatecheck
    """
    f, g, h = run(source, Call("f", ()), Call("g", ()), Call("h", ())).answers
    name, file, variables = f.value
    assert (name, file, g.value, h.raised.kind) == ("submission", "cell.py", [], "ModuleNotFoundError")
    assert "A_SECRET_OF_THE_COURSE" not in variables and "HOME" not in variables


@posix_only
def test_a_folder_is_removed_whatever_was_left_in_it_and_what_links_lead_to_is_not(tmp_path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.mkdir(0o500)
    (folder / "locked/inner/more").mkdir(parents=True)
    (folder / "locked/link").symlink_to(elsewhere)
    os.mkfifo(folder / "locked/inner/pipe")
    (folder / "locked/inner/more/file").touch()
    (folder / "locked/inner").chmod(0)
    (folder / "locked").chmod(0)
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    for _ in range(1200):
        os.mkdir("d" * 20)
        os.chdir("d" * 20)
    os.fchdir(here)
    os.close(here)
    process.remove(str(folder))
    assert list(tmp_path.iterdir()) == [elsewhere] and elsewhere.stat().st_mode & 0o777 == 0o500


@linux_only
def test_the_worker_runs_with_one_thread_no_core_dumps_and_writes_no_files(run):
    source = """
        import os, resource, numpy as np
        def f():
            np.ones((500, 500)) @ np.ones((500, 500))
            limits = [resource.getrlimit(n)[0] for n in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)]
            return len(os.listdir("/proc/self/task")), limits
    """
    assert run(source, Call("f", ()), without=("files",)).answers[0].value == (1, [0, 0])


def test_numpy_warnings_are_quiet(run):
    source = "import numpy as np\ndef f(x): return x / 0"
    assert run(source, Call("f", (ONES,))).answers[0].value.max() == np.inf


# Ours


def test_a_worker_is_for_one_run(run):
    with Worker() as runner:
        assert runner.run(b"", "cell.py", ()).outcome == "graded"
        with pytest.raises(Fault, match="one submission"):
            runner.run(b"", "cell.py", ())
    runner.close()


def test_a_worker_that_was_not_needed_is_cleared_away():
    with Worker() as runner:
        pid = runner._process._process.pid
    assert runner._process.exit_code is not None
    assert sys.platform != "linux" or session(pid) == []


def test_a_call_that_cannot_be_sent_is_our_fault_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    runner = Worker()
    with pytest.raises(Fault, match="cannot be sent"):
        runner.run(b"", "cell.py", [Call("f", (object(),))])
    assert runner._process.exit_code is not None and list(tmp_path.iterdir()) == []


def test_a_python_that_does_not_start_is_our_error(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    result = Worker().run(b"", "cell.py", [Call("f", ())])
    assert (result.outcome, result.answers[0].status) == ("error", "unreached")
    assert "did not start" in result.message and "No such file" in result.message


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit(7)", "exit code 7"),
        ("import time; time.sleep(9)", "it took more than 0.2 s"),
        ("import os; os.write(1, b'12345678')", "exit code"),
        ("import os; os.write(1, b'\\0\\0\\0\\2\\0\\0\\0\\0{}')", "exit code"),
    ],
)
def test_a_worker_that_does_not_get_ready_is_our_error(monkeypatch, program, reason):
    monkeypatch.setattr(process, "PROGRAM", program)
    monkeypatch.setattr(running, "START_SECONDS", 0.2)
    result = Worker().run(b"", "cell.py", [Call("f", ())])
    assert result.outcome == "error" and reason in result.message


def test_a_worker_that_dies_while_it_is_told_what_to_do_is_our_error(monkeypatch):
    ready = b'\\0\\0\\0\\x15\\0\\0\\0\\0{"d":[["ready",0.5]]}'.decode()
    monkeypatch.setattr(process, "PROGRAM", f"import os; os.write(1, b'{ready}'); os._exit(1)")
    runner = Worker()
    time.sleep(0.1)
    result = runner.run(b" " * 1_000_000, "cell.py", [])
    assert result.outcome == "error" and "Broken pipe" in result.message


def test_an_unusual_numpy_is_found_by_site(monkeypatch, run):
    monkeypatch.setattr(process.PathFinder, "find_spec", lambda name: None)
    assert "-S" not in process.command("worker")
    assert run("def f(): return 1", Call("f", ())).answers[0].value == 1


@posix_only
def test_a_host_that_ignores_its_children_still_gets_its_answers(run):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        result = run("import os\ndef f(): return 1\ndef g(): os._exit(5)", Call("f", ()), Call("g", ()))
    finally:
        signal.signal(signal.SIGCHLD, before)
    assert [answer.status for answer in result.answers] == ["returned", "died"]


@posix_only
def test_ctrl_c_in_the_judge_ends_the_worker_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    runner = Worker()
    signal.setitimer(signal.ITIMER_REAL, 0.6)
    try:
        with pytest.raises(KeyboardInterrupt):
            runner.run(b"while True: pass", "cell.py", ())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert runner._process.exit_code is not None and list(tmp_path.iterdir()) == []


@posix_only
def test_a_worker_whose_judge_has_gone_ends_by_itself():
    lonely = process.Process()
    os.close(lonely.inbox)
    lonely.inbox = -1
    assert lonely._process.wait(timeout=10) == 0
    lonely.end()
    lonely.close()


def test_a_judge_starts_its_worker_before_numpy_is_imported():
    code = "import sys; from gatecheck.grading.running import Worker; print('numpy' in sys.modules, end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False", done.stderr


# What is heard


def heard(**changes):
    message = {"call": 0, "status": "raised", "value": None, "modified": (), "seconds": 0.5, "overwritten": False}
    message["raised"] = {"kind": "E", "message": "m", "line": 3, "trace": ((3, "f", "x"),)}
    transcript = Transcript("cell.py", (Call("f", (1,)),), 1.0, 64)
    transcript.hear_answer(message | changes)
    return transcript.answers[0]


def test_a_whole_answer_is_heard():
    assert heard().raised == Raised("E", "m", 3, ((3, "f", "x"),))


@pytest.mark.parametrize(
    "changes",
    [
        {"call": 1},
        {"call": True},
        {"status": "died"},
        {"status": 1},
        {"modified": [0]},
        {"modified": (1,)},
        {"modified": (True,)},
        {"seconds": float("nan")},
        {"seconds": 1},
        {"overwritten": 1},
        {"raised": None},
        {"raised": {"kind": "E", "message": "m", "line": "3", "trace": ()}},
        {"raised": {"kind": "E", "message": "m", "line": None, "trace": ((3, "f"),)}},
        {"raised": {"kind": "E", "message": "m", "line": None, "trace": (3,)}},
        {"raised": {"kind": "E", "message": 1, "line": None, "trace": ()}},
        {"raised": {"kind": "E", "line": None, "trace": ()}},
    ],
    ids=repr,
)
def test_an_answer_with_a_part_of_the_wrong_kind_is_not_heard(changes):
    with pytest.raises(WireError):
        heard(**changes)


@pytest.mark.parametrize("message", [None, [], {"loaded": ["f"]}, {"loaded": (1,)}, {"rejected": 1}, {}])
def test_a_malformed_word_on_loading_is_not_heard(message):
    with pytest.raises(WireError):
        Transcript("cell.py", (), 1.0, 64).hear_load(message)
