"""The low layer: what TeX takes literally, how numbers are rounded, how the author's text is read."""
