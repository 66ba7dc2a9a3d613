"""The kinds of check, one file each; the only callers of the statistics and of the proof procedures.

A kind loads NumPy, SciPy or SymPy inside its methods only, so that `list` and `--help` can read every claim without
them.
"""

from verify.checks.agreement import Agreement, Comparison
from verify.checks.law import Law, LawLine, TwoSampleLaw, TwoSampleLine
from verify.checks.mean import Mean, MeanLine
from verify.checks.measurement import Measurement, Series
from verify.checks.proof import Proof
from verify.checks.proportion import Proportion, ProportionLine
from verify.checks.rate import Rate

__all__ = [
    "Agreement",
    "Comparison",
    "Law",
    "LawLine",
    "Mean",
    "MeanLine",
    "Measurement",
    "Proof",
    "Proportion",
    "ProportionLine",
    "Rate",
    "Series",
    "TwoSampleLaw",
    "TwoSampleLine",
]
