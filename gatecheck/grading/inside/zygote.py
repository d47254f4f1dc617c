"""A process that has imported NumPy once and forks a child for every submission.

It holds no secret and reads nothing but its control socket: a request is one datagram with the two ends of a child's
pipes; the reply is a pidfd of the child, by which the judge can kill exactly that child. When the child has ended, a
second reply says how: its exit status, its processor seconds, and the most memory it had.
One child at a time. When the judge goes, it goes, and its child with it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from array import array

import numpy.random

from .frames import ENDED, READY
from .hardening import Readable
from .rehearsal import rehearse
from .seccomp import compiled
from .system_calls import MACHINE, PR_SET_DUMPABLE, prctl
from .worker import Post, serve


def main() -> None:
    """Serve forks until the judge closes the control socket."""
    control = socket.socket(fileno=os.dup(0))
    _quiet()
    os.environ.pop("PWD", None)  # bubblewrap's
    prctl(PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the judge, who ends us
    readable = Readable()
    sys.path[:] = readable.path
    readable.ruleset()
    if MACHINE:
        compiled()
    rehearse()
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page of what is shared
    if len(os.listdir("/proc/self/task")) != 1:
        raise SystemExit("a process with several threads cannot be forked")
    control.send(READY)
    while True:
        request, ends, _, _ = socket.recv_fds(control, 1, 2)
        if not request:
            os._exit(0)  # the judge waits for it, and there is nothing to put away
        _serve(control, ends, readable)


def _serve(control: socket.socket, ends: list[int], readable: Readable) -> None:
    """Fork a child that serves one run, hand its pidfd over, and tell how it ended."""
    # Else every child would draw the same numbers, and code whose results are random would seem not to be. Here and not
    # in the child, where each page that is written to is copied first. Python's own generator is seeded by the fork.
    numpy.random.seed(array("I", os.urandom(16)).tolist())
    child = os.fork()
    if not child:
        try:
            _child(ends, readable)
        finally:
            os._exit(70)
    for end in ends:
        os.close(end)
    handle = os.pidfd_open(child)
    socket.send_fds(control, [READY], [handle])
    watch = select.poll()
    watch.register(handle, select.POLLIN)
    watch.register(control, 0)  # told of anyway: that the judge has gone
    if control.fileno() in dict(watch.poll()):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime
    control.send(ENDED.pack(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss << 10))


def _child(ends: list[int], readable: Readable) -> None:
    rules = readable.ruleset()
    kept = sorted({0, 1, 2, *ends, rules})
    for low, high in zip(kept, [*kept[1:], 1 << 20], strict=True):
        os.closerange(low + 1, high)
    gc.enable()
    inbox, outbox = ends
    post = Post(outbox)
    post.send({"ready": 0.0})  # all its time is the submission's
    serve(inbox, post, readable)


def _quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)
