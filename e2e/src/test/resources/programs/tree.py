"""Makes a tree of awkward files (make DIR), or tells all of one that a user can see (tell DIR)."""
import hashlib
import os
import random
import stat
import sys

SECOND = 1_000_000_000


def write(path, size, mode, owner, mtime):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(random.Random(size).randbytes(size))
    os.chown(path, *owner)
    os.chmod(path, mode)
    os.utime(path, ns=(mtime, mtime))


def make(root):
    write(root + b"/empty", 0, 0o600, (0, 0), 1)
    write(root + b"/plain", 5, 0o644, (1000, 1001), 1_700_000_000 * SECOND + 123_456_789)
    write(root + b"/in parts", (17 << 20) + 3, 0o755, (0, 5), 1_600_000_000 * SECOND)
    write(root + b"/set-id", 10, 0o6755, (0, 0), 1_600_000_001 * SECOND)
    write(root + b"/old", 10, 0o644, (0, 0), -5 * SECOND + 7)
    odd = [
        b"trailing  ", b" leading", b"bytes\xff\xfe", b"half\xc3", b"new\nline", b"tab\t", b"back\\slash",
        b"a+b%41%zz", b"%", b"quo\"te'", b"*?[x]", "ä日本".encode(), b"~", b"#", b"&amp;", b"n" * 200, b"...",
    ]
    for i, name in enumerate(odd):
        write(root + b"/odd/" + name, 100 + i, 0o640, (i, i), i * SECOND)
        write(root + b"/odd-dirs/" + name + b"/file", 200 + i, 0o640, (i, i), i * SECOND)
    write(root + b"/deep" * 60 + b"/file", 7, 0o444, (0, 0), 2 * SECOND)
    for i in range(450):
        write(root + b"/many/%d/f%d" % (i % 7, i), i, 0o644, (0, 0), i)
    os.symlink(b"plain", root + b"/link")
    os.symlink(b"../" * 900 + b"\xff dangling", root + b"/odd/long link\xff")
    os.symlink(b"/dev/null", root + b"/many/absolute")
    os.chown(root + b"/link", 1000, 1001, follow_symlinks=False)
    os.mkfifo(root + b"/pipe", 0o640)
    os.mknod(root + b"/disk", stat.S_IFBLK | 0o600, os.makedev(259, 1_000))
    os.mknod(root + b"/terminal", stat.S_IFCHR | 0o620, os.makedev(4, 1))
    os.mknod(root + b"/socket", stat.S_IFSOCK | 0o777)


def tell(root):
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            seen = os.lstat(path)
            facts = [oct(seen.st_mode), seen.st_uid, seen.st_gid, seen.st_nlink]
            if stat.S_ISREG(seen.st_mode):
                with open(path, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                facts += [seen.st_size, seen.st_mtime_ns, digest]
            if stat.S_ISLNK(seen.st_mode):
                facts.append(os.readlink(path))
            if stat.S_ISBLK(seen.st_mode) or stat.S_ISCHR(seen.st_mode):
                facts.append((os.major(seen.st_rdev), os.minor(seen.st_rdev)))
            print(path[len(root):], *facts)


{"make": make, "tell": tell}[sys.argv[1]](os.fsencode(sys.argv[2]))
