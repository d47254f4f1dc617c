"""Everything a submission must not be able to do, tried. Graded before any other: each attempt has to be refused.

An attempt returns what it got hold of, or raises what the system said. Only EPERM, EACCES, EROFS and want of memory
or descriptors count as refused: a file that is not there, say, was not refused.
"""

import ctypes
import errno
import os
import resource
import socket
import sys
import threading

import numpy as np

REFUSALS = (errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOMEM, errno.EMFILE, errno.EAGAIN)
ATTEMPTS = {}


def attempt(function):
    """Add a function to the attempts."""
    ATTEMPTS[function.__name__] = function
    return function


def hold_on(facts):
    """Do nothing, for ever."""
    while True:
        pass


def attempts(facts):
    """The name of every attempt with "refused", or with what came of it."""
    return {name: outcome(function, facts) for name, function in ATTEMPTS.items()}


def outcome(function, facts):
    try:
        return f"it worked: {function(facts)!r}"[:200]
    except MemoryError:
        return "refused"
    except OSError as error:
        return "refused" if error.errno in REFUSALS else f"not refused: {error!r}"[:200]
    except (RuntimeError, ValueError) as error:  # what threading and resource make of EPERM
        said = str(error)
        return "refused" if "start new thread" in said or "not allowed" in said else f"not refused: {error!r}"[:200]
    except BaseException as error:
        return f"not refused: {error!r}"[:200]


def refused(reason=errno.EPERM):
    """What an attempt raises that found nothing to get hold of."""
    raise OSError(reason, os.strerror(reason))


def system(which, *arguments):
    """A system call by its numbers on x86-64 and arm64."""
    library = ctypes.CDLL(None, use_errno=True)
    number = which[os.uname().machine == "aarch64"]
    done = library.syscall(number, *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if done < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return done


# ------------------------------------------------------------------------------------------------ user


@attempt
def be_root(facts):
    return "root" if 0 in (os.getuid(), os.geteuid(), os.getgid()) else refused()


@attempt
def become_root(facts):
    return os.setuid(0)


# ------------------------------------------------------------------------------------------------ files


@attempt
def read_a_file(facts):
    return open(facts["file"]).read()


@attempt
def list_a_folder(facts):
    return os.listdir(facts["folder"])


@attempt
def write_a_file(facts):
    return open(facts["folder"] + "/written", "w").write("x")


@attempt
def change_a_file(facts):
    return open(facts["file"], "r+")


@attempt
def remove_a_file(facts):
    return os.remove(facts["file"])


@attempt
def link_to_a_file(facts):
    return os.symlink(facts["file"], facts["folder"] + "/link")


@attempt
def make_a_folder(facts):
    return os.mkdir(facts["folder"] + "/made")


@attempt
def read_the_grader(facts):
    return open(facts["grader"]).read()


@attempt
def read_the_users(facts):
    return open("/etc/passwd").read()


@attempt
def read_the_processes(facts):
    return os.listdir("/proc")


@attempt
def read_the_judges_memory(facts):
    return open(f"/proc/{facts['judge']}/mem", "rb").read(1)


@attempt
def read_the_judges_variables(facts):
    return open(f"/proc/{facts['judge']}/environ", "rb").read()


# ------------------------------------------------------------------------------------------------ limits


@attempt
def take_memory(facts):
    return np.ones(facts["memory"] // 8).size


@attempt
def take_descriptors(facts):
    taken = []
    try:
        for _ in range(1000):
            taken.append(os.dup(1))
    finally:
        for k in taken:
            os.close(k)
    return len(taken)


@attempt
def raise_a_limit(facts):
    return resource.setrlimit(resource.RLIMIT_CORE, (1, 1))


@attempt
def dump_memory(facts):
    return resource.getrlimit(resource.RLIMIT_CORE) if resource.getrlimit(resource.RLIMIT_CORE)[0] else refused()


@attempt
def run_for_ever(facts):
    limit = resource.getrlimit(resource.RLIMIT_CPU)[0]
    return "no limit" if limit in (-1, resource.RLIM_INFINITY) else refused()


# ------------------------------------------------------------------------------------------------ calls


@attempt
def fork(facts):
    child = os.fork()
    if not child:
        os._exit(0)
    return os.waitpid(child, 0)


@attempt
def start_a_thread(facts):
    return threading.Thread(target=print).start()


@attempt
def start_a_program(facts):
    return os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})


@attempt
def become_a_program(facts):
    return os.execv("/nowhere", ["nowhere"])


@attempt
def signal_the_judge(facts):
    return os.kill(facts["judge"], 0)


@attempt
def signal_the_parent(facts):
    return os.kill(os.getppid(), 0)


@attempt
def trace_the_parent(facts):
    return system((101, 117), 16, os.getppid(), 0, 0)


@attempt
def read_the_parents_memory(facts):
    return system((310, 270), os.getppid(), 0, 0, 0, 0, 0)


@attempt
def connect(facts):
    with socket.create_connection(("127.0.0.1", facts["port"]), timeout=1) as connection:
        return connection.getpeername()


@attempt
def connect_by_name(facts):
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect(facts["socket"])


@attempt
def open_a_socket(facts):
    return socket.socketpair()


@attempt
def change_rights(facts):
    return os.chmod(facts["file"], 0o777)


@attempt
def leave_for_a_namespace(facts):
    return system((272, 97), 0x10000000)


@attempt
def queue_system_calls(facts):
    return system((425, 425), 1, (ctypes.c_char * 120)())


@attempt
def make_a_file_in_memory(facts):
    return os.memfd_create("x")


@attempt
def look_at_the_kernel(facts):
    return system((298, 241), (ctypes.c_char * 128)(), 0, -1, -1, 0)


# ------------------------------------------------------------------------------------------------ what is left behind


@attempt
def find_open_descriptors(facts):
    found = []
    for k in range(3, 1024):
        try:
            os.fstat(k)
            found.append(k)
        except OSError:
            pass
    return f"{found} are open" if len(found) > 1 else refused()  # one leads to the judge


@attempt
def find_variables(facts):
    found = set(os.environ) - set(facts["variables"])
    return sorted(found) if found else refused()


@attempt
def find_the_answer_in_memory(facts):
    found = [name for name in sys.modules if name.split(".")[0] in ("gatecheck", "sympy")]
    return found or refused()


@attempt
def import_the_answer(facts):
    sys.path.append(facts["packages"])
    try:
        import gatecheck
    except ModuleNotFoundError:
        refused()
    return gatecheck
