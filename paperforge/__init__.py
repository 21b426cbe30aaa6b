"""paperforge: from experiment results to a venue's paper."""

__version__ = "0.1.0"
