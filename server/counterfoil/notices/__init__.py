"""Changes are told: a notice at the next sign-in, and a letter in the outbox.

notice.py   what is told, and what letters there are
letter.py   a letter as it waits, sealed: it may hold a link
flows.py    telling, showing, writing
store.py    the SQL of notices and of the outbox, from waiting to sent or given up
"""

from counterfoil.notices.bell import Bell
from counterfoil.notices.flows import Notices
from counterfoil.notices.letter import Message, open_message, seal_message
from counterfoil.notices.notice import Letter, Notice, Told

__all__ = [
    "Bell",
    "Letter",
    "Message",
    "Notice",
    "Notices",
    "Told",
    "open_message",
    "seal_message",
]
