"""The shape of the project: what the documents promise, held by tests."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tagloom

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "tagloom").rglob("*.py"))
PACKAGES = sorted(module.name for module in pkgutil.iter_modules(tagloom.__path__, "tagloom.") if module.ispkg)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_noun(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert source.count("\n") <= 400
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        assert not isinstance(node, ast.Global)
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name


@pytest.mark.parametrize("name", ["tagloom", *(name for name in PACKAGES if name != "tagloom.cli")])
def test_public_names_are_listed_in_order_and_exist(name: str) -> None:
    module = importlib.import_module(name)
    names: list[str] = module.__all__
    assert names == sorted(names, key=lambda entry: (not entry.isupper(), not entry[0].isupper(), entry))
    for entry in names:
        assert getattr(module, entry) is not None


@pytest.mark.parametrize("name", ["tagloom", "tagloom.diffusion"])
def test_a_package_that_imports_late_says_what_it_lacks(name: str) -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        importlib.import_module(name).nothing  # noqa: B018  # the access is the test


@pytest.mark.parametrize("module", ["tagloom", "tagloom.prompt", "tagloom.engine", "tagloom.tokenizer", "tagloom.diffusion"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; sys.exit(bool({{'numpy', 'torch', 'PIL'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_language_needs_the_standard_library_only() -> None:
    code = (
        "import sys, tagloom.prompt, tagloom.tokenizer\n"
        "tagloom.prompt.compile('a (b:1.2) [c|d]', steps=4)\n"
        "tagloom.tokenizer.load_tokenizer().encode('a photo of a cat')\n"
        "print([name for name in sys.modules if '.' not in name and name not in sys.stdlib_module_names])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")}
    )
    assert set(ast.literal_eval(done.stdout)) <= {"__main__", "tagloom"}


@pytest.mark.parametrize(
    "document", ["README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
)
def test_the_documents_are_there_and_name_no_machine(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    assert text
    assert "/work/" not in text


def test_readme_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert f"\n{target}:" in makefile


def test_every_dependency_has_a_line_of_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    names = {entry.split(">")[0].split("[")[0] for group in groups for entry in group} - {"tagloom"}
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in architecture} == set()
