#!/usr/bin/python3
"""hdf5.py FILE SEED: random writes into chunked, compressed and growing datasets, against arrays in memory."""

import sys

import h5py
import numpy

path, seed = sys.argv[1], int(sys.argv[2])
random = numpy.random.default_rng(seed)
flat = numpy.zeros(2_000_000, dtype="f4")
square = numpy.zeros((600, 400), dtype="i8")
rows = numpy.zeros((0, 50), dtype="f8")

with h5py.File(path, "w") as file:
    file.create_dataset("flat", data=flat)
    file.create_dataset("square", data=square, chunks=(64, 48), compression="gzip", compression_opts=1)
    file.create_dataset("rows", shape=(0, 50), maxshape=(None, 50), chunks=(32, 50), dtype="f8")

for session in range(6):
    with h5py.File(path, "r+") as file:
        for step in range(60):
            at = int(random.integers(0, flat.size - 5000))
            piece = random.random(int(random.integers(1, 5000)), dtype="f4")
            flat[at : at + piece.size] = piece
            file["flat"][at : at + piece.size] = piece

            row, column = int(random.integers(0, 500)), int(random.integers(0, 300))
            block = random.integers(0, 1 << 40, (int(random.integers(1, 100)), int(random.integers(1, 100))))
            square[row : row + block.shape[0], column : column + block.shape[1]] = block
            file["square"][row : row + block.shape[0], column : column + block.shape[1]] = block

            if step % 10 == 0:
                more = random.random((int(random.integers(1, 200)), 50))
                rows = numpy.concatenate([rows, more])
                file["rows"].resize(rows.shape)
                file["rows"][-more.shape[0] :] = more
                file.flush()
        file.attrs["session"] = session
        if session % 2 == 1:
            name = f"group {session}"
            file.create_group(name).create_dataset("copy", data=square[::7])
            del file[name]

    with h5py.File(path, "r") as file:
        for name, wanted in (("flat", flat), ("square", square), ("rows", rows)):
            if not numpy.array_equal(file[name][...], wanted):
                sys.exit(f"session {session}: {name} differs")
        if file.attrs["session"] != session:
            sys.exit(f"session {session}: the attribute differs")
print(f"{rows.shape[0]} rows, all datasets are equal in 6 sessions")
