"""Archives that somebody might hand in to do harm, or by accident, each built from code, with what a right grader does.

`ARCHIVES` lists them. What is expected stands beside each: the submissions that are found, by the end of the name under
which they are found, and for each `READ`, or a part of the sentence with which it is refused.
"""

import bz2
import io
import json
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

FILE = "lstm.py"  # what the assignment asks for
READ = ""  # the source is read, and nothing else of the archive
MIB = 1 << 20


class Hostile(NamedTuple):
    """An archive: its file name; what makes its bytes around a student's source; what a right grader finds."""

    name: str
    build: Callable[[bytes], bytes]
    found: dict[str, str]


# ------------------------------------------------------------------------------------------------ building


def zipped(*members, method=zipfile.ZIP_STORED):
    """A zip file of (name, data) or (name, data, Unix mode)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data, *mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode[0] if mode else 0o100644) << 16
            archive.writestr(info, data, method)
    return out.getvalue()


def twice(*members):
    """A zip file whose names, of one length, are made equal to the first."""
    names = [name.encode() for name, _ in members]
    data = zipped(*members)
    for name in names[1:]:
        data = data.replace(name, names[0])
    return data


def patched(data, start, offset, changed):
    """Bytes written over those at an offset from the last record with such a signature."""
    at = data.rindex(start) + offset
    return data[:at] + changed + data[at + len(changed) :]


def renamed(data, name, other):
    """A zip file with a name put in the place of another one of its length."""
    assert len(name) == len(other)
    return data.replace(name, other)


def overlapping(source):
    """Two names for one compressed kernel."""
    data = zipped(("lstm.py", source))
    directory = data.index(b"PK\1\2")
    entry = data[directory : data.index(b"PK\5\6")]
    return data[:directory] + entry + entry.replace(b"lstm", b"more") + ended(2, 2 * len(entry), directory)


def ended(count, size, start):
    """The end of a zip file's list."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, min(count, 0xFFFF), min(count, 0xFFFF), size, start, 0)


def crowded(count, name):
    """A zip file whose list says the same file so many times."""
    data = zipped((name, b""))
    directory = data.index(b"PK\1\2")
    entry = data[directory : data.index(b"PK\5\6")]
    return data[:directory] + entry * count + ended(count, count * len(entry), directory)


def nested(source, depth):
    """An archive in an archive in an archive ..."""
    data = zipped(("lstm.py", source))
    for level in range(depth):
        data = zipped((f"level{level}.zip", data))
    return data


def tarred(*members, pad=True, format=tarfile.GNU_FORMAT):
    """A tar of (name, data) or of TarInfo without data."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                archive.addfile(info(member[0], size=len(member[1])), io.BytesIO(member[1]))
    data = out.getvalue()
    return data if pad else data.rstrip(b"\0") + bytes(-len(data.rstrip(b"\0")) % 512)


def info(name, kind=tarfile.REGTYPE, size=0, linkname="", headers=None):
    """A tar's header."""
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname, made.pax_headers = kind, size, linkname, headers or {}
    return made


def header(name, kind=b"0", size=b"00000000000"):
    """A tar's header with a size as it is given, 11 or 12 bytes."""
    block = bytearray(info(name).tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = size.ljust(12, b"\0")
    block[156:157] = kind
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


def octal(size):
    return b"%011o" % size


def bomb(pack, source):
    """A small file before 300 MiB of nothing."""
    start = pack(tarred(("ann.py", source), pad=False) + header("lstm.py", size=octal(300 * MIB)))
    return start + pack(bytes(20 * MIB)) * 15


def gzipped(data):
    made = zlib.compressobj(9, wbits=31)
    return made.compress(data) + made.flush()


def thirsty(source):
    """An .xz whose header asks for 4 GiB of memory."""
    data = bytearray(lzma.compress(tarred((FILE, source))))
    size = (data[12] + 1) * 4
    data[data.index(b"\x21\x01", 12) + 2] = 40
    data[12 + size - 4 : 12 + size] = struct.pack("<L", zlib.crc32(data[12 : 12 + size - 4]))
    return bytes(data)


def claiming(source):
    """A bundle whose manifest and report claim full marks."""
    report = {"schema": "gatecheck/report/1", "score": 100, "max_score": 100, "outcome": "graded"}
    manifest = {"schema": "gatecheck/bundle/1", "file": "../../key.json", "sha256": "0" * 64, "student": "somebody"}
    parts = (("manifest.json", manifest), ("report.json", report))
    return zipped((FILE, source), *((name, json.dumps(data)) for name, data in parts))


def moodle(source):
    """A class of six, as Moodle packs it."""
    stolen = zipped(("Ann Archer_1001_assignsubmission_file_/lstm.py", source))
    bundle = zipped((FILE, source), ("manifest.json", "{}"), ("report.json", "{}"))
    return zipped(
        ("Ann Archer_1001_assignsubmission_file_/lstm.py", source),
        ("Ben Baker_1002_assignsubmission_file_/report.pdf", b"%PDF"),
        ("Carla Cole_1003_assignsubmission_file_/lstm.py", "/etc/passwd", stat.S_IFLNK | 0o777),
        ("Dan Dee_1004_assignsubmission_file_/mine.zip", stolen),
        ("Eve Eden_1005_assignsubmission_file_/lstm-GC-7F3K-Q2MA.zip", bundle),
        ("Fay Fox_1006_assignsubmission_file_/broken.zip", b"PK\3\4"),
    )


# ------------------------------------------------------------------------------------------------ the list

LINK, DEVICE = stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o666
_NONE = "no .py or .ipynb file"
_OUT = "leads out of its archive"
_DAMAGED = "is damaged"

ARCHIVES = {
    # What an archive says of itself is not heard.
    "a bundle that claims full marks": Hostile("a.zip", claiming, {"a.zip/lstm.py": READ}),
    "an archive with an assignment of its own": Hostile(
        "a.zip",
        lambda s: zipped(("assignment.toml", "version = 1"), ("key.json", "{}"), ("mine.py", s)),
        {"a.zip/mine.py": READ},
    ),
    # Names.
    "a name that climbs out": Hostile("a.zip", lambda s: zipped(("../../lstm.py", s)), {"lstm.py": _OUT}),
    "an absolute name": Hostile("a.zip", lambda s: zipped(("/etc/lstm.py", s)), {"lstm.py": _OUT}),
    "a name with a drive": Hostile("a.zip", lambda s: zipped(("C:\\x\\lstm.py", s)), {"lstm.py": _OUT}),
    "a name that climbs out of a tar": Hostile("a.tar", lambda s: tarred(("x/../../lstm.py", s)), {"lstm.py": _OUT}),
    "sixty names of 30,000 folders": Hostile(
        "a.zip",
        lambda s: zipped(*(("a/" * 30_000 + f"{k}.py", b"x") for k in range(60)), (FILE, s)),
        {"a.zip/lstm.py": READ},
    ),
    "a name of 10,000 letters": Hostile(
        "a.zip", lambda s: zipped(("n" * 10_000 + ".py", b"x"), (FILE, s)), {"a.zip/lstm.py": READ}
    ),
    "a name of 10,000 letters in a tar": Hostile(
        "a.tar", lambda s: tarred(("n" * 10_000 + ".py", s), format=tarfile.PAX_FORMAT), {"n.py": READ}
    ),
    "a name that steers the terminal": Hostile(
        "a.zip", lambda s: zipped(("\x1b[2J\u202eyp.mtsl.py", s)), {"\\x1b[2J\\x202eyp.mtsl.py": READ}
    ),
    "a name that a spreadsheet computes": Hostile(
        "a.zip", lambda s: zipped(("=cmd|' x'!A1.py", s)), {"=cmd|' x'!A1.py": READ}
    ),
    "a name cut by NUL": Hostile(
        "a.zip", lambda s: renamed(zipped(("lstm.py#.txt", s)), b"py#.", b"py\0."), {"a.zip": _NONE}
    ),
    "one name twice": Hostile("a.zip", lambda s: twice(("lstm.py", s), ("lstn.py", b"x")), {"a.zip": "2 files named"}),
    "names that differ in capitals": Hostile(
        "a.zip", lambda s: zipped(("LSTM.py", b"x"), (FILE, s)), {"a.zip/lstm.py": READ}
    ),
    "a folder named like the file": Hostile("a.zip", lambda s: zipped(("lstm.py/", b"")), {"a.zip": _NONE}),
    "several files, none named like it": Hostile(
        "a.tgz", lambda s: gzipped(tarred(("me/a.py", s), ("me/x/b.py", s))), {"me/a.py": READ, "me/x/b.py": READ}
    ),
    # What the system leaves behind, and what is hidden.
    "what macOS packs": Hostile(
        "a.zip",
        lambda s: zipped(("__MACOSX/._lstm.py", b"\0\5\x16\7"), (".DS_Store", b"\0"), ("._lstm.py", b"\0"), (FILE, s)),
        {"a.zip/lstm.py": READ},
    ),
    "hidden files alone": Hostile("a.zip", lambda s: zipped((".lstm.py", s), (".git/lstm.py", s)), {"a.zip": _NONE}),
    # What is no file.
    "a link in a zip": Hostile("a.zip", lambda s: zipped((FILE, "/etc/passwd", LINK)), {"a.zip": "is a link"}),
    "a device in a zip": Hostile("a.zip", lambda s: zipped((FILE, b"", DEVICE)), {"a.zip": "is not a regular"}),
    "a link in a tar": Hostile(
        "a.tar", lambda s: tarred(info(FILE, tarfile.SYMTYPE, linkname="/etc/passwd")), {"a.tar": "is a link"}
    ),
    "a hard link in a tar": Hostile(
        "a.tar", lambda s: tarred(info(FILE, tarfile.LNKTYPE, linkname="/etc/passwd")), {"a.tar": "is a link"}
    ),
    "a device in a tar": Hostile("a.tar", lambda s: tarred(info(FILE, tarfile.CHRTYPE)), {"a.tar": "is not a reg"}),
    "a pipe in a tar": Hostile("a.tar", lambda s: tarred(info(FILE, tarfile.FIFOTYPE)), {"a.tar": "is not a regular"}),
    "a sparse file": Hostile(
        "a.tar", lambda s: header(FILE, b"S", octal(0)) + bytes(1024), {"a.tar": "is not a regular"}
    ),
    "a sparse file of another kind": Hostile(
        "a.tar",
        lambda s: tarred(info(FILE, headers={"GNU.sparse.size": "99999999999"}), format=tarfile.PAX_FORMAT),
        {"a.tar": "is not a regular"},
    ),
    # Too much.
    "a file that unpacks to 50 MiB": Hostile(
        "a.zip",
        lambda s: zipped((FILE, bytes(50 * MIB)), method=zipfile.ZIP_DEFLATED),
        {"a.zip": "larger than 1 MiB"},
    ),
    "one kernel under two names": Hostile("a.zip", overlapping, {"a.zip": "lies about its size"}),
    "a size beyond the archive": Hostile(
        "a.zip", lambda s: patched(zipped((FILE, s)), b"PK\1\2", 20, b"\xff\xff\xff\x7f"), {"a.zip": "lies about"}
    ),
    "a size of 2 GiB that nobody believes": Hostile(
        "a.zip", lambda s: patched(zipped((FILE, s)), b"PK\1\2", 24, b"\xff\xff\xff\x7f"), {"a.zip/lstm.py": READ}
    ),
    "a size in 64 bits that is not there": Hostile(
        "a.zip", lambda s: patched(zipped((FILE, s)), b"PK\1\2", 20, b"\xff" * 8), {"a.zip": "lies about"}
    ),
    "21,000 members": Hostile("a.zip", lambda s: crowded(21_000, "x"), {"a.zip": "more than 20,000 members"}),
    "a list of 6 MiB": Hostile("a.zip", lambda s: crowded(100_000, "some.name"), {"a.zip": _DAMAGED}),
    "three archives within each other": Hostile("a.zip", lambda s: nested(s, 2), {"level0.zip/lstm.py": READ}),
    "twelve archives within each other": Hostile(
        "a.zip", lambda s: nested(s, 12), {"level11.zip": "more than 8 archives"}
    ),
    "a hundred archives side by side": Hostile(
        "a.zip",
        lambda s: zipped(*((f"me/{k}.zip", nested(s, 0)) for k in range(100))),
        {f"me/{k}.zip/lstm.py": READ for k in range(100)},
    ),
    "a bomb in gzip": Hostile("a.tgz", lambda s: bomb(gzipped, s), {"a.tgz/ann.py": READ, "a.tgz": "unpacks to more"}),
    "a bomb in bzip2": Hostile(
        "a.tar.bz2", lambda s: bomb(bz2.compress, s), {"a.tar.bz2/ann.py": READ, "a.tar.bz2": "unpacks to more"}
    ),
    "a bomb in xz": Hostile(
        "a.txz", lambda s: bomb(lzma.compress, s), {"a.txz/ann.py": READ, "a.txz": "unpacks to more"}
    ),
    "an .xz that asks for 4 GiB": Hostile("a.tar.xz", thirsty, {"a.tar.xz": "no archive that"}),
    "a header of 8 GiB": Hostile("a.tar", lambda s: header("x", b"x", octal(8 << 30)), {"a.tar": "without end"}),
    # Damage.
    "an encrypted file": Hostile(
        "a.zip", lambda s: patched(zipped((FILE, s)), b"PK\1\2", 8, b"\1\0"), {"a.zip": "is encrypted"}
    ),
    "an unusual compression": Hostile(
        "a.zip", lambda s: zipped((FILE, s), method=zipfile.ZIP_LZMA), {"a.zip": "compressed in an unusual way"}
    ),
    "a wrong checksum": Hostile("a.zip", lambda s: zipped((FILE, s)).replace(s, bytes(len(s)), 1), {"a.zip": _DAMAGED}),
    "half a zip": Hostile("a.zip", lambda s: zipped((FILE, s))[:60], {"a.zip": _DAMAGED}),
    "an empty zip": Hostile("a.zip", lambda s: zipped(), {"a.zip": _NONE}),
    "an empty file": Hostile("a.zip", lambda s: b"", {"a.zip": "no archive that"}),
    "a text by the name of an archive": Hostile("a.zip", lambda s: b"print(1)", {"a.zip": "no archive that"}),
    "another kind of archive": Hostile("a.7z", lambda s: b"7z\xbc\xaf'\x1c" + bytes(600), {"a.7z": "no archive that"}),
    "a packed file that is no archive": Hostile("a.gz", lambda s: gzipped(s * 99), {"a.gz": "no archive that"}),
    "a tar that breaks off": Hostile(
        "a.tar",
        lambda s: tarred(("ann.py", s), ("ben.py", s))[:1200],
        {"a.tar/ann.py": READ, "a.tar": "breaks off after ann.py"},
    ),
    "a packed tar that breaks off": Hostile(
        "a.tgz", lambda s: gzipped(tarred(("ann.py", s)))[:-4], {"a.tgz/ann.py": READ, "a.tgz": "breaks off"}
    ),
    "a tar without its end": Hostile(
        "a.tar", lambda s: tarred(("ann.py", s), pad=False), {"a.tar/ann.py": READ, "a.tar": "breaks off after"}
    ),
    "a tar with a size below zero": Hostile(
        "a.tar", lambda s: header(FILE, size=b"\xff" * 12) + bytes(1024), {"a.tar": _DAMAGED}
    ),
    "a tar with a size below zero in digits": Hostile(
        "a.tar", lambda s: header(FILE, size=b"-0000000512") + bytes(1024), {"a.tar": _DAMAGED}
    ),
    "an extended header that does not go on": Hostile(
        "a.tar", lambda s: header("x", b"x", octal(8)) + padded(b"0 a=b\n\n\n"), {"a.tar": "damaged header"}
    ),
    "an extended header full of digits": Hostile(
        "a.tar", lambda s: header("x", b"x", octal(60_000)) + padded(b"1" * 60_000), {"a.tar": "damaged header"}
    ),
    # Downloads: one bad submission stops no other, and nobody hands in for somebody else.
    "a class from Moodle": Hostile(
        "all.zip",
        moodle,
        {
            "all.zip/Ann Archer_1001_assignsubmission_file_/lstm.py": READ,
            "Ben Baker_1002_assignsubmission_file_": _NONE,
            "Carla Cole_1003_assignsubmission_file_": "is a link",
            "Dan Dee_1004_assignsubmission_file_/mine.zip/Ann Archer_1001_assignsubmission_file_/lstm.py": READ,
            "lstm-GC-7F3K-Q2MA.zip/lstm.py": READ,
            "Fay Fox_1006_assignsubmission_file_": _DAMAGED,
        },
    ),
    "a class from Canvas": Hostile(
        "all.zip",
        lambda s: zipped(
            ("archerann_1001_50001_lstm.py", s),
            ("archerann_1001_50002_notes.py", b"x"),
            ("bakerben_LATE_1002_50003_lstm-1.py", s),
            ("colecarla_1003_50004_essay.pdf", b"%PDF"),
            ("deedan_1004_50005_a.py", s),
            ("deedan_1004_50006_b.py", s),
        ),
        {
            "archerann_1001/lstm.py": READ,
            "bakerben_LATE_1002/lstm-1.py": READ,
            "colecarla_1003": _NONE,
            "deedan_1004": "There are a.py, b.py",
        },
    ),
    "a class from Gradescope": Hostile(
        "all.zip",
        lambda s: zipped(
            ("assignment_7_export/submission_metadata.yml", "student: me"),
            ("assignment_7_export/submission_11/lstm.ipynb", notebook(s)),
            ("assignment_7_export/submission_12/test_lstm.py", b"x"),
            ("assignment_7_export/submission_12/mine.py", s),
        ),
        {"submission_11/lstm.ipynb": READ, "submission_12/mine.py": READ},
    ),
}


def notebook(source):
    """A notebook of one cell."""
    cell = {"cell_type": "code", "source": source.decode(), "metadata": {}, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
