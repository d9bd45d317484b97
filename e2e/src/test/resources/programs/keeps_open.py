"""Uses a directory in every way that must survive the process which serves it.

    keeps_open.py DIRECTORY STOP [--without-lease]

Goes on until the file STOP is there, and then compares everything with what it did. Each system call that fails, and
each byte that differs, ends it with a line that says which, and status 1. Without a lease, it does not use what a mount
loses that was silent for longer than its lease: locks, and files that have no name any more.
"""

import fcntl
import mmap
import os
import sys

NAMES = 400  # so long that one getdents(2) does not bring them all
RECORD = 64
BLOCK = 4096
BLOCKS = 64


def record(number):
    return b"%063d\n" % number


def block(number):
    return b"%016d" % number * (BLOCK // 16)


def expect(held, what):
    if not held:
        raise AssertionError(what)


class Kept:
    """What stays open all the time."""

    def __init__(self, lease):
        self.lease = lease
        self.gone = os.open("gone", os.O_CREAT | os.O_RDWR, 0o600)
        os.unlink("gone")
        self.log = os.open("log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.whole = os.open("whole", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self.whole, fcntl.LOCK_EX)
        self.ranges = os.open("ranges", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.lockf(self.ranges, fcntl.LOCK_EX, 10, 5)
        mapped = os.open("mapped", os.O_CREAT | os.O_RDWR, 0o600)
        os.ftruncate(mapped, BLOCKS * BLOCK)
        self.map = mmap.mmap(mapped, BLOCKS * BLOCK)
        self.blocks = {}
        self.pages = {}
        os.mkdir("many")
        for number in range(NAMES):
            os.close(os.open("many/%0200d" % number, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self.listing = os.scandir("many")
        self.listed = []

    def step(self, number):
        expect(os.write(self.log, record(number)) == RECORD, "a short append")
        self.mapping(number)
        if self.lease:
            self.unlinked(number)
        once(number)
        entry = next(self.listing, None)
        if entry is not None:
            self.listed.append(entry.name)
        if self.lease and number % 25 == 0:
            expect(refused(lambda: fcntl.flock(os.open("whole", os.O_RDWR), TRY)), "flock was lost")
            expect(
                refused(lambda: fcntl.lockf(os.open("ranges", os.O_RDWR), TRY, 1, 12)),
                "a range's lock was lost",
            )
            expect(
                not refused(lambda: fcntl.lockf(os.open("ranges", os.O_RDWR), TRY, 1, 20)),
                "a range is locked that nobody locked",
            )

    def unlinked(self, number):
        at = number % BLOCKS
        expect(os.pwrite(self.gone, block(number), at * BLOCK) == BLOCK, "a short write")
        self.blocks[at] = number
        old = (number * 31) % BLOCKS
        if old in self.blocks:
            expect(
                os.pread(self.gone, BLOCK, old * BLOCK) == block(self.blocks[old]),
                "an unlinked file lost a block",
            )
        expect(os.fstat(self.gone).st_nlink == 0, "an unlinked file has a name again")

    def mapping(self, number):
        at = number % BLOCKS
        self.map[at * BLOCK : (at + 1) * BLOCK] = block(number)
        self.pages[at] = number
        if number % 16 == 0:
            self.map.flush()

    def finish(self, steps):
        with open("log", "rb") as log:
            lines = log.read()
        for number in range(steps):
            at = number * RECORD
            expect(lines[at : at + RECORD] == record(number), "append %d is not there once" % number)
        expect(len(lines) == steps * RECORD, "the log has more than was appended")
        self.map.flush()
        with open("mapped", "rb") as mapped:
            content = mapped.read()
        for at, number in self.pages.items():
            expect(content[at * BLOCK : (at + 1) * BLOCK] == block(number), "a mapped page was lost")
        for at, number in self.blocks.items():
            expect(os.pread(self.gone, BLOCK, at * BLOCK) == block(number), "a block was lost")
        self.listed.extend(entry.name for entry in self.listing)
        expect(
            sorted(map(int, self.listed)) == list(range(NAMES)),
            "a listing that was begun has %d names of %d" % (len(self.listed), NAMES),
        )


TRY = fcntl.LOCK_EX | fcntl.LOCK_NB


def refused(lock):
    """Whether another process does not get a lock."""
    child = os.fork()
    if child == 0:
        try:
            lock()
            os._exit(0)
        except BlockingIOError:
            os._exit(1)
        except OSError as failed:
            print("lock: %s" % failed, flush=True)
            os._exit(2)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    expect(status in (0, 1), "a lock failed")
    return status == 1


def once(number):
    """Operations that fail when they are done a second time."""
    os.mkdir("directory")
    file = os.open("new", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.write(file, block(number))
    os.fsync(file)
    os.close(file)
    os.link("new", "second")
    os.rename("new", "directory/%d" % number)
    expect(os.stat("second").st_nlink == 2, "a link was lost")
    os.symlink("second", "symbolic")
    expect(os.stat("symbolic").st_size == BLOCK, "a size was lost")
    os.unlink("symbolic")
    os.unlink("second")
    with open("directory/%d" % number, "rb") as read:
        expect(read.read() == block(number), "a file has other bytes")
    os.unlink("directory/%d" % number)
    os.rmdir("directory")


def main():
    directory, stop, *without = sys.argv[1:]
    os.makedirs(directory)
    os.chdir(directory)
    kept = Kept(lease=not without)
    steps = 0
    while not os.path.exists(stop):
        kept.step(steps)
        steps += 1
    kept.finish(steps)
    print("%d steps" % steps)


if __name__ == "__main__":
    main()
