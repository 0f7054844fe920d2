"""The ratchet: what makes the code easy to read is kept, file by file."""

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 70
LONGEST_LINE = 100
MEDIAN_FILE = 100
MEDIAN_FUNCTION = 10
BANNED_FOLDERS = {"utils", "common", "core", "services", "helpers", "manager"}
REPEATABLE = {
    *("asyncio", "collections", "contextlib", "dataclasses", "datetime", "decimal", "enum"),
    *("functools", "hashlib", "itertools", "json", "re", "typing", "unicodedata", "zoneinfo"),
    *("domain", "pydantic", "stdnum", "temporalio", "workflows"),
}
"""What gives the same when a workflow is lived again; the linter bans the clock of `datetime`.

`stdnum` reads tables of numbers that come with it, and nothing else.
"""
Function = ast.FunctionDef | ast.AsyncFunctionDef

REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
    )
]
"""Hosts that only the machine's own configuration may name."""
MACHINE_PATHS = [rf"(?<![\w.])/{folder}/" for folder in ("work", "home", "root", "Users")]
"""Folders of one machine, as patterns; part of a longer path they mean something else."""
IGNORES = re.compile(r"#\s*type:\s*ignore(?P<codes>\[[\w, -]+\])?(?P<rest>.*)")


@cache
def _files() -> tuple[Path, ...]:
    """Every file of the project that is not ignored, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted({path for path in found if path.is_file()}))


def _python() -> list[Path]:
    return [path for path in _files() if path.suffix == ".py"]


def _production() -> list[Path]:
    return [path for path in _python() if path.relative_to(ROOT).parts[0] != "tests"]


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _functions(path: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(_parsed(path)) if isinstance(node, Function))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def _tests() -> Iterator[tuple[Path, Function]]:
    for path in _python():
        if path.name.startswith("test_"):
            yield from ((path, f) for f in _functions(path) if f.name.startswith("test_"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_no_file_is_too_long() -> None:
    """A file of Python fits in 400 lines."""
    assert not [_name(path) for path in _python() if len(_lines(path)) > LONGEST_FILE]


def test_no_function_is_too_long() -> None:
    """A function fits in 70 lines."""
    assert not [
        f"{_name(path)}:{function.lineno} {function.name}"
        for path in _python()
        for function in _functions(path)
        if _length(function) > LONGEST_FUNCTION
    ]


def test_no_line_is_too_long() -> None:
    """A line of Python fits in 100 characters."""
    assert not [
        f"{_name(path)}:{number}"
        for path in _python()
        for number, line in enumerate(_lines(path), 1)
        if len(line) > LONGEST_LINE
    ]


def test_files_and_functions_stay_short_in_the_middle() -> None:
    """Half of the production files have at most 100 lines, half of the functions at most ten."""
    files = median(len(_lines(path)) for path in _production())
    functions = median(_length(f) for path in _production() for f in _functions(path))
    assert files <= MEDIAN_FILE, f"the median file has {files} lines"
    assert functions <= MEDIAN_FUNCTION, f"the median function has {functions} lines"


def test_no_folder_has_a_name_that_says_nothing() -> None:
    """A folder is named for what it is about."""
    folders = {part for path in _files() for part in path.relative_to(ROOT).parts[:-1]}
    assert not folders & BANNED_FOLDERS


def test_every_module_promises_something_in_one_sentence() -> None:
    """A module that has content begins with its promise: one sentence, ended by a full stop."""
    wrong = []
    for path in _python():
        first = (ast.get_docstring(_parsed(path)) or "").split("\n\n")[0]
        if _lines(path) and not (first.endswith(".") and ". " not in _without_code(first)):
            wrong.append(_name(path))
    assert not wrong


def _without_code(text: str) -> str:
    return re.sub(r"`[^`]*`", "", text)


def test_every_test_says_what_must_be_true() -> None:
    """A test has a docstring and checks something."""
    assert not [
        f"{_name(path)}:{function.lineno} {function.name}"
        for path, function in _tests()
        if not ast.get_docstring(function) or not _checks(path, function)
    ]


def _checks(path: Path, function: Function) -> bool:
    """Whether it asserts, expects an exception, or calls something in its file that does."""
    checking = {f.name for f in _functions(path) if _asserts(f)}
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return _asserts(function) or bool(called & checking)


def _asserts(function: Function) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Attribute) and node.attr == "raises")
        or (isinstance(node, ast.Name) and node.id == "run_state_machine_as_test")
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("words", [*map(re.escape, REGISTRIES), *MACHINE_PATHS])
def test_no_file_names_a_registry_or_a_path_of_this_machine(words: str) -> None:
    """The project builds anywhere: where packages come from is the machine's business."""
    pattern = re.compile(words.encode())
    found = []
    for path in _files():
        content = path.read_bytes()
        if b"\0" not in content and pattern.search(content):
            lines = enumerate(content.splitlines(), 1)
            found += [f"{_name(path)}:{number}" for number, line in lines if pattern.search(line)]
    assert not found


def test_the_law_and_the_workflows_use_nothing_that_changes() -> None:
    """No clock, chance, environment, file or network, under whatever name: they run again."""
    wrong = []
    for path in _python():
        if path.relative_to(ROOT).parts[0] in {"domain", "workflows"}:
            used = {name.partition(".")[0] for name in _imported(path)}
            wrong += [f"{_name(path)}: {name}" for name in sorted(used - REPEATABLE)]
    assert not wrong


def test_a_type_that_is_ignored_says_which_and_why() -> None:
    """`type: ignore` names its code and gives a reason."""
    wrong = []
    for path in _python():
        with path.open("rb") as source:
            comments = [
                token
                for token in tokenize.tokenize(source.readline)
                if token.type == tokenize.COMMENT
            ]
        for token in comments:
            found = IGNORES.search(token.string)
            if found and not (found["codes"] and re.search(r"\w{3}", found["rest"])):
                wrong.append(f"{_name(path)}:{token.start[0]}")
    assert not wrong
