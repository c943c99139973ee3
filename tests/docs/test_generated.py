"""Pages written from the code are up to date."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["processes.md", "person.md", "levers.md", "measures.md", "parameters"])
def test_the_pages_of_the_model_are_what_the_code_says(name):
    pages = _script("document_model").pages()
    for path, text in pages.items():
        if path.startswith(name):
            written = (ROOT / "docs" / "model" / path).read_text(encoding="utf-8")
            assert written == text, f"docs/model/{path} is out of date; run: python scripts/document_model.py"
