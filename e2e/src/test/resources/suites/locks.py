#!/usr/bin/env python3
"""Locks of one file, seen through two mounts.

Usage: locks.py FILE SAME_FILE_ON_ANOTHER_MOUNT

Each check runs processes of its own; one that cannot get on is killed after a while and fails. Exits with 0 where
all hold, else says which one did not.
"""

import errno
import fcntl
import multiprocessing
import os
import signal
import struct
import sys
import time

LIMIT_SECONDS = 20
OFD_SETLK = 37
OFD_SETLKW = 38
HERE, THERE = sys.argv[1], sys.argv[2]


def record(kind, start, length):
    """struct flock of 64-bit Linux."""
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0)


class Peer:
    """A process that does what it is told on a file, one thing at a time."""

    def __init__(self, path):
        self.mine, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.serve, args=(path, theirs), daemon=True)
        self.process.start()

    def serve(self, path, pipe):
        files = [os.open(path, os.O_RDWR)]
        signal.signal(signal.SIGUSR1, self.interrupted)
        while True:
            name, arguments = pipe.recv()
            try:
                pipe.send(("done", getattr(self, "do_" + name)(files, *arguments)))
            except OSError as failed:
                pipe.send(("failed", failed.errno))
            except InterruptedError:
                pipe.send(("failed", errno.EINTR))

    @staticmethod
    def interrupted(number, frame):
        raise InterruptedError(errno.EINTR, "signal")

    def do_open(self, files, path):
        files.append(os.open(path, os.O_RDWR))

    def do_close(self, files, index):
        os.close(files[index])

    def do_lock(self, files, kind, start, length, wait=False, index=0):
        flags = kind if wait or kind == fcntl.LOCK_UN else kind | fcntl.LOCK_NB
        fcntl.lockf(files[index], flags, length, start)

    def do_query(self, files, start, length):
        answer = fcntl.fcntl(files[0], fcntl.F_GETLK, record(fcntl.F_WRLCK, start, length))
        kind, _, begin, size, pid = struct.unpack("hhqqi4x", answer)
        return None if kind == fcntl.F_UNLCK else (begin, size, pid)

    def do_ofd(self, files, kind, index=0):
        fcntl.fcntl(files[index], OFD_SETLK, record(kind, 0, 0))

    def do_flock(self, files, kind, wait=False, index=0):
        fcntl.flock(files[index], kind if wait else kind | fcntl.LOCK_NB)

    def begin(self, name, *arguments):
        self.mine.send((name, arguments))

    def end(self):
        assert self.mine.poll(LIMIT_SECONDS), "no answer in %d s" % LIMIT_SECONDS
        kind, value = self.mine.recv()
        if kind == "done":
            return value
        return "EDEADLK" if value == errno.EDEADLK else errno.errorcode[value]

    def ask(self, name, *arguments):
        self.begin(name, *arguments)
        return self.end()

    def is_waiting(self):
        return not self.mine.poll(0.3)

    def kill(self):
        self.process.kill()
        self.process.join(LIMIT_SECONDS)
        assert not self.process.is_alive(), "cannot be killed"


def eventually(question):
    end = time.monotonic() + LIMIT_SECONDS
    while not question():
        assert time.monotonic() < end, "not in %d s" % LIMIT_SECONDS
        time.sleep(0.05)


EX, SH, UN = fcntl.LOCK_EX, fcntl.LOCK_SH, fcntl.LOCK_UN


def ranges_exclude_each_other(a, b):
    assert a.ask("lock", EX, 10, 10) is None
    assert b.ask("lock", EX, 19, 1) == "EAGAIN"
    assert b.ask("lock", SH, 0, 0) == "EAGAIN"
    assert b.ask("lock", EX, 20, 0) is None
    begin, size, _ = b.ask("query", 0, 15)
    assert (begin, size) == (10, 10)
    assert a.ask("lock", SH, 2, 3) is None
    begin, size, _ = b.ask("query", 0, 0)
    assert (begin, size) == (2, 3), "the first of the file, not the first that was taken"
    assert a.ask("lock", UN, 2, 3) is None
    assert b.ask("query", 0, 10) is None
    assert a.ask("lock", UN, 12, 4) is None
    assert b.ask("lock", EX, 12, 4) is None
    assert a.ask("lock", EX, 10, 10) == "EAGAIN"


def a_wait_ends_when_the_lock_is_free(a, b):
    assert a.ask("lock", EX, 0, 0) is None
    b.begin("lock", SH, 5, 1, True)
    assert b.is_waiting()
    assert a.ask("lock", UN, 0, 5) is None
    assert b.is_waiting()
    assert a.ask("lock", UN, 5, 1) is None
    assert b.end() is None
    assert a.ask("lock", EX, 5, 1) == "EAGAIN"


def a_signal_ends_a_wait(a, b):
    assert a.ask("lock", EX, 0, 0) is None
    b.begin("lock", EX, 0, 0, True)
    assert b.is_waiting()
    os.kill(b.process.pid, signal.SIGUSR1)
    assert b.end() == "EINTR"
    b.begin("flock", EX)
    assert b.end() is None
    a.begin("flock", EX, True)
    assert a.is_waiting()
    os.kill(a.process.pid, signal.SIGUSR1)
    assert a.end() == "EINTR"


def a_waiting_process_can_be_killed(a, b):
    assert a.ask("lock", EX, 0, 0) is None
    b.begin("lock", EX, 0, 0, True)
    assert b.is_waiting()
    b.kill()


def a_killed_holder_holds_nothing(a, b):
    assert a.ask("lock", EX, 0, 0) is None
    assert a.ask("flock", EX) is None
    b.begin("lock", EX, 0, 0, True)
    assert b.is_waiting()
    a.kill()
    assert b.end() is None
    eventually(lambda: b.ask("flock", EX) is None)


def any_close_ends_a_process_locks(a, b):
    assert a.ask("lock", EX, 0, 0) is None
    assert a.ask("open", HERE) is None
    assert a.ask("close", 1) is None
    assert b.ask("lock", EX, 0, 0) is None


def a_circle_is_refused(a, b):
    assert a.ask("lock", EX, 0, 1) is None
    assert b.ask("lock", EX, 1, 1) is None
    a.begin("lock", EX, 1, 1, True)
    assert a.is_waiting()
    assert b.ask("lock", EX, 0, 1, True) == "EDEADLK"
    assert b.ask("lock", UN, 1, 1) is None
    assert a.end() is None


def descriptions_hold_their_own(a, b):
    assert a.ask("ofd", fcntl.F_WRLCK) is None
    assert a.ask("open", HERE) is None
    assert a.ask("ofd", fcntl.F_RDLCK, 1) == "EAGAIN"
    assert a.ask("close", 1) is None
    assert b.ask("ofd", fcntl.F_RDLCK) == "EAGAIN"
    assert b.ask("lock", SH, 0, 0) == "EAGAIN"
    assert a.ask("close", 0) is None
    eventually(lambda: b.ask("ofd", fcntl.F_WRLCK) is None)


def flock_excludes_and_converts(a, b):
    assert a.ask("flock", SH) is None
    assert b.ask("flock", SH) is None
    assert a.ask("flock", EX) == "EAGAIN"
    assert b.ask("flock", EX) is None, "the failed conversion gave the lock up"
    assert a.ask("lock", EX, 0, 0) is None, "the other kind"
    a.begin("flock", SH, True)
    assert a.is_waiting()
    assert b.ask("close", 0) is None
    assert a.end() is None


CHECKS = [
    ranges_exclude_each_other,
    a_wait_ends_when_the_lock_is_free,
    a_signal_ends_a_wait,
    a_waiting_process_can_be_killed,
    a_killed_holder_holds_nothing,
    any_close_ends_a_process_locks,
    a_circle_is_refused,
    descriptions_hold_their_own,
    flock_excludes_and_converts,
]


def run(check):
    peers = [Peer(HERE), Peer(THERE)]
    try:
        check(*peers)
    finally:
        for peer in peers:
            peer.kill()


def main():
    with open(HERE, "a"):
        pass
    for check in CHECKS:
        run(check)
        print("held:", check.__name__)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    main()
