"""Every hook has a section in docs/hooks.md, with an example that loads, and a test of its own."""

import ast
import re
import types

import pytest

from actiontrack import hookspecs
from actiontrack.hooks import Hooks

HOOKS = sorted(name for name in dir(hookspecs) if hasattr(getattr(hookspecs, name), "actiontrack_spec"))
PREFIXES = ("register_", "check_", "decide_", "on_", "render_")


@pytest.fixture(scope="module")
def sections(pytestconfig):
    text = (pytestconfig.rootpath / "docs" / "hooks.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (\w+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_has_a_section_for_each_hook_and_for_no_other(sections):
    assert sorted(sections) == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_the_prefix_tells_the_pattern(hook):
    assert hook.startswith(PREFIXES)
    first_wins = getattr(hookspecs, hook).actiontrack_spec["firstresult"]
    assert first_wins is hook.startswith(("decide_", "render_"))


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_each_hook_loads(hook, sections):
    [example] = re.findall(r"```python\n(.*?)```", sections[hook], flags=re.DOTALL)
    module = types.ModuleType("example")
    exec(compile(example, f"docs/hooks.md ({hook})", "exec"), module.__dict__)
    hooks = Hooks()
    hooks.register(module, "example")
    assert hooks.plugins[-1].hooks == (hook,)


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_has_a_test(hook, pytestconfig):
    source = (pytestconfig.rootpath / "tests" / "unit" / "test_hooks.py").read_text(encoding="utf-8")
    tests = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    assert [name for name in tests if name.startswith(f"test_{hook}")]
