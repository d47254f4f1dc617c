"""Stub"""
from __future__ import annotations
from ..assignment.kit import Kit
from ..conventions import Signature
from .outline import Outline
from .report import Mistake
def line_of(outline: Outline, kit: Kit, signature: Signature, mistake: Mistake) -> int | None:
    """The line."""
    return None
