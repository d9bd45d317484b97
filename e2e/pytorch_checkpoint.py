#!/usr/bin/python3
"""Saves a model's state dict through a Forebay mount, and proves that it arrived.

    forebay up ~/forebay --detach
    /usr/bin/python3 e2e/pytorch_checkpoint.py --size-mib 1024

1. torch.save to a temporary file, fsync, rename: what a careful trainer does.
2. flush(wait: true) by GraphQL: returns when the object is in the bucket.
3. rclone, which is not ours, downloads the object; its SHA-256 is that of the file.
4. evict, then torch.load through the mount: every tensor is equal to the one in memory.
"""

import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import torch


def parse():
    data = os.environ.get("XDG_DATA_HOME") or str(pathlib.Path.home() / ".local/share")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=pathlib.Path, default=pathlib.Path(data) / "forebay/default")
    parser.add_argument("--size-mib", type=int, default=1024, help="of the checkpoint, about")
    return parser.parse_args()


def make_model(size_mib):
    """A stack of the feed-forward layers of a transformer, 8 MiB of float32 each, and one rest."""
    torch.manual_seed(20261101)
    pairs = max(1, size_mib // 8)
    layers = []
    for _ in range(pairs):
        layers += [torch.nn.Linear(1024, 1024), torch.nn.LayerNorm(1024), torch.nn.Linear(1024, 1023)]
    return torch.nn.Sequential(*layers)


def save(state_dict, path):
    fresh = path.with_suffix(".tmp")
    with open(fresh, "wb") as file:
        torch.save(state_dict, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(fresh, path)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


class Forebay:
    """The little of it that a script needs: where things are, and GraphQL."""

    def __init__(self, state):
        self.settings = json.loads((state / "forebay.json").read_text())
        ports = json.loads((state / "run/ports.json").read_text())
        self.endpoint = f"http://127.0.0.1:{ports['graphql']}/graphql"
        self.mount = pathlib.Path(self.settings["mountPoint"])
        self.workspace = self.settings["workspace"]
        self.s3 = dict(
            line.removeprefix("export ").split("=", 1)
            for line in (state / "s3.env").read_text().splitlines()
        )

    def ask(self, query, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            self.endpoint, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=900) as answer:
            result = json.load(answer)
        if result.get("errors"):
            sys.exit(f"GraphQL refused: {result['errors']}")
        return result["data"]

    def flush(self, path):
        query = """mutation($workspace: String!, $path: String!) {
            flush(workspace: $workspace, path: $path, wait: true, timeoutSeconds: 600) {
              settled failures { path error } } }"""
        result = self.ask(query, workspace=self.workspace, path=path)["flush"]
        if not result["settled"]:
            sys.exit(f"not in the bucket: {result}")

    def evict(self, path):
        self.ask(
            """mutation($workspace: String!, $path: String!) {
              evict(workspace: $workspace, path: $path) { requested } }""",
            workspace=self.workspace,
            path=path,
        )
        deadline = time.monotonic() + 60
        while self.file(path)["staged"]:
            if time.monotonic() > deadline:
                sys.exit("the local copy is still there after 60 s")
            time.sleep(0.2)

    def file(self, path):
        query = """query($workspace: String!, $path: String!) {
            file(workspace: $workspace, path: $path) { size staged objectKey flushState } }"""
        return self.ask(query, workspace=self.workspace, path=path)["file"]

    def download(self, key):
        """The object's SHA-256 and size, as rclone downloads it."""
        bucket = self.settings["bucket"]
        source = f"forebay:{bucket['bucket']}/{bucket['prefix']}{key}"
        environment = {**os.environ, **self.s3, "RCLONE_CONFIG": "/dev/null"}
        environment.pop("AWS_CA_BUNDLE", None)
        digest, size = hashlib.sha256(), 0
        with subprocess.Popen(
            ["rclone", "cat", source], stdout=subprocess.PIPE, env=environment
        ) as client:
            for block in iter(lambda: client.stdout.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
        if client.returncode != 0:
            sys.exit(f"rclone cannot download {source}")
        return digest.hexdigest(), size


def main():
    arguments = parse()
    forebay = Forebay(arguments.state)
    model = make_model(arguments.size_mib)
    path = forebay.mount / "checkpoints" / "step-1000.pt"
    path.parent.mkdir(exist_ok=True)

    start = time.monotonic()
    save(model.state_dict(), path)
    saved = time.monotonic()
    print(f"saved     {path.stat().st_size:,} bytes in {saved - start:.1f} s")

    forebay.flush("/checkpoints/step-1000.pt")
    print(f"flushed   in {time.monotonic() - saved:.1f} s")

    expected = sha256(path)
    digest, size = forebay.download(forebay.file("/checkpoints/step-1000.pt")["objectKey"])
    if (digest, size) != (expected, path.stat().st_size):
        sys.exit(f"the object differs: {digest}, {size} bytes; the file is {expected}")
    print(f"compared  SHA-256 {digest}, downloaded by rclone")

    forebay.evict("/checkpoints/step-1000.pt")
    loaded = torch.load(path)
    for name, tensor in model.state_dict().items():
        if not torch.equal(loaded[name], tensor):
            sys.exit(f"the tensor {name} differs")
    print(f"loaded    {len(loaded)} equal tensors after eviction")


if __name__ == "__main__":
    main()
