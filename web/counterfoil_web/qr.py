"""A QR code as SVG, drawn on the server: black on white in both themes, as cameras want it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from markupsafe import Markup
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

# ISO/IEC 18004 §7.3.8: four modules of quiet on each side.
QUIET_MODULES = 4


def qr_code(text: str, title: str) -> Markup:
    """An `<svg role="img">` that is called `title`; it says `text` to whoever photographs it."""
    code: QRCode[SvgPathImage] = QRCode(
        error_correction=ERROR_CORRECT_M, border=QUIET_MODULES, image_factory=SvgPathImage
    )
    code.add_data(text)
    code.make(fit=True)
    size = code.modules_count + 2 * QUIET_MODULES
    squares = "".join(_runs(code.modules))
    return Markup(  # numbers of ours, and a title that is escaped here
        '<svg class="qr" role="img" aria-label="{title}" viewBox="0 0 {size} {size}" '
        'shape-rendering="crispEdges"><rect class="light" width="{size}" height="{size}"/>'
        '<path class="dark" d="{squares}"/></svg>'
    ).format(size=size, title=title, squares=squares)


def _runs(modules: Sequence[Sequence[bool | None]]) -> Iterator[str]:
    """One path segment for each run of dark modules in a row."""
    for y, row in enumerate(modules):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                yield f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h{width}v1h-{width}z"
            x += width
