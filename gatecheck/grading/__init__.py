"""Submission -> arrays (in a process of its own) -> comparison with the key -> diagnosis -> Report."""
