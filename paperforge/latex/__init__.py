"""The low layer: plain text for TeX, the rounding of numbers, the author's own .tex read."""
