#!/usr/bin/env python3
"""What the flags of chattr(1) forbid, in a directory that may be reached by two mounts.

Usage: flags.py HERE THERE

Files are flagged by way of THERE; all else is tried by way of HERE. Says in one line each what was tried and how it
ended, so that the lines of two file systems can be compared. Leaves nothing flagged.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import stat
import struct
import sys
import time

HERE, THERE = sys.argv[1], sys.argv[2]
GET, SET = 0x80086601, 0x40086602
GET_EXTENDED, SET_EXTENDED = 0x801C581F, 0x401C5820
IMMUTABLE, APPEND, NODUMP, NOATIME = 0x10, 0x20, 0x40, 0x80
OURS = IMMUTABLE | APPEND | NODUMP | NOATIME
EXTENDED_IMMUTABLE, EXTENDED_OURS = 0x8, 0xD8
NO_REPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16
LIMIT_SECONDS = 10
OWNER, OTHER = 1001, 1003
C = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def rename(old, new, flags):
    checked(C.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), flags))


def allocate(file, mode, offset, length):
    checked(C.fallocate(file, mode, ctypes.c_long(offset), ctypes.c_long(length)))


def get(path):
    file = os.open(path, os.O_RDONLY)
    try:
        return struct.unpack("I", fcntl.ioctl(file, GET, bytes(8))[:4])[0]
    finally:
        os.close(file)


def put(path, flags):
    """Keeps flags that are the file system's own, as ext4's extents."""
    file = os.open(path, os.O_RDONLY)
    try:
        old = struct.unpack("I", fcntl.ioctl(file, GET, bytes(8))[:4])[0]
        fcntl.ioctl(file, SET, struct.pack("l", old & ~OURS | flags))
    finally:
        os.close(file)


def extended(path):
    file = os.open(path, os.O_RDONLY)
    try:
        return fcntl.ioctl(file, GET_EXTENDED, bytes(28))
    finally:
        os.close(file)


def put_extended(path, flags):
    file = os.open(path, os.O_RDONLY)
    try:
        old = fcntl.ioctl(file, GET_EXTENDED, bytes(28))
        others = struct.unpack("I", old[:4])[0] & ~EXTENDED_OURS
        fcntl.ioctl(file, SET_EXTENDED, struct.pack("I", others | flags) + old[4:])
    finally:
        os.close(file)


def attempt(name, call, *arguments):
    try:
        call(*arguments)
        end = "done"
    except OSError as failed:
        end = errno.errorcode[failed.errno]
    print(f"{name}: {end}", flush=True)


def opened(path, flags):
    file = os.open(path, flags, 0o644)
    os.close(file)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def flag_there(name, flags, *files):
    """Returns when HERE has heard of it."""
    before = [os.fstat(file).st_ctime_ns for file in files]
    put(os.path.join(THERE, name), flags)
    for file, ctime in zip(files, before):
        end = time.monotonic() + LIMIT_SECONDS
        while os.fstat(file).st_ctime_ns == ctime:
            if time.monotonic() > end:
                sys.exit(f"{name}: the change is not told")
            time.sleep(0.01)


def fresh(name):
    """A directory with a file, another beside it, and one outside, as HERE reaches them."""
    top = os.path.join(HERE, name)
    os.mkdir(top)
    for each in "f", "other", "source":
        write(os.path.join(top, each), each * 2000)
    os.setxattr(os.path.join(top, "f"), "user.a", b"1")
    return top


def names_of_a_file(say, top):
    f, other, new = (os.path.join(top, each) for each in ("f", "other", "new"))
    attempt(say + "unlink", os.unlink, f)
    attempt(say + "rename away", rename, f, new, 0)
    attempt(say + "rename without replacing", rename, f, new, NO_REPLACE)
    attempt(say + "rename with a whiteout", rename, f, new, WHITEOUT)
    attempt(say + "rename onto a name", rename, f, other, NO_REPLACE)
    attempt(say + "rename over it", rename, other, f, 0)
    attempt(say + "exchange", rename, f, other, EXCHANGE)
    attempt(say + "exchange with it", rename, other, f, EXCHANGE)
    attempt(say + "rename to itself", rename, f, f, 0)
    attempt(say + "link", os.link, f, new)
    attempt(say + "link onto a name", os.link, f, other)


def attributes_of_a_file(say, f):
    attempt(say + "chmod", os.chmod, f, 0o600)
    attempt(say + "chown", os.chown, f, 5, 5)
    attempt(say + "utimes now", os.utime, f)
    attempt(say + "utimes", os.utime, f, (1, 1))
    for name in "user.a", "user.b", "trusted.a", "security.a", "other.a":
        attempt(say + "setxattr " + name, os.setxattr, f, name, b"2")
        attempt(say + "removexattr " + name, os.removexattr, f, name)
    attempt(say + "setxattr acl", os.setxattr, f, "system.posix_acl_access", access_list())
    attempt(say + "stat", os.stat, f)
    attempt(say + "getxattr", os.getxattr, f, "user.a")


def access_list():
    entry = struct.Struct("<HHi")
    entries = (0x01, 7, -1), (0x02, 7, 1001), (0x04, 5, -1), (0x10, 7, -1), (0x20, 0, -1)
    return struct.pack("<I", 2) + b"".join(entry.pack(*each) for each in entries)


def opens_of_a_file(say, f):
    for name, flags in {
        "reading": os.O_RDONLY,
        "writing": os.O_WRONLY,
        "both": os.O_RDWR,
        "appending": os.O_WRONLY | os.O_APPEND,
        "both, appending": os.O_RDWR | os.O_APPEND,
        "creating": os.O_WRONLY | os.O_CREAT,
        "creating, appending": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
        "creating alone": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
        "cutting": os.O_RDONLY | os.O_TRUNC,
        "creating and cutting": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
        "cutting and appending": os.O_WRONLY | os.O_TRUNC | os.O_APPEND,
    }.items():
        attempt(say + "open for " + name, opened, f, flags)
    attempt(say + "truncate", os.truncate, f, 1)


def descriptors_of_a_file(say, top, file):
    """Of an open from before."""
    attempt(say + "ftruncate", os.ftruncate, file, 1)
    attempt(say + "fchmod", os.fchmod, file, 0o600)
    attempt(say + "futimens now", os.utime, file)
    attempt(say + "fsetxattr", os.setxattr, file, "user.c", b"1")
    attempt(say + "reserve", allocate, file, KEEP_SIZE, 0, 16384)
    attempt(say + "allocate", allocate, file, 0, 0, 16384)
    attempt(say + "punch", allocate, file, KEEP_SIZE | PUNCH_HOLE, 0, 4096)
    attempt(say + "zero", allocate, file, ZERO_RANGE, 0, 4096)
    source = os.open(os.path.join(top, "source"), os.O_RDONLY)
    attempt(say + "copy into it", os.copy_file_range, source, file, 100, 0, 0)
    os.close(source)
    attempt(say + "write", os.pwrite, file, b"late", 0)
    attempt(say + "fsync", os.fsync, file)


def a_file(word, flags):
    say = word + " file: "
    top = fresh(word)
    f = os.path.join(top, "f")
    file = os.open(f, os.O_RDWR)
    flag_there(word + "/f", flags, file)
    print(say + hex(get(f) & OURS), hex(extended(f)[0] & EXTENDED_OURS))
    names_of_a_file(say, top)
    attributes_of_a_file(say, f)
    opens_of_a_file(say, f)
    descriptors_of_a_file(say, top, file)
    os.close(file)
    print(say + str(sorted(os.listdir(top))), oct(os.stat(f).st_mode), os.listxattr(f))
    put(f, 0)
    attempt(say + "unlink in the end", os.unlink, f)


def a_directory(word, flags):
    say = word + " directory: "
    d = os.path.join(fresh(word + "-directory"), "d")
    outside = os.path.dirname(d)
    os.mkdir(d)
    os.mkdir(d + "/below")
    write(d + "/in", "in")
    write(d + "/more", "more")
    flag_there(os.path.relpath(d, HERE), flags)
    for name, how in {"create": os.O_CREAT, "create alone": os.O_CREAT | os.O_EXCL}.items():
        attempt(say + name, opened, d + "/" + name, os.O_WRONLY | how)
        attempt(say + name + " again", opened, d + "/in", os.O_WRONLY | how)
    attempt(say + "create unnamed", opened, d, os.O_WRONLY | os.O_TMPFILE)
    attempt(say + "mkdir", os.mkdir, d + "/made")
    attempt(say + "mkdir again", os.mkdir, d + "/below")
    attempt(say + "mknod", os.mknod, d + "/file")
    attempt(say + "mkfifo", os.mkfifo, d + "/fifo")
    attempt(say + "symlink", os.symlink, "x", d + "/symlink")
    attempt(say + "link into it", os.link, outside + "/f", d + "/link")
    attempt(say + "link out of it", os.link, d + "/in", outside + "/link")
    attempt(say + "rename into it", rename, outside + "/other", d + "/other", 0)
    attempt(say + "rename over what is in it", rename, outside + "/source", d + "/in", 0)
    attempt(say + "rename within", rename, d + "/in", d + "/out", 0)
    attempt(say + "rename out of it", rename, d + "/in", outside + "/out", 0)
    attempt(say + "exchange within", rename, d + "/in", d + "/more", EXCHANGE)
    attempt(say + "exchange with outside", rename, d + "/in", outside + "/f", EXCHANGE)
    attempt(say + "unlink", os.unlink, d + "/in")
    attempt(say + "unlink nothing", os.unlink, d + "/none")
    attempt(say + "rmdir in it", os.rmdir, d + "/below")
    attempt(say + "write in it", write, d + "/in", "changed")
    attempt(say + "chmod in it", os.chmod, d + "/in", 0o600)
    attempt(say + "chmod", os.chmod, d, 0o700)
    attempt(say + "utimes now", os.utime, d)
    attempt(say + "utimes", os.utime, d, (1, 1))
    attempt(say + "setxattr", os.setxattr, d, "user.a", b"1")
    attempt(say + "rename", rename, d, d + "2", 0)
    attempt(say + "rmdir", os.rmdir, d)
    print(say + str(sorted(os.listdir(d))), str(sorted(os.listdir(outside))))
    put(d, 0)


def tricks(top):
    """What a kernel does not know that the file is append-only."""
    f = os.path.join(top, "appended")
    name = os.path.relpath(f, HERE)
    write(os.path.join(THERE, name), "a" * 4096)
    put(os.path.join(THERE, name), APPEND)
    file = os.open(f, os.O_WRONLY | os.O_APPEND)
    try:
        fcntl.fcntl(file, fcntl.F_SETFL, 0)
    except OSError:
        pass  # a kernel that does know it
    os.pwrite(file, b"b", 0)
    attempt("append-only, after fcntl: ftruncate", os.ftruncate, file, 1)
    os.close(file)
    print("append-only, after fcntl:", read(f)[:2], os.stat(f).st_size)
    stored(f)
    print("append-only, after a mapping:", read(os.path.join(THERE, name))[:2])
    put(f, 0)
    stored(f)
    print("appending, after a mapping:", read(os.path.join(THERE, name))[:2], os.stat(f).st_size)


def stored(path):
    file = os.open(path, os.O_RDWR | os.O_APPEND)
    try:
        with mmap.mmap(file, 4096, mmap.MAP_SHARED) as mapping:
            mapping[0:1] = b"m"
            mapping.flush()
    except OSError:
        pass  # of the mapping, or of the storing: what is in the file counts
    finally:
        os.close(file)


def users(top):
    f = os.path.join(top, "owned")
    write(f, "x")
    os.chown(f, OWNER, OWNER)
    os.chmod(f, 0o666)
    for who, word in (OWNER, "owner"), (OTHER, "other"):
        for flags in NODUMP, NODUMP | APPEND, IMMUTABLE, 0:
            as_user(who, lambda: attempt(f"{word}: {flags:#x}", put, f, flags))
    put(f, IMMUTABLE)
    as_user(OWNER, lambda: attempt("owner: off", put, f, 0))
    as_user(OWNER, lambda: attempt("owner: look", get, f))
    attempt("more beside immutable", put, f, IMMUTABLE | NODUMP)
    attempt("append-only instead", put, f, APPEND)
    put(f, 0)
    put_extended(f, EXTENDED_IMMUTABLE)
    print("extended:", hex(get(f) & OURS))
    put_extended(f, EXTENDED_OURS & ~EXTENDED_IMMUTABLE)
    print("extended:", hex(get(f) & OURS))
    put_extended(f, 0)


def as_user(user, call):
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            call()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def inherited(top):
    d = os.path.join(top, "d")
    os.mkdir(d)
    put(d, APPEND | NODUMP | NOATIME)
    write(d + "/f", "")
    os.mkdir(d + "/d")
    print("inherited:", hex(get(d + "/f") & OURS), hex(get(d + "/d") & OURS))
    put(d, 0)


def other_kinds(top):
    fifo = os.path.join(top, "fifo")
    os.mkfifo(fifo)
    file = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    attempt("fifo: look", fcntl.ioctl, file, GET, bytes(8))
    os.close(file)
    file = os.open(top, os.O_RDONLY)
    attempt("unknown ioctl", fcntl.ioctl, file, 0x40046602, bytes(4))
    os.close(file)


os.chmod(HERE, stat.S_IRWXU | stat.S_IXGRP | stat.S_IXOTH)
for kind, number in {"immutable": IMMUTABLE, "append-only": APPEND, "either": 0x30}.items():
    a_file(kind, number)
    a_directory(kind, number)
rest = os.path.join(HERE, "rest")
os.mkdir(rest)
tricks(rest)
users(rest)
inherited(rest)
other_kinds(rest)
