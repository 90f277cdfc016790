"use strict";
// The search over all pages: what is looked for is in assets/search.js, a list of [title, path, section, more words].
const siteSearch = (make, root) => {
  const MOST = 12, FIRST = { components: 3, tasks: 3, leaderboards: 2 }, held = window.BENCHSUITE_SEARCH ?? [];
  const input = make("input", {
    type: "search", role: "combobox", placeholder: "Search  /", "aria-label": "Search the site", "aria-expanded": "false",
    "aria-controls": "found", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  const list = make("div", { id: "found", role: "listbox", "aria-label": "What was found" });
  list.hidden = true;
  let at = -1;

  // Every word must be found; a title that begins with one comes before one that holds it, and that before further words;
  // what stands for itself comes before what is of several.
  const found = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean), scored = [];
    for (const one of words.length ? held : []) {
      const title = one[0].toLowerCase(), rest = `${one[2]} ${one[3] ?? ""}`.toLowerCase();
      let score = 0;
      for (const word of words) {
        const where = title.indexOf(word);
        const points = where === 0 ? 4 : where > 0 && !/[a-z0-9]/.test(title[where - 1]) ? 3 : where > 0 ? 2 : rest.includes(word) ? 1 : 0;
        score = points && score >= 0 ? score + points : -1;
      }
      if (score > 0) scored.push([score + (FIRST[one[2]] ?? 0) + (title === text.trim().toLowerCase() ? 9 : 0), one]);
    }
    return scored.sort(([a, x], [b, y]) => b - a || x[0].length - y[0].length || (x[1] < y[1] ? -1 : 1)).slice(0, MOST).map(([, one]) => one);
  };
  const choose = (number) => {
    const options = [...list.querySelectorAll("a")];
    at = options.length ? (number + options.length) % options.length : -1;
    options.forEach((option, place) => option.setAttribute("aria-selected", place === at));
    if (at >= 0) { input.setAttribute("aria-activedescendant", options[at].id); options[at].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  };
  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); choose(-1); };
  const update = () => {
    const hits = found(input.value);
    list.replaceChildren(...hits.map(([title, path, section], number) =>
      make("a", { href: root + path, id: `found-${number}`, role: "option", tabindex: "-1" }, title, make("small", {}, section))));
    if (!hits.length) list.append(make("div", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Nothing found"));
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", !list.hidden);
    if (hits.length) choose(0); else at = -1;
  };
  input.addEventListener("input", update);
  input.addEventListener("focus", () => input.value.trim() && update());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(at + (event.key === "ArrowDown" ? 1 : -1)); }
    if (event.key === "Enter" && at >= 0) list.querySelectorAll("a")[at].click();
    if (event.key === "Escape") { if (list.hidden) input.blur(); input.value = ""; close(); }
  });
  const box = make("div", { class: "search", role: "search" }, input, list);
  document.addEventListener("pointerdown", (event) => box.contains(event.target) || close());
  box.addEventListener("focusout", (event) => box.contains(event.relatedTarget) || setTimeout(close, 150));
  return box;
};
