"""Gradient checking for anybody's hand-written backward function; it knows nothing of cells."""

from __future__ import annotations

from .checking import gradcheck
from .report import GradientReport, Tensor

__all__ = ["GradientReport", "Tensor", "gradcheck"]
