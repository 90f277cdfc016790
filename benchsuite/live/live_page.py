"""What is added to a page that is served: a script that loads it anew, and the rules that keep it to this one server."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape

PREFIX = "/-/"
"""Addresses that no file has."""
VERSION, SCRIPT = f"{PREFIX}version", f"{PREFIX}live.js"
_OWN_RULES = re.compile(rb'<meta http-equiv="Content-Security-Policy"[^<>]*>\n?')
_INLINE = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL | re.IGNORECASE)

LIVE_JS = """"use strict";
(() => {
  const seen = document.currentScript.dataset.version, key = "benchsuite-live:" + location.pathname;
  const fields = () => [...document.querySelectorAll("input, select")];
  const folds = () => [...document.querySelectorAll("details")];
  const value = (one) => (one.type === "checkbox" || one.type === "radio" ? one.checked : one.value);
  // Where the reader was before the page was loaded anew.
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) || "null");
    sessionStorage.removeItem(key);
    if (kept) {
      if (kept.folds.length === folds().length) folds().forEach((one, at) => { one.open = kept.folds[at]; });
      if (kept.fields.length === fields().length) {
        fields().forEach((one, at) => {
          if (value(one) === kept.fields[at]) return;
          if (typeof kept.fields[at] === "boolean") one.checked = kept.fields[at]; else one.value = kept.fields[at];
          for (const name of ["input", "change"]) one.dispatchEvent(new Event(name, { bubbles: true }));
        });
      }
      scrollTo(kept.x, kept.y);
    }
  } catch (error) { /* without storage the page begins at its top */ }
  const busy = () => {
    const at = document.activeElement;
    return document.hidden || (at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName)) || !getSelection().isCollapsed;
  };
  let failed = 0;
  const look = async () => {
    try {
      const answer = await fetch("VERSION", { cache: "no-store" });
      const version = answer.ok ? await answer.text() : seen;
      failed = 0;
      if (version !== seen && !busy()) {
        const kept = { x: scrollX, y: scrollY, fields: fields().map(value), folds: folds().map((one) => one.open) };
        try { sessionStorage.setItem(key, JSON.stringify(kept)); } catch (error) { /* likewise */ }
        location.reload();
        return;
      }
    } catch (error) {
      failed += 1;
      if (failed === 3) {
        document.title = "(not live) " + document.title;
        return;
      }
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
""".replace("VERSION", VERSION)
"""Asks for the version every two seconds, and loads the page anew where it is another: not while somebody types or selects."""

WAITING = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root {{ color-scheme: light dark }}
body {{ font: 1.1rem/1.5 sans-serif; margin: 3rem auto; max-width: 40rem; padding: 0 1rem }}</style>
</head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""


def waiting_page(text: str) -> bytes:
    """Return the page that stands until there is a report.

    Args:
        text: Why there is none.
    """
    return WAITING.format(title="The report is not there yet", text=escape(text)).encode()


def with_script(page: bytes, version: str) -> bytes:
    """Return a page with the script that loads it anew.

    Rules that the page has for itself, since a file has no other way, go: they allow no question for a version. Those of
    :func:`policy` are sent with it, and allow that alone.

    Args:
        page: As it lies on the disk.
        version: Of the report that it is of.
    """
    tag = f'<script src="{SCRIPT}" data-version="{version}" defer></script>\n'.encode()
    page = _OWN_RULES.sub(b"", page, count=1)
    at = page.lower().rfind(b"</body>")
    return page + tag if at < 0 else page[:at] + tag + page[at:]


def policy(page: bytes) -> str:
    """Return the rules for a page: nothing from elsewhere, nothing to elsewhere, and no scripts but its own, handlers excluded.

    Args:
        page: As it is served.
    """
    hashes = sorted(
        {
            f"'sha256-{base64.b64encode(hashlib.sha256(found['text']).digest()).decode()}'"
            for found in _INLINE.finditer(page)
            if b"src=" not in found["attributes"].lower() and found["text"].strip()
        }
    )
    scripts = " ".join(["'self'", *hashes])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
