"""Writes, and says what it may rely on: syncs.py DIRECTORY SEED write-through|write-back

Each line is a word, the name of a file and the digest of a content (or "absent"):

may    from now on the file may be this
torn   from now on the file may be anything: somebody writes into it
is     a call has returned that promises that the file is this
closed as may, but without a promise: nothing was synced
"""

import hashlib
import mmap
import os
import random
import sys

root, seed, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
rng = random.Random(seed)
contents = {}  # of the files that are overwritten again and again
pending = {}  # names that a sync of the directory makes certain
made = 0


def say(word, name, state=""):
    print(word, name, state, flush=True)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def may(name, state):
    pending[name] = state
    say("may", name, state)


def sure(name, state):
    pending.pop(name, None)
    say("is", name, state)


def at(name):
    return os.path.join(root, name)


def fresh(prefix):
    global made
    made += 1
    return f"{prefix}{made}"


def data():
    return rng.randbytes(rng.choice([0, 1, 4096, 100_000, rng.randrange(2 << 20)]))


def write(name, content):
    with open(at(name), "xb", buffering=0) as out:
        out.write(content)
        yield out


def sync_directory():
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(fd)
    os.close(fd)
    for name, state in list(pending.items()):
        sure(name, state)


def replace():
    """As checkpoints are written: a file of another name, synced, is renamed over the last one."""
    name, other, content = rng.choice(["a", "b", "c"]), fresh("tmp"), data()
    may(other, digest(content))
    for out in write(other, content):
        os.fsync(out.fileno())
    sure(other, digest(content))
    may(other, "absent")
    may(name, digest(content))
    os.rename(at(other), at(name))
    contents[name] = bytearray(content)
    if rng.random() < 0.5:
        sync_directory()


def in_place(change):
    """change writes the content at a position and returns when it is synced."""
    names = [name for name in contents if len(contents[name]) > 10]
    if not names:
        return
    name = rng.choice(names)
    content = contents[name]
    start = rng.randrange(len(content))
    part = rng.randbytes(rng.randrange(1, len(content) - start + 1))
    content[start : start + len(part)] = part
    pending.pop(name, None)
    say("torn", name)
    change(name, start, part)
    sure(name, digest(content))


def overwrite(name, start, part):
    fd = os.open(at(name), os.O_WRONLY)
    os.pwrite(fd, part, start)
    os.fdatasync(fd)
    os.close(fd)


def write_synced(name, start, part):
    fd = os.open(at(name), os.O_WRONLY | os.O_DSYNC)
    os.pwrite(fd, part, start)
    os.close(fd)


def map_synced(name, start, part):
    with open(at(name), "r+b") as file, mmap.mmap(file.fileno(), 0) as view:
        view[start : start + len(part)] = part
        view.flush()


def append():
    name, more = "log", rng.randbytes(rng.randrange(1, 50_000))
    content = contents.setdefault(name, bytearray())
    content += more
    pending.pop(name, None)
    say("torn", name)
    fd = os.open(at(name), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_SYNC, 0o644)
    os.write(fd, more)
    os.close(fd)
    sure(name, digest(content))


def close_only():
    name, content = fresh("unsynced"), data()
    say("closed", name, digest(content))
    for _ in write(name, content):
        pass


def through():
    name, content = fresh("through"), data()
    may(name, digest(content))
    for _ in write(name, content):
        pass
    sure(name, digest(content))


def delete():
    if contents:
        name = rng.choice(list(contents))
        may(name, "absent")
        os.unlink(at(name))
        del contents[name]
        if rng.random() < 0.5:
            sync_directory()


steps = [
    replace,
    replace,
    lambda: in_place(overwrite),
    lambda: in_place(write_synced),
    lambda: in_place(map_synced),
    append,
    close_only,
    close_only,
    delete,
]
if mode == "write-through":
    steps = [through, through, replace, delete]
while True:
    rng.choice(steps)()
