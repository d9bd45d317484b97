#!/usr/bin/env python3
"""Runs the file system's part of an installed Linux Test Project in a directory.

ltp.py LTP DIRECTORY RESULTS [--lists L,L...] [--only REGEX]

A line on the standard output for each test: name, verdict, count of failed checks, seconds. RESULTS
gets a log of each test. Tests that make a file system of their own on a loop device say nothing of
DIRECTORY's, and are left out, by what the suite itself writes of them in metadata/ltp.json: a line
that begins with # for each.

The lists mount within DIRECTORY: run it in a mount namespace of its own (unshare --mount).
"""
import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

LISTS = ["syscalls", "fs_bind", "fs_perms_simple", "fcntl-locktests", "fs"]

# Of the list of all system calls, those that act on files.
CALLS = re.compile(
    r"(f?access(at)?|cachestat|f?chdir|f?chmod(at)?|[fl]?chown(at)?|chroot|close|close_range"
    r"|copy_file_range|creat|dup|exec(l|le|lp|v|ve|vp|veat)|fallocate|posix_fadvise|fanotify"
    r"|fcntl|file_attr|fdatasync|[fl]?(get|set|remove)xattr|[fl]?listxattr|flock|f?pathconf"
    r"|[fl]?stat|fstatat|f?statfs|statvfs|statx|fsync|f?truncate|futimesat|getcwd|getdents"
    r"|inotify|inotify_init|io_(cancel|destroy|getevents|pgetevents|setup|submit|uring)"
    r"|landlock|link(at)?|l?lseek|mincore|mkdir(at)?|mknod(at)?|mmap|mprotect|mremap|msync"
    r"|munmap|name_to_handle_at|nftw|open(at)?|open_by_handle_at|p?(read|write)v?|readahead"
    r"|readdir|readlink(at)?|realpath|remap_file_pages|rename(at)?|rmdir|sendfile|splice|tee"
    r"|vmsplice|symlink(at)?|sync|syncfs|sync_file_range|umask|unlink(at)?|ustat|utime|utimes"
    r"|utimensat|prot_hsymlinks|dirtyc0w|dirtypipe)\d*(_\d+)*(_64|_16)?")

# Of the list of file systems, those of proc, sysfs, binfmt_misc, iso9660, squashfs and quotas.
ELSEWHERE = re.compile(r"proc01|read_all_.*|binfmt_misc.*|isofs|squashfs.*|quota_.*")

# What the suite says of its tests that says nothing of the directory's file system.
NOT_OF_THE_DIRECTORY = {
    "needs_device": "makes a file system of its own",
    "mount_device": "makes a file system of its own",
    "format_device": "makes a file system of its own",
    "all_filesystems": "makes file systems of its own",
    "needs_cgroup_ctrls": "limits memory",
}

# Bits of a test's exit status; several may be set, the first that is counts.
BITS = ((2, "broken"), (1, "failed"), (4, "warned"), (32, "skipped"))

FAILED = re.compile(rb"\b(TFAIL|TBROK|TWARN)\b")
# Some make 65,000 links, one call at a time.
LIMIT_SECONDS = 900

# Some tests open as many files as they may.
OPEN_FILES = 2048


def tests(root, names):
    with open(f"{root}/metadata/ltp.json", encoding="utf-8") as file:
        described = json.load(file)["tests"]
    for name in names:
        with open(f"{root}/runtest/{name}", encoding="utf-8") as file:
            for line in filter(str.strip, file):
                test, *rest = line.split(None, 1)
                if test.startswith("#") or not rest:
                    continue
                command = rest[0].strip()
                if name == "syscalls" and not CALLS.fullmatch(test):
                    continue
                if name == "fs" and ELSEWHERE.fullmatch(test):
                    continue
                program = os.path.splitext(command.split()[0])[0]
                said = described.get(re.sub("_(64|16)$", "", program), {})
                why = [text for key, text in NOT_OF_THE_DIRECTORY.items() if said.get(key)]
                if why:
                    print(f"# {test} {why[0]}", flush=True)
                    continue
                # The one command that names a place of its own.
                yield test, command.replace("/tmp/fcntl_locktest", "$TMPDIR/fcntl_locktest")


def verdict(status):
    if status == 0:
        return "passed"
    if 0 < status < 64:
        for bit, name in BITS:
            if status & bit:
                return name
    return f"status{status}"


def run(command, environment, directory, log):
    with open(log, "wb") as out:
        process = subprocess.Popen(
            ["sh", "-c", command], env=environment, cwd=directory, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            result = verdict(process.wait(LIMIT_SECONDS))
        except subprocess.TimeoutExpired:
            result = "timeout"
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if result == "timeout":
            process.wait(60)
    with open(log, "rb") as file:
        return result, len(FAILED.findall(file.read()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ltp")
    parser.add_argument("directory")
    parser.add_argument("results")
    parser.add_argument("--lists", default=",".join(LISTS))
    parser.add_argument("--only", default=".*")
    options = parser.parse_args()
    only = re.compile(options.only)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    directory = os.path.abspath(options.directory)
    os.makedirs(options.results, exist_ok=True)
    os.chmod(directory, 0o1777)
    environment = dict(
        os.environ,
        LC_ALL="C",
        LTPROOT=options.ltp,
        LTP_TIMEOUT_MUL="4",
        TMPDIR=directory,
        PATH=f"{options.ltp}/testcases/bin:{os.environ['PATH']}:/usr/sbin:/sbin")
    for test, command in tests(options.ltp, options.lists.split(",")):
        if not only.fullmatch(test):
            continue
        began = time.monotonic()
        result, failed = run(command, environment, directory, f"{options.results}/{test}.log")
        print(test, result, failed, f"{time.monotonic() - began:.1f}", flush=True)


if __name__ == "__main__":
    main()
