"""The control run: every attack without the layers that stop it, and what it then got hold of, as JSON.

It shows that the attacks are real; so it runs inside a throw-away container only, as the first process there.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys

from gatecheck.grading import selftest

from .corpus import GOT, corpus
from .grader import Grader, earned, told

SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def main() -> None:
    """Print name -> what shows that it worked, empty where nothing does."""
    if os.getpid() != 1:
        sys.exit("Only as the first process of a container of its own.")
    subprocess.run(["mount", "-t", "tmpfs", "none", "/dev/shm"], check=True)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
    print(json.dumps({name: worked(name) for name, hostile in corpus().items() if hostile.layers}))


def worked(name):
    """What an attack came to without its layers."""
    hostile = corpus()[name]
    with selftest._bait() as facts:
        grader = Grader(facts)
        with grader.zygote:
            report = grader.grade(name, hostile.layers)
            said = [line for line in told(report).splitlines() if GOT in line][:1]
            if grader.around() != grader.there:
                said.append("it changed what was there")
            for path in grader.around()[1]:
                path.unlink()
            if not earned(report) & set(hostile.expect):
                said.append(f"it ended as {earned(report)}")
    return said


if __name__ == "__main__":
    main()
