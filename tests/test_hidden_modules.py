"""What nobody needs is not imported, and whoever asks for it afterwards has it."""

import subprocess
import sys

import pytest

from benchsuite.hidden_modules import hidden


def test_a_hidden_module_is_missing_and_then_there(monkeypatch):
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with hidden(["this"]), pytest.raises(ModuleNotFoundError):
        import this  # noqa: F401
    assert "this" not in sys.modules


def test_what_is_imported_already_or_put_there_meanwhile_stays(monkeypatch):
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    with hidden(["sys", "wave"]):
        import sys as still_there

        sys.modules["wave"] = still_there
    assert sys.modules["wave"] is still_there is sys
    monkeypatch.delitem(sys.modules, "wave")


def test_they_come_back_after_an_error():
    with pytest.raises(KeyError), hidden(["antigravity"]):
        raise KeyError
    assert "antigravity" not in sys.modules


def test_a_drawing_does_not_import_what_it_does_not_draw():
    script = (
        "import sys\nfrom benchsuite.report.drawings.theme import theme\nwith theme(): pass\n"
        "assert 'seaborn' in sys.modules\nprint(sorted({'scipy.stats', 'scipy.cluster'} & set(sys.modules)))\n"
        "import scipy.stats"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
