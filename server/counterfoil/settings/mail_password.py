"""The mail server's password, from a file of its own."""

from pathlib import Path

from counterfoil.kit.secret import Secret
from counterfoil.settings.private_file import MAX_BYTES, read_private_file
from counterfoil.settings.problem import BadSettings


def read_mail_password(path: Path) -> Secret:
    """The file's only line, in ASCII: the library can send no other. Raises BadSettings."""
    content = read_private_file(path, "mail password", missing="$EDITOR " + str(path))
    try:
        password = content.decode("ascii").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise BadSettings(
            f"The mail password at {path} is not ASCII text.", f"$EDITOR {path}"
        ) from error
    if not password or not password.isprintable() or len(content) > MAX_BYTES:
        raise BadSettings(
            f"The mail password at {path} is not one line of text.", f"$EDITOR {path}"
        )
    return Secret(password)
