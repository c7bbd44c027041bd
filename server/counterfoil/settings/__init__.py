"""One frozen `Settings`, read once: flags > environment > secret files > configuration file.

fields.py      what an operator may choose, and what is refused
sources.py     where it comes from; an unknown key stops the start
root_key.py    the file that opens the database's secrets
mail.py        what is wrong about mail; mail_password.py reads the file with its password
"""

from counterfoil.settings.fields import PREFIX, Settings, configurable_fields
from counterfoil.settings.mail_password import read_mail_password
from counterfoil.settings.problem import BadSettings
from counterfoil.settings.root_key import read_root_key
from counterfoil.settings.sources import (
    DOCUMENTED_VARIABLES,
    default_configs,
    find_config,
    load_settings,
)

__all__ = [
    "DOCUMENTED_VARIABLES",
    "PREFIX",
    "BadSettings",
    "Settings",
    "configurable_fields",
    "default_configs",
    "find_config",
    "load_settings",
    "read_mail_password",
    "read_root_key",
]
