"""Saves checkpoints and loads them, again and again, in the ways of trainers.

    checkpoints.py DIRECTORY STOP

Goes on until the file STOP is there: torch.save to a temporary name, fsync, rename; then as a distributed checkpoint
does it, a shard of each of two processes and a list of the shards that is renamed last; then raw tensors that are
mapped. Each is loaded and compared, the latest and the one before it. What fails or differs ends it with status 1.
"""

import json
import multiprocessing
import os
import shutil
import sys

import torch

RANKS = 2
KEPT = 3
WIDTH = 256


def tensors(step, rank=0):
    """The same ones at each call: random, of several types, some that share their storage."""
    torch.manual_seed(step * RANKS + rank)
    weight = torch.randn(WIDTH * 4, WIDTH)
    return {
        "weight": weight,
        "view": weight[: WIDTH // 2],
        "half": torch.randn(WIDTH, WIDTH).half(),
        "ids": torch.randint(0, 1 << 40, (WIDTH, 31)),
        "flags": torch.rand(WIDTH) > 0.5,
        "step": step,
    }


def expect_equal(loaded, expected, what):
    if loaded.keys() != expected.keys():
        raise AssertionError("%s has other names: %s" % (what, sorted(loaded)))
    for name, tensor in expected.items():
        same = torch.equal(loaded[name], tensor) if torch.is_tensor(tensor) else loaded[name] == tensor
        if not same:
            raise AssertionError("%s: %s differs" % (what, name))


def durable(path, write):
    """Under a temporary name first, so that nobody sees a part of it."""
    fresh = path + ".tmp"
    with open(fresh, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(fresh, 0o640)
    os.rename(fresh, path)


def whole(step):
    durable("step-%d.pt" % step, lambda file: torch.save(tensors(step), file))
    for each in (step, step - 1):
        if each >= 0:
            expect_equal(torch.load("step-%d.pt" % each), tensors(each), "step-%d.pt" % each)
    torch.save(tensors(step), "latest.pt")  # over the one before, and without fsync
    expect_equal(torch.load("latest.pt"), tensors(step), "latest.pt")
    if step >= KEPT:
        os.unlink("step-%d.pt" % (step - KEPT))


def shard(directory, step, rank):
    durable("%s/__%d_0.distcp" % (directory, rank), lambda file: torch.save(tensors(step, rank), file))


def shards(step):
    directory = "shards-%d" % step
    os.makedirs(directory)
    ranks = [multiprocessing.Process(target=shard, args=(directory, step, rank)) for rank in range(RANKS)]
    for each in ranks:
        each.start()
    for each in ranks:
        each.join()
        if each.exitcode != 0:
            raise AssertionError("a rank ended with status %s" % each.exitcode)
    names = sorted(os.listdir(directory))
    durable(directory + "/.metadata", lambda file: file.write(json.dumps(names).encode()))
    for each in (step, step - 1):
        if each >= 0:
            loaded(each)
    if step >= KEPT:
        shutil.rmtree("shards-%d" % (step - KEPT))


def loaded(step):
    directory = "shards-%d" % step
    with open(directory + "/.metadata", "rb") as file:
        names = json.load(file)
    if len(names) != RANKS:
        raise AssertionError("%s lists %s" % (directory, names))
    for rank, name in enumerate(names):
        path = os.path.join(directory, name)
        expect_equal(torch.load(path), tensors(step, rank), path)


def mapped(step):
    """As safetensors are read: raw bytes, without a copy."""
    expected = tensors(step)["weight"]
    durable("raw", lambda file: file.write(expected.numpy().tobytes()))
    found = torch.from_file("raw", shared=False, size=expected.numel())
    if not torch.equal(found.reshape(expected.shape), expected):
        raise AssertionError("a mapped tensor differs")


def main():
    directory, stop = sys.argv[1:]
    torch.set_num_threads(1)
    os.makedirs(directory)
    os.chdir(directory)
    steps = 0
    while not os.path.exists(stop):
        whole(steps)
        shards(steps)
        mapped(steps)
        steps += 1
    print("%d checkpoints" % steps)


if __name__ == "__main__":
    main()
