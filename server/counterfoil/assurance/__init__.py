"""Pure: verified factors -> amr, acr, auth_time; "is this enough, and recent enough?"."""

from counterfoil.assurance.levels import Assurance, Level, assess, meets, touched_within

__all__ = ["Assurance", "Level", "assess", "meets", "touched_within"]
