"""What a terminal gets: aligned, without tricks, and coloured only where a person reads."""

import json
import os
import subprocess
import sys

import pytest

from counterfoil.cli import as_problem, main
from counterfoil.cli.output import Exit, pairs, printable, sentence, table
from tests.cli.commands import Made, is_sentence_and_try, run, run_apart

ESCAPE = "\x1b"


def test_columns_align_for_wide_and_combining_characters() -> None:
    text = table(
        ("NAME", "STATE"), [("ada", "active"), ("日本語", "active"), ("e\u0301", "active")]
    )
    assert text.splitlines() == [
        "NAME    STATE",
        "ada     active",
        "日本語  active",
        "e\u0301       active",
    ]


def test_an_empty_table_has_its_headers() -> None:
    assert table(("NAME", "STATE"), []) == "NAME  STATE"


def test_pairs_align() -> None:
    assert pairs([("a", "1"), ("long", "2")]) == "a     1\nlong  2"


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\rb", "a\nb", "a\x07b", "a\u202eb", "a\x9bb"])
def test_nothing_can_move_the_cursor(text: str) -> None:
    assert printable(text).startswith("a\N{REPLACEMENT CHARACTER}")
    assert printable(text).endswith("b")


def test_a_sentence_is_one() -> None:
    assert sentence("two\n  lines.") == "Two lines."


def test_every_exit_code_has_a_meaning() -> None:
    assert all(code.meaning for code in Exit)


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("users",),
        ("users", "nonsense"),
        ("users", "list", "--nonsense"),
        ("users", "show"),
        ("users", "show", "one", "two"),
        ("init",),
        ("serve", "--workers", "many"),
        ("clients", "add", "App", "--audience", "a", "--kind", "nonsense"),
        ("keys", "list", "--config"),
        ("reference", "nonsense"),
    ],
)
def test_bad_words_are_one_sentence_and_something_to_try(words: tuple[str, ...]) -> None:
    outcome = run(*words)
    assert outcome.code == Exit.USAGE
    assert outcome.out == ""
    assert is_sentence_and_try(outcome.err), outcome.err


def test_a_defect_of_ours_is_a_sentence_too() -> None:
    problem = as_problem(ZeroDivisionError("secret words"))
    assert problem.code == Exit.WRONG
    assert "ZeroDivisionError" in problem.message
    assert "secret words" not in problem.message


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("users",),
        ("clients",),
        ("keys",),
        ("db",),
        ("init",),
        ("serve",),
        ("doctor",),
        ("dev",),
        *(("users", v) for v in ("add", "list", "show", "disable", "enable", "delete", "invite")),
        *(("clients", v) for v in ("add", "list", "show", "rotate-secret", "delete")),
        ("keys", "list"),
        ("db", "upgrade"),
        ("db", "check"),
    ],
)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    outcome = run(*words, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: {' '.join(('counterfoil', *words))} ")
    is_group = len(words) == 0 or (
        len(words) == 1 and words[0] in {"users", "clients", "keys", "db"}
    )
    assert ("--json" in outcome.out) is not is_group
    assert ("Exit codes:" in outcome.out) is (not is_group or not words)


def test_without_words_it_lists_what_it_can_do() -> None:
    outcome = run()
    assert outcome.code == 0
    assert "Commands:" in outcome.out


def test_the_version_is_one_line() -> None:
    outcome = run("--version")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 1


def test_nothing_is_coloured_in_a_pipe(made: Made) -> None:
    outcome = run_apart("users", "list", "--config", str(made.config))
    assert outcome.code == 0
    assert ESCAPE not in outcome.out + outcome.err


def test_no_color_is_obeyed_in_a_terminal() -> None:
    assert ESCAPE in in_a_terminal({"TERM": "xterm-256color"})
    assert ESCAPE not in in_a_terminal({"TERM": "xterm-256color", "NO_COLOR": "1"})


def in_a_terminal(environment: dict[str, str]) -> str:
    """What a command writes that goes wrong, with a terminal on all sides."""
    pty = pytest.importorskip("pty", reason="needs pseudo-terminals")
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "counterfoil", "users", "list"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**kept, **environment},
    )
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:  # Linux tells the end of a terminal like this
        pass
    os.close(ours)
    assert process.wait(timeout=60) == Exit.USAGE
    return written.decode()


def test_a_reader_that_has_enough_is_no_error(made: Made) -> None:
    words = [sys.executable, "-m", "counterfoil", "keys", "list", "--json"]
    process = subprocess.Popen(
        [*words, "--config", str(made.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 0


def test_json_is_not_ascii_only_and_is_stable(made: Made) -> None:
    made.run("users", "add", "jürgen")
    first, second = (made.run("users", "list", "--json").out for _ in range(2))
    assert first == second
    assert "jürgen" in first
    assert json.loads(first)


def test_main_takes_the_programs_own_words_when_none_are_given() -> None:
    outcome = run_apart("--version")
    assert outcome.code == main(["--version"]) == 0
