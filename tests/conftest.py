"""How all tests run: one BLAS thread a process, the same examples in every run, and no deadline on a shared machine."""

import os

from hypothesis import settings

# before NumPy is loaded: several processes of several threads each wait for one another most of the time
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("reproducible", deadline=None, derandomize=True, database=None)
settings.load_profile("reproducible")
