"""An operator's logo, as a file of theirs: PNG, or SVG that is a picture and nothing else.

Pages show it as an image, where scripts do not run; whoever opens its address meets its policy
(`static_files.IMAGE_POLICY`). What is refused here would be a third mistake, found early.
"""

from xml.etree import ElementTree

from counterfoil_web.static_files import StaticFile

MAX_LOGO_BYTES = 64 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "{http://www.w3.org/2000/svg}"
_REFUSED = frozenset({"script", "foreignobject", "iframe", "object", "embed", "handler"})


class BadLogo(ValueError):
    """Why a file is no logo: the end of a sentence about it."""


def read_logo(data: bytes) -> StaticFile:
    """Return the logo in these bytes. Raises BadLogo."""
    if len(data) > MAX_LOGO_BYTES:
        raise BadLogo(f"is over {MAX_LOGO_BYTES // 1024} KB")
    if data.startswith(_PNG):
        return StaticFile(data, "image/png")
    _refuse_what_is_no_picture(data)
    return StaticFile(data, "image/svg+xml")


def _refuse_what_is_no_picture(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
        if "<!doctype" in text.lower() or "<!entity" in text.lower():
            raise BadLogo("has a document type: save it as plain SVG")
        root = ElementTree.fromstring(text.encode())  # noqa: S314 (no document type, no entities)
    except (UnicodeDecodeError, ElementTree.ParseError, LookupError) as error:
        raise BadLogo("is neither PNG nor SVG in UTF-8") from error
    if root.tag != f"{_SVG}svg":
        raise BadLogo("is neither PNG nor SVG in UTF-8")
    for element in root.iter():
        _refuse_element(element)


def _refuse_element(element: ElementTree.Element) -> None:
    name = str(element.tag).rpartition("}")[2]
    if name.lower() in _REFUSED:
        raise BadLogo(f"has a {name} in it: save it as plain SVG")
    for attribute, value in element.items():
        local = attribute.rpartition("}")[2].lower()
        if local.startswith("on"):
            raise BadLogo(f"has an event attribute in it ({local}): save it as plain SVG")
        if local == "href" and not value.strip().startswith(("#", "data:image/")):
            raise BadLogo("refers to something outside of it: save it as plain SVG")
