"""How all property-based tests run: the same examples in every run, and no deadline on a machine that is shared."""

from hypothesis import settings

settings.register_profile("reproducible", deadline=None, derandomize=True, database=None)
settings.load_profile("reproducible")
