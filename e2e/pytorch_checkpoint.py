#!/usr/bin/python3
"""Saves a transformer's state dict through a Forebay mount, and proves that it arrived.

    ./forebay up --detach ~/forebay
    e2e/pytorch_checkpoint.py --size-mib 1024

1. torch.save to a temporary file, fsync, rename: what a careful trainer does.
2. flush(wait: true) by GraphQL: returns when the object is in the bucket.
3. rclone, which is not ours, downloads the object; its SHA-256 is that of the file.
4. evict, then torch.load through the mount: every tensor is equal to the one in memory, and a
   model that is made from them gives the same answers.
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

CONTEXT = 64


def parse():
    data = os.environ.get("XDG_DATA_HOME") or str(pathlib.Path.home() / ".local/share")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=pathlib.Path, default=pathlib.Path(data) / "forebay/default")
    parser.add_argument("--size-mib", type=int, default=1024, help="of the checkpoint, about (at least 16)")
    return parser.parse_args()


class Transformer(torch.nn.Module):
    """A language model: embeddings, encoder layers, and the head that is tied to nothing."""

    def __init__(self, layers, width, vocabulary):
        super().__init__()
        self.tokens = torch.nn.Embedding(vocabulary, width)
        self.positions = torch.nn.Embedding(CONTEXT, width)
        self.layers = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(width, width // 64, 4 * width, batch_first=True)
            for _ in range(layers)
        )
        self.head = torch.nn.Linear(width, vocabulary)

    def forward(self, tokens):
        hidden = self.tokens(tokens) + self.positions.weight[: tokens.shape[1]]
        for layer in self.layers:
            hidden = layer(hidden)
        return self.head(hidden)


def make_model(size_mib, seed):
    """Layers for three quarters of the size, and as large a vocabulary as the rest allows."""
    torch.manual_seed(seed)
    width = 512 if size_mib < 512 else 1024
    floats = size_mib << 18
    layers = max(1, floats * 3 // 4 // (12 * width * width))
    vocabulary = max(256, (floats - layers * 12 * width * width) // (2 * width + 1))
    return Transformer(layers, width, vocabulary).eval()


def answers(model):
    with torch.no_grad():
        return model(torch.arange(CONTEXT).reshape(1, CONTEXT))


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


def timed(what, work):
    start = time.monotonic()
    result = work()
    print(f"{what:<10}{time.monotonic() - start:8.1f} s")
    return result


def main():
    arguments = parse()
    forebay = Forebay(arguments.state)
    model = make_model(arguments.size_mib, seed=20261101)
    parameters = sum(each.numel() for each in model.parameters())
    path = forebay.mount / "checkpoints" / "step-1000.pt"
    path.parent.mkdir(exist_ok=True)
    print(f"PyTorch {torch.__version__}, {len(model.layers)} layers, {parameters:,} parameters")

    timed("save", lambda: save(model.state_dict(), path))
    timed("flush", lambda: forebay.flush("/checkpoints/step-1000.pt"))

    expected = sha256(path), path.stat().st_size
    key = forebay.file("/checkpoints/step-1000.pt")["objectKey"]
    found = timed("download", lambda: forebay.download(key))
    if found != expected:
        sys.exit(f"the object is not the file: {found}, but {expected}")

    timed("evict", lambda: forebay.evict("/checkpoints/step-1000.pt"))
    loaded = timed("load", lambda: torch.load(path))
    for name, tensor in model.state_dict().items():
        if not torch.equal(loaded[name], tensor):
            sys.exit(f"the tensor {name} differs")
    again = make_model(arguments.size_mib, seed=1)
    again.load_state_dict(loaded)
    if not torch.equal(answers(again), answers(model)):
        sys.exit("the model that was loaded gives other answers")
    print(f"equal: {len(loaded)} tensors, the answers, and the object {key} of {found[1]:,} bytes")
    print(f"SHA-256 {found[0]}")


if __name__ == "__main__":
    main()
