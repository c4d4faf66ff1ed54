#!/usr/bin/env python3
"""The models of `benchmarks epochs` in plain PyTorch: seconds of one epoch.

MNIST is read from the folder that GENDISC_DATA names (as DIR/mnist/FILE or DIR/FILE, plain or .gz).
Written for PyTorch 1.13 and later.
"""

import argparse
import gzip
import os
import pathlib
import platform
import resource
import statistics
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH = 128
RATE = 1e-3


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))

    def loss(self, x, y):
        return F.cross_entropy(self.layers(x), y)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1568, 10))

    def loss(self, x, y):
        return F.cross_entropy(self.layers(x), y)


class Vae(nn.Module):
    """784-400-latent, Bernoulli decoder latent-400-784."""

    def __init__(self, latent=20):
        super().__init__()
        self.trunk = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU())
        self.mean = nn.Linear(400, latent)
        self.log_variance = nn.Linear(400, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, 400), nn.ReLU(), nn.Linear(400, 784))

    def bound(self, x):
        """A draw from q(z|x) and the negative evidence bound, nats per image."""
        h = self.trunk(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        reconstruction = F.binary_cross_entropy_with_logits(self.decoder(z), x.flatten(1), reduction="sum")
        kl = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum()
        return z, (reconstruction + kl) / len(x)

    def loss(self, x, y):
        return self.bound(x)[1]


class Hybrid(Vae):
    def __init__(self):
        super().__init__(latent=32)
        self.classifier = nn.Sequential(nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 10))

    def loss(self, x, y):
        z, bound = self.bound(x)
        return 0.1 * bound + F.cross_entropy(self.classifier(z), y)


MODELS = {"mlp": Mlp, "cnn": Cnn, "vae": Vae, "hybrid": Hybrid}


def epoch(model, optimiser, x, y):
    """Trains on every example once; returns the mean loss over batches."""
    total = 0.0
    batches = torch.randperm(len(x)).split(BATCH)
    for rows in batches:
        optimiser.zero_grad(set_to_none=True)
        loss = model.loss(x[rows], y[rows])
        loss.backward()
        optimiser.step()
        total += loss.item()
    return total / len(batches)


def row(name, x, y, rounds):
    model = MODELS[name]()
    optimiser = torch.optim.Adam(model.parameters(), RATE)
    first = last = epoch(model, optimiser, x, y)
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        last = epoch(model, optimiser, x, y)
        seconds.append(time.perf_counter() - start)
    if not last < first:
        sys.exit(f"{name}: the loss does not fall, from {first} to {last}")
    spread = f"({min(seconds):.2f}-{max(seconds):.2f})"
    print(f"{name:8} {statistics.median(seconds):9.2f} {spread:>13} {peak_megabytes():8.0f}", flush=True)


def peak_megabytes():
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def load(folder):
    """Training images `[n, 1, 28, 28]` in [0, 1] and labels."""
    return (
        idx(folder, "train-images-idx3-ubyte").unsqueeze(1).float().div_(255),
        idx(folder, "train-labels-idx1-ubyte").long())


def idx(folder, name):
    for path in (folder / "mnist" / f"{name}.gz", folder / "mnist" / name, folder / f"{name}.gz", folder / name):
        if path.is_file():
            break
    else:
        sys.exit(f"{name} is not in {folder} or {folder / 'mnist'}, neither plain nor as .gz")
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        content = file.read()
    dimensions = content[3]
    shape = struct.unpack(f">{dimensions}I", content[4:4 + 4 * dimensions])
    return torch.frombuffer(bytearray(content), dtype=torch.uint8, offset=4 + 4 * dimensions).reshape(shape)


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def whole_number(least):
    def parse(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from {least} up")
        return int(text)

    return parse


def names(text):
    chosen = text.split(",")
    for name in chosen:
        if name not in MODELS:
            raise argparse.ArgumentTypeError(f"unknown model '{name}': use {', '.join(MODELS)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(description="Seconds of one epoch of each model in plain PyTorch.")
    parser.add_argument("--rounds", type=whole_number(5), default=5, help="timed epochs after a warm-up (5)")
    parser.add_argument("--models", type=names, default=list(MODELS), help=f"of {','.join(MODELS)} (all)")
    parser.add_argument("--threads", type=whole_number(1), help="within an operation (PyTorch's own choice)")
    chosen = parser.parse_args()
    folder = os.environ.get("GENDISC_DATA")
    if not folder:
        sys.exit("GENDISC_DATA names no folder: set it to the one that holds MNIST")
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    x, y = load(pathlib.Path(folder))
    print(f"{processor()}, {os.cpu_count()} logical cores; PyTorch {torch.__version__}; "
          f"threads: {torch.get_num_threads()} within an operation; MKL: {torch.backends.mkl.is_available()}")
    print(f"mnist: {len(x)} examples, batch {BATCH}, one epoch, median of {chosen.rounds} rounds after a warm-up\n")
    print(f"{'model':8} {'PyTorch s':>9} {'(min-max)':>13} {'peak MB':>8}")
    for name in chosen.models:
        row(name, x, y, chosen.rounds)


if __name__ == "__main__":
    main()
