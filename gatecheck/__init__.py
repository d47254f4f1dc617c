"""Recurrent cells by hand-derived calculus: derive, prove, generate, grade, and name the mistake."""

__version__ = "0.1.0"
