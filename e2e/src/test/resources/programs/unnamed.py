"""Makes files without a name (O_TMPFILE), waits, and gives names to some of them.

    unnamed.py DIRECTORY STARTED GO

Makes the file STARTED when the files are there, half written, and goes on when there is a file GO. Then DIRECTORY has
`empty-path` and `proc`, named after how they got their names, and nothing of the others.
"""

import ctypes
import os
import sys
import time

AT_FDCWD = -100
AT_SYMLINK_FOLLOW = 0x400
AT_EMPTY_PATH = 0x1000
HALF = 3 << 20

libc = ctypes.CDLL(None, use_errno=True)


def linkat(descriptor, path, name, flags):
    if libc.linkat(descriptor, path.encode(), AT_FDCWD, name.encode(), flags) != 0:
        raise OSError(ctypes.get_errno(), name)


def content(number):
    return b"%015d\n" % number * (2 * HALF // 16)


def main():
    directory, started, go = sys.argv[1:]
    os.chdir(directory)
    files = []
    for number, more in enumerate((0, 0, 0, os.O_EXCL)):
        made = os.open(".", os.O_TMPFILE | os.O_RDWR | more, 0o644)
        os.write(made, content(number)[:HALF])
        files.append(made)
    os.close(os.open(started, os.O_CREAT | os.O_WRONLY))
    while not os.path.exists(go):
        time.sleep(0.05)
    for number, made in enumerate(files):
        os.write(made, content(number)[HALF:])
        assert os.pread(made, 2 * HALF + 1, 0) == content(number), number
        assert os.fstat(made).st_nlink == 0
    assert os.listdir(".") == []
    linkat(files[0], "", "empty-path", AT_EMPTY_PATH)
    linkat(AT_FDCWD, "/proc/self/fd/%d" % files[1], "proc", AT_SYMLINK_FOLLOW)
    try:
        linkat(files[3], "", "exclusive", AT_EMPTY_PATH)
        sys.exit("an exclusive file got a name")
    except FileNotFoundError:
        pass
    assert sorted(os.listdir(".")) == ["empty-path", "proc"]


main()
