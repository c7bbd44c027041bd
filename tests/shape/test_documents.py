"""The documents say what is so: commands exist, records are complete, nouns are defined once."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
NOUNS = [
    "Account",
    "Authenticator",
    "Interaction",
    "Ceremony",
    "Expectation",
    "Proof",
    "Verified factor",
    "Grant",
    "Session",
]
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(program: str) -> list[list[str]]:
    """Return what follows `program` on each line of a fenced block that begins with it."""
    lines = [
        line.strip().removeprefix("$ ")
        for document in DOCUMENTS
        for block in FENCE.findall(document.read_text(encoding="utf-8"))
        for line in block.splitlines()
    ]
    found = [shlex.split(line, comments=True) for line in lines if line.startswith(program + " ")]
    return [words[1:] for words in found]


def test_every_dev_command_in_the_documents_exists() -> None:
    listed = subprocess.run(
        [sys.executable, str(ROOT / "dev")], capture_output=True, text=True, check=True
    ).stdout
    named = {words[0] for words in commands("./dev") if words}
    assert named
    assert named <= set(re.findall(r"^  (\w+)", listed, re.MULTILINE))


def test_every_operator_command_in_the_documents_exists() -> None:
    plain = {
        tuple(w for w in words if re.fullmatch(r"[a-z-]+", w)) for words in commands("counterfoil")
    }
    verbs = {words[:2] if words[0] in GROUPS else words[:1] for words in plain if words}
    for verb in sorted(verbs):
        outcome = subprocess.run(
            [sys.executable, "-m", "counterfoil", *verb, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 0, f"counterfoil {' '.join(verb)}: {outcome.stderr}"


GROUPS = {"users", "clients", "mail", "keys", "db"}


def test_the_glossary_defines_each_of_the_nine_nouns_once() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", glossary, re.MULTILINE) == NOUNS


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_is_one_page_with_its_four_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Alternatives",
    ]
    assert text.startswith(f"# {int(record.name[:4])}. ")
    assert len(text.splitlines()) <= 60


def test_no_two_records_share_a_number() -> None:
    numbers = [record.name[:4] for record in RECORDS]
    assert len(set(numbers)) == len(numbers) > 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\((?!https?://|mailto:|#)([^)#\s]+)", text)
    assert [target for target in targets if not (document.parent / target).exists()] == []
