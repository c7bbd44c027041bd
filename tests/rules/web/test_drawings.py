"""The drawings of what the hand does: the same on pages and in documents."""

import re
from pathlib import Path

import pytest

from counterfoil_web.drawings import drawing_names, standalone

HAND = Path(__file__).parents[3] / "docs" / "pictures" / "hand"


@pytest.mark.parametrize("name", drawing_names())
def test_documents_show_the_drawing_of_the_pages(name: str) -> None:
    assert (HAND / f"{name}.svg").read_text(encoding="utf-8") == standalone(name)


@pytest.mark.parametrize("name", drawing_names())
def test_a_drawing_has_two_colours_and_nothing_of_anybody_else(name: str) -> None:
    classes = set(" ".join(re.findall(r'class="([^"]*)"', standalone(name))).split())
    assert classes <= {"drawing", "paper", "accent", "accent-fill", "ring", "touch", "bleeds"}
    assert not re.search(r"href|<script|<image|url\(", standalone(name))


def test_no_document_shows_a_drawing_that_there_is_not() -> None:
    assert {file.stem for file in HAND.iterdir()} == set(drawing_names())
