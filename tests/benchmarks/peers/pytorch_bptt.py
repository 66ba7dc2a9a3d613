"""One step of training the same RNN: back-propagation through time in PyTorch, and numeric.training, in one run.

    python -m venv peer && peer/bin/pip install -r tests/benchmarks/peers/requirements-pytorch.txt
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=. peer/bin/python tests/benchmarks/peers/pytorch_bptt.py

Losses after the same steps from the same start must agree, or nothing is timed; steps are timed alternately in groups
of five. The peer is written to be fast: no product with the zero state, the scale on the states instead of on W, SGD in
place.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator

import numpy as np
import torch

from numeric.moments import moments_of_sequences
from numeric.streams import stream
from numeric.training_loss import loss_and_gradient
from numeric.training_rnn import descend, forward, network_of

Weights = tuple[np.ndarray, np.ndarray, np.ndarray]
NU, RATE, CHECKED_STEPS = 0.3, 0.05, 10
GROUP = 5  # steps timed together: chosen, so that neither side always starts with the other's data in the cache
AGREE = 1e-10  # relative; ten steps of rounding stay below 1e-13, another normalisation or a lost term does not


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("n", 1000), ("T", 10), ("N", 50), ("inputs", 1), ("outputs", 1), ("repeats", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    sizes = parser.parse_args()
    torch.set_num_threads(1)
    rng = stream("benchmark", "bptt", sizes.n, sizes.T, sizes.N)
    shapes = (sizes.n, sizes.n), (sizes.n, sizes.inputs), (sizes.outputs, sizes.n)
    weights = tuple(math.sqrt(NU) * rng.standard_normal(shape) for shape in shapes)
    x = rng.standard_normal((sizes.N, sizes.T, sizes.inputs))
    y = rng.standard_normal((sizes.N, sizes.T, sizes.outputs))
    ours, theirs = our_steps(weights, x, y), peer_steps(weights, x, y)
    losses = [(next(ours), next(theirs)) for _ in range(CHECKED_STEPS)]
    if max(abs(a - b) / b for a, b in losses) > AGREE:
        sys.exit(f"the losses differ, so not the same thing is timed: {losses}")
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(sizes.repeats)]
    worst = max(abs(a - b) / b for a, b in losses)
    row = {
        "name": f"a step of training, n = {sizes.n}, T = {sizes.T}, N = {sizes.N}, float64: PyTorch over ours",
        "asked": 10,
        "ours": [a for a, _ in pairs],
        "theirs": [b for _, b in pairs],
        "agreement": f"losses of {CHECKED_STEPS} steps agree to {worst:.0e}",
    }
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    sys.stdout.write(json.dumps({"protocol": "peer-1", "versions": versions, "rows": [row]}) + "\n")


def seconds(steps: Iterator[float]) -> float:
    """Time of one step, as the mean of a group."""
    start = time.perf_counter()
    for _ in range(GROUP):
        next(steps)
    return (time.perf_counter() - start) / GROUP


def our_steps(weights: Weights, x: np.ndarray, y: np.ndarray) -> Iterator[float]:
    """Train, one step a call; yields the loss before the step."""
    network, moments = network_of(*weights), moments_of_sequences(x, y)
    while True:
        P, impulse = forward(network, moments.T)
        loss, gradient = loss_and_gradient(moments, impulse)
        descend(network, P, gradient, RATE)
        yield loss


def peer_steps(weights: Weights, x: np.ndarray, y: np.ndarray) -> Iterator[float]:
    """The same, by automatic differentiation of the recursion over all sequences at once."""
    W, F, C = parameters = [torch.tensor(array, requires_grad=True) for array in weights]
    inputs, targets = torch.tensor(x), torch.tensor(y)
    scale = 1 / math.sqrt(len(W))
    while True:
        h = inputs[:, 0] @ F.T
        outputs = [h @ C.T]
        for t in range(1, inputs.shape[1]):
            h = (h @ W.T) * scale + inputs[:, t] @ F.T
            outputs.append(h @ C.T)
        loss = ((torch.stack(outputs, 1) * scale - targets) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter.add_(parameter.grad, alpha=-RATE)
                parameter.grad = None
        yield float(loss.detach())


if __name__ == "__main__":
    main()
