"""The one table: reason -> public words, operator's words, protocol code.

A refusal is a value (`Refused`): it is stored, counted and audited, committed, and only
then told. The public words are the same for "unknown" and "wrong", on purpose.
"""

from counterfoil.errors.reasons import Reason, Refused
from counterfoil.errors.voices import VOICES, Voice, told, voice

__all__ = ["VOICES", "Reason", "Refused", "Voice", "told", "voice"]
