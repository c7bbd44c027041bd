"""Letters leave: the outbox's rows become mail, by SMTP, from each process that serves.

server.py    which server, from the settings
line.py      one conversation with it, and what came of each letter
compose.py   a row of the outbox as a message
rules.py     when to try again, and when to give up
worker.py    the background task: claims what is due, sends it, writes down how it went
"""

from counterfoil.mail.compose import Composer
from counterfoil.mail.line import End, Line, Outcome
from counterfoil.mail.server import Server, server_of
from counterfoil.mail.worker import MailWorker, make_mail_worker

__all__ = [
    "Composer",
    "End",
    "Line",
    "MailWorker",
    "Outcome",
    "Server",
    "make_mail_worker",
    "server_of",
]
