"""Pure: verified factors -> amr, acr, auth_time; "is this enough, and recent enough?"."""

from counterfoil.assurance.levels import Assurance, Level, assess, fresh_level, meets

__all__ = ["Assurance", "Level", "assess", "fresh_level", "meets"]
