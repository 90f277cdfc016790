"""What the pages share: the library as a script, the colours as variables, and enough contrast in both schemes."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.palette import COLOURS
from benchsuite.report.site.assets import FIRST_SCRIPT, SCRIPTS, STYLES, assets, colours_css, library_license
from benchsuite.report.site.assets.library import classic, library

HELD = assets()
STYLE = HELD["site.css"].decode()


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def variables(rule: str) -> dict[str, str]:
    """The colours that a rule of the style sheet sets."""
    return dict(re.findall(r"--([\w-]+): ?(#[0-9a-f]{6})", rule))


OWN = STYLE[STYLE.index("/* One look") :]
SCHEMES = {
    "light": variables(OWN[: OWN.index("@media")]),
    "dark": variables(OWN[OWN.index("[data-theme=dark]") : OWN.index("@media screen and (prefers")]),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_has_the_contrast_that_wcag_asks_for_and_curves_that_of_graphics(scheme: str):
    held = SCHEMES[scheme]
    for ground in ("paper", "raised", "mark"):
        for ink in ("ink", "muted", "bad", "warn", "good", "accent"):
            assert contrast(held[ink], held[ground]) >= 4.5, (ink, ground, contrast(held[ink], held[ground]))
    for pair in COLOURS:
        assert contrast(pair[list(SCHEMES).index(scheme)], held["paper"]) >= 2.9, pair


def test_the_dark_scheme_is_one_whether_it_is_chosen_or_the_systems():
    chosen = OWN[OWN.index("[data-theme=dark]") : OWN.index("@media screen and (prefers")]
    systems = OWN[OWN.index("@media screen and (prefers") : OWN.index("* { box-sizing")]
    assert variables(chosen) == variables(systems) != {}
    assert "prefers-color-scheme" not in STYLE.replace("@media screen and (prefers-color-scheme", "")


def test_colours_of_components_are_variables_in_both_schemes():
    text = colours_css()
    for number, (light, dark) in enumerate(COLOURS):
        assert text.count(f"--s{number}:{light};") == 1
        assert text.count(f"--s{number}:{dark};") == 2
        assert f".s{number}{{--of:var(--s{number})}}" in text


def test_every_file_that_a_page_names_is_there_and_the_same_each_time():
    assert {FIRST_SCRIPT, *SCRIPTS, *STYLES} - {"search.js"} == set(HELD)
    assets.cache_clear()
    assert dict(assets()) == dict(HELD)
    for name, content in HELD.items():
        text = content.decode()
        if not name.startswith("dt_bundle"):
            assert "http" not in text.replace("http://www.w3.org", ""), name
            assert len(text.splitlines()) < 500, name


def test_the_module_becomes_a_script_of_one_name_and_keeps_its_licences():
    text = HELD["dt_bundle.js"].decode()
    assert text.startswith("(()=>{")
    assert text.count("window.DataTables={") == 1
    assert '"default":' in text
    assert not re.search(r"\bexport\s*\{", text)
    assert "SpryMedia" in text
    assert re.fullmatch(r"DataTables \(MIT, .*\), shipped by itables [\d.]+ \(MIT, .*\)", library_license())


def test_a_small_module_becomes_a_script():
    script = classic("var a=1,b=2;export{a as one,b as default};\n/*! licence */\n")
    assert script == '(()=>{var a=1,b=2;window.DataTables={"one":a,"default":b};\n/*! licence */\n})();\n'


@pytest.mark.parametrize("module", ["var a=1;", "export{a};export{b};", "export default a;"])
def test_a_module_of_another_form_is_refused_in_one_line(module: str):
    with pytest.raises(BenchsuiteError, match=r"lists of exports; exactly 1 can be read; do: pip install") as raised:
        classic(module)
    assert "\n" not in str(raised.value)


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    room = sys.modules["benchsuite.report.site.assets.library"]
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    monkeypatch.setattr(room, "version", missing)
    with pytest.raises(
        BenchsuiteError, match=r"itables, which is not installed, holds no .*; do: pip install 'itables"
    ):
        library()
