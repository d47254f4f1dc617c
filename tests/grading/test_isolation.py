import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from gatecheck.grading import process, selftest
from gatecheck.grading.inside import seccomp, system_calls
from gatecheck.grading.inside.values import LAYERS
from gatecheck.grading.process import Process, bubblewrap
from gatecheck.grading.running import Call, Worker
from gatecheck.grading.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's isolation")

#: For root every layer can be missed; an ordinary user has no user to change to.
MISSED = LAYERS if os.geteuid() == 0 else LAYERS[1:]


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as made:
        yield made


def run(zygote, source, *calls, without=(), **options):
    with Worker(zygote.fork, without) as worker:
        return worker.run(textwrap.dedent(source).encode(), "cell.py", calls, **{"deadline_seconds": 5, **options})


def children(of):
    """The processes whose parent is that one."""
    stats = (path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat"))
    return [fields for fields in stats if int(fields[1]) == of]


def test_every_attempt_of_a_hostile_submission_is_refused_in_a_fork_and_in_a_fresh_process(zygote):
    assert selftest.unsafe(zygote.fork) == []
    assert selftest.unsafe(Process) == []


@pytest.mark.parametrize("layer", MISSED)
def test_a_hostile_submission_finds_out_when_a_layer_is_missing(zygote, layer):
    assert selftest.unsafe(zygote.fork, (layer,))


def test_an_answer_without_some_of_the_attempts_is_not_believed(zygote):
    source = (selftest.folder("templates") / "hostile.py").read_bytes()
    fewer = run(zygote, "def attempts(facts): return {'fork': 'refused'}", Call("attempts", ({},)))
    tried = source.count(b"\n@attempt\n")
    assert list(selftest._told(fewer, source)) == [
        ("try everything", f"only 1 of {tried} attempts were made"),
        ("fork", "refused"),
    ]
    silent = run(zygote, "import os; os._exit(0)", Call("attempts", ({},)))
    assert "gave no answer" in next(selftest._told(silent, source))[1]


def test_a_run_is_called_isolated_where_every_layer_holds(zygote):
    assert run(zygote, "").isolated
    assert not any(run(zygote, "", without=(layer,)).isolated for layer in LAYERS)


def test_a_zygote_outlives_its_children_and_leaves_none(zygote):
    run(zygote, "import os; os._exit(3)", Call("f", ()))
    run(zygote, "while True: pass", deadline_seconds=0.1)
    assert run(zygote, "def f(): return 1", Call("f", ())).answers[0].value == 1
    assert children(zygote._process.pid) == []


def test_a_zygote_that_was_killed_is_replaced(zygote):
    os.kill(zygote._process.pid, signal.SIGKILL)
    assert run(zygote, "def f(): return 1", Call("f", ())).answers[0].value == 1


def test_a_child_that_something_else_killed_is_told_as_disturbed(zygote):
    with Worker(zygote.fork) as worker:
        signal.pidfd_send_signal(worker._process._handle, signal.SIGKILL)
        killed = worker.run(b"", "cell.py", ())
    assert killed.disturbed
    assert not run(zygote, "import os; os._exit(1)", Call("f", ())).disturbed


def test_children_end_with_their_judge(tmp_path):
    judge = textwrap.dedent("""
        import os
        from gatecheck.grading.running import Worker
        from gatecheck.grading.zygote import Zygote
        zygote = Zygote()
        worker = Worker(zygote.fork)
        print(zygote._process.pid, flush=True)
        worker.run(b"while True: pass", "cell.py", (), 60)
    """)
    process = subprocess.Popen([sys.executable, "-c", judge], stdout=subprocess.PIPE, text=True)
    pid = int(process.stdout.readline())
    time.sleep(0.3)
    assert len(children(pid)) == 1
    process.kill()
    process.wait()
    process.stdout.close()
    until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and children(pid):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_chance_differs_from_child_to_child(zygote):
    source = "import random, numpy as np\ndef f(): return random.random(), np.random.rand()"
    first, second = (run(zygote, source, Call("f", ())).answers[0].value for _ in range(2))
    assert first[0] != second[0] and first[1] != second[1]


def test_what_students_import_is_there(zygote):
    names = "math random copy itertools functools typing dataclasses json collections numpy.linalg numpy.fft decimal"
    source = f"import {', '.join(names.split())}\ndef f(): return 1"
    assert run(zygote, source, Call("f", ())).answers[0].value == 1


def test_memory_and_processor_time_are_measured(zygote):
    source = "import numpy as np\ndef f(): return float(np.ones(8 << 20).sum())"
    large, small = run(zygote, source, Call("f", ())), run(zygote, "def f(): return 1", Call("f", ()))
    assert large.memory_bytes > small.memory_bytes + (40 << 20)
    assert 0 < small.cpu_seconds < 1


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_system_calls_have_the_numbers_of_the_kernels_headers(machine):
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    text = HEADERS[machine].read_text()
    known = {n: int(k) for n, k in re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", text)}
    # The generic header names some calls by what 32-bit machines call them.
    known |= {"fcntl": known.get("fcntl", -1), "lseek": known.get("lseek", -1), "mmap": known.get("mmap", -1)}
    known |= {"newfstatat": known.get("newfstatat", known.get("fstatat", -1))}
    column = list(HEADERS).index(machine)
    ours = {n: numbers[column] for n, numbers in system_calls.NUMBERS.items() if numbers[column] is not None}
    assert {n: known.get(n) for n in ours} == ours
    assert known["seccomp"] == system_calls.SECCOMP[machine] and known["capset"] == system_calls.CAPSET[machine]


def decided(machine_word, number, *arguments):
    """What the filter says to a system call: a little machine of its own for its instructions."""
    words = {seccomp.NUMBER_AT: number, seccomp.MACHINE_AT: machine_word}
    for k, argument in enumerate(arguments):
        words[seccomp.ARGUMENTS_AT + 8 * k] = argument & 0xFFFFFFFF
        words[seccomp.ARGUMENTS_AT + 8 * k + 4] = argument >> 32
    program, at, held = list(seccomp.program()), 0, 0
    while True:
        code, yes, no, k = program[at]
        at += 1
        if code == seccomp.RETURN:
            return k
        if code == seccomp.LOAD:
            held = words[k]
        else:
            at += yes if (held == k if code == seccomp.EQUAL else held >= k) else no


def test_the_filter_allows_what_is_listed_and_nothing_else():
    here = seccomp.ARCHITECTURE[system_calls.MACHINE]
    numbers = {system_calls.number(name) for name in system_calls.NUMBERS}
    some = {system_calls.number(name): rule for name, rule in seccomp.ARGUMENTS.items()}
    refused = seccomp.ERRNO | 1
    for number in range(600):
        arguments = [7, 7, 7]
        if number in some:
            place, allowed = some[number]
            for value in (*allowed, *(v + (1 << 32) for v in allowed), 0xFFFF):
                arguments[place] = value
                assert decided(here, number, *arguments) == (seccomp.ALLOW if value in allowed else refused)
        else:
            assert decided(here, number, *arguments) == (seccomp.ALLOW if number in numbers else refused)
    assert decided(here ^ 1, 0) == seccomp.KILL_PROCESS
    assert decided(here, seccomp.X32) == seccomp.KILL_PROCESS


# ------------------------------------------------------------------------------------------------ bubblewrap


@pytest.fixture
def wrapped():
    """A zygote in bubblewrap, where that works."""
    with Zygote(bubblewrap()) as made:
        if not made.around or run(made, "").outcome == "error":
            pytest.skip("bubblewrap is not installed, or does not work here")
        yield made


def test_in_bubblewrap_every_attempt_is_refused_too(wrapped):
    assert selftest.unsafe(wrapped.fork) == []
    with selftest.Isolation() as isolation:
        assert isolation.tried().around == tuple(bubblewrap())


def test_bubblewrap_keeps_files_from_being_written_without_the_layer_that_forbids_it(wrapped, zygote):
    told = dict(selftest.attempts(wrapped.fork, ("files",)))
    assert told["write a file"] == told["remove a file"] == told["leave something behind"] == "refused"
    assert told["read a file"] != "refused", "Landlock alone forbids that"
    assert dict(selftest.attempts(zygote.fork, ("files",)))["write a file"] != "refused"


def test_bubblewrap_has_a_network_files_and_processes_of_its_own(wrapped):
    inside = wrapped._process.pid
    while below := Path(f"/proc/{inside}/task/{inside}/children").read_text().split():
        [inside] = below
    for kind in ("net", "mnt", "pid", "ipc"):
        assert os.readlink(f"/proc/{inside}/ns/{kind}") != os.readlink(f"/proc/self/ns/{kind}")


def test_what_is_around_a_zygote_ends_with_it(wrapped):
    inner = children(wrapped._process.pid)
    assert inner
    wrapped.close()
    assert not Path(f"/proc/{wrapped._process.pid}").exists()


@pytest.mark.parametrize("around", [["/nowhere/bwrap"], ["/bin/false"]])
def test_a_bubblewrap_that_does_not_work_is_left_out(monkeypatch, around):
    monkeypatch.setattr(selftest, "bubblewrap", lambda: around)
    with selftest.Isolation() as isolation:
        chosen = isolation.tried()
        assert chosen.around == ()
        assert run(chosen, "").isolated


def test_a_zygote_that_is_not_ready_yet_is_ended_at_once():
    with Zygote() as made:
        started = made._process
    assert started.returncode == -signal.SIGKILL


def test_where_bubblewrap_is_not_installed_nothing_stands_around_a_zygote(monkeypatch):
    monkeypatch.setattr(process.shutil, "which", lambda name: None)
    assert bubblewrap() == []


# ------------------------------------------------------------------------------------------------ needed layers


def test_student_code_does_not_run_where_a_layer_that_is_needed_could_not_be_had(zygote):
    source = "import time\nwhile True: time.sleep(1)"
    with Worker(zygote.fork, ("files",), LAYERS) as worker:
        told = worker.run(source.encode(), "cell.py", (Call("f", ()),), 5)
    assert told.outcome == "error" and "isolation could not be had: files" in told.message
    assert told.seconds < 4 and told.disturbed
    with Worker(zygote.fork, ("files",), ("calls", "limits")) as worker:
        assert worker.run(b"def f(): return 1", "cell.py", (Call("f", ()),)).answers[0].value == 1
