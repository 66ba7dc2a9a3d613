"""What the short names of papers stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["PAPERS", "cited"]

PAPERS: Mapping[str, str] = {
    "E": "Emami, Sahraee-Ardakan, Pandit, Rangan, Fletcher: Implicit Bias of Linear RNNs, ICML 2021, arXiv 2101.07833",
    "CK": "Cohen-Karlik, Menuhin-Gruman, Giryes, Cohen, Globerson: Learning Low Dimensional State Spaces with "
    "Overparameterized Recurrent Neural Nets, ICLR 2023, arXiv 2210.14064",
}


def cited(names: Iterable[str]) -> list[tuple[str, str]]:
    """(short name, what it stands for), each once, in the order of PAPERS; what is not in PAPERS is left out."""
    wanted = set(names)
    return [(name, full) for name, full in PAPERS.items() if name in wanted]
