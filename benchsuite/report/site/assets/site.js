"use strict";
// What every page can do: choose the scheme, search the site, focus, hide and show components everywhere on the page, switch the
// axis of curves, keep all that in the address so that a view can be shared. Nothing here computes a number.
(() => {
  const { make } = tables, root = document.documentElement.dataset.root ?? "", body = document.body;
  const state = { focus: "", hidden: new Set(), x: "" };
  // Collected before any table takes the rows of other pages out of the document.
  const marked = [...document.querySelectorAll("[data-component]")];
  const components = new Map();
  for (const node of marked) {
    const name = node.dataset.component, held = components.get(name) ?? { family: "", swatch: null };
    held.family ||= node.dataset.family ?? "";
    held.swatch ??= node.querySelector?.(".swatch") ?? null;
    components.set(name, held);
  }
  // "optimizer/adam" of the family "adaptive" is of the group "optimizer/adaptive": kinds have families, and names, of their own.
  const kindOf = (name) => name.slice(0, name.indexOf("/"));
  const groupOf = (name) => `${kindOf(name)}/${components.get(name).family}`;
  const shortName = (name) => name.slice(name.indexOf("/") + 1);

  // The address
  const read = () => {
    if (!location.hash.startsWith("#?")) return;
    const held = new URLSearchParams(location.hash.slice(2));
    state.focus = components.has(held.get("focus")) ? held.get("focus") : "";
    const away = new Set((held.get("hide") ?? "").split(","));
    state.hidden = new Set([...components.keys()].filter((name) => away.has(name) || away.has(`*${groupOf(name)}`)));
    state.x = held.get("x") ?? "";
    for (const table of document.querySelectorAll("table.data[id]")) {
      const words = held.get(`q.${table.id}`), order = /^(\d+)\.(asc|desc)$/.exec(held.get(`o.${table.id}`) ?? "");
      if (words === null && !order) continue;
      const api = tables.start(table);
      if (words !== null) api.search(words);
      if (order && Number(order[1]) < api.columns().count()) api.order([[Number(order[1]), order[2]]]);
      api.draw();
    }
  };
  const write = () => {
    const held = new URLSearchParams();
    if (state.focus) held.set("focus", state.focus);
    const whole = new Set([...components.keys()].map(groupOf));
    for (const name of components.keys()) if (!state.hidden.has(name)) whole.delete(groupOf(name));
    const away = [...[...whole].map((group) => `*${group}`), ...[...state.hidden].filter((name) => !whole.has(groupOf(name)))];
    if (away.length) held.set("hide", away.join(","));
    if (state.x) held.set("x", state.x);
    for (const [table, api] of tables.all()) {
      if (!table.id) continue;
      if (api.search()) held.set(`q.${table.id}`, api.search());
      const [first] = api.order();
      if (first?.length && table.dataset.order !== `${first[0]} ${first[1]}` && first[1]) held.set(`o.${table.id}`, `${first[0]}.${first[1]}`);
    }
    const text = held.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
    if (text || location.hash.startsWith("#?")) history.replaceState(null, "", text ? `#?${text}` : location.pathname + location.search);
  };

  // Components: one in focus, others away
  const apply = () => {
    body.classList.toggle("focusing", state.focus !== "");
    for (const node of marked) {
      node.classList.toggle("focused", node.dataset.component === state.focus);
      node.classList.toggle("away", state.hidden.has(node.dataset.component));
    }
    for (const api of tables.all().values()) api.draw();
    picker?.update();
    write();
  };
  const focus = (name) => { state.focus = state.focus === name ? "" : name; apply(); };
  tables.whenMade((table, api) => {
    if (table.querySelector("tr[data-component]")) {
      api.search.fixed("components", (_text, _data, at) => !state.hidden.has(api.row(at).node().dataset.component));
      if (state.hidden.size) api.draw();
    }
    api.on("order.dt search.dt", () => setTimeout(write));
  });

  const makePicker = () => {
    const list = make("div", { class: "picker-list" }), boxes = new Map(), groups = new Map();
    for (const name of [...components.keys()].sort()) groups.set(groupOf(name), [...(groups.get(groupOf(name)) ?? []), name]);
    const several = new Set([...components.keys()].map(kindOf)).size > 1;
    const titleOf = (group) => {
      const kind = kindOf(group).replaceAll("_", " "), family = shortName(group);
      return several && family ? `${kind}: ${family}` : family || kind || "components";
    };
    const change = (names, shown) => { for (const name of names) state.hidden[shown ? "delete" : "add"](name); apply(); };
    for (const [key, names] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const group = make("fieldset"), all = make("input", { type: "checkbox" });
      all.addEventListener("change", () => change(names, all.checked));
      group.append(make("legend", {}, make("label", {}, all, titleOf(key), make("small", {}, ` ${names.length}`))));
      for (const name of names) {
        const box = make("input", { type: "checkbox" }), said = several ? `${kindOf(name).replaceAll("_", " ")} ${shortName(name)}` : shortName(name);
        const look = make("button", { type: "button", "aria-label": `Focus ${said}` }, "focus");
        box.addEventListener("change", () => change([name], box.checked));
        look.addEventListener("click", () => focus(name));
        const swatch = components.get(name).swatch?.cloneNode(true);
        const line = make("div", { class: "pick-one" }, make("label", {}, box, ...(swatch ? [swatch] : []), shortName(name)), look);
        boxes.set(name, { box, look, line });
        group.append(line);
      }
      groups.set(key, { names, all, group });
      list.append(group);
    }
    const find = make("input", { type: "search", placeholder: "Find a component", "aria-label": "Find a component in this list" });
    find.addEventListener("input", () => {
      for (const [name, { line }] of boxes) line.hidden = !name.toLowerCase().includes(find.value.trim().toLowerCase());
      for (const { names, group } of groups.values()) group.hidden = names.every((name) => boxes.get(name).line.hidden);
    });
    const every = make("button", { type: "button" }, "Show all"), none = make("button", { type: "button" }, "Hide all");
    every.addEventListener("click", () => change([...components.keys()], true));
    none.addEventListener("click", () => change([...components.keys()], false));
    const panel = make("section", { id: "picker", "aria-label": "Components on this page" }, make("div", { class: "picker-head" }, find, every, none), list);
    const said = make("span"), open = make("button", { type: "button", "aria-expanded": "false", "aria-controls": "picker" }, said);
    const end = make("button", { type: "button", class: "end-focus", "aria-label": "End the focus" }, "×");
    panel.hidden = true;
    const toggle = (shown) => { panel.hidden = !shown; open.setAttribute("aria-expanded", shown); if (shown) find.focus(); };
    open.addEventListener("click", () => toggle(panel.hidden));
    end.addEventListener("click", () => focus(state.focus));
    body.append(make("aside", { class: "picker", "aria-label": "What this page shows" }, panel, make("div", { class: "pill" }, open, end)));
    const update = () => {
      const shown = components.size - state.hidden.size;
      said.textContent = state.focus ? `Focus: ${shortName(state.focus)}` : state.hidden.size ? `${shown} of ${components.size} components` : `${components.size} components`;
      end.hidden = state.focus === "";
      for (const [name, { box, look }] of boxes) {
        box.checked = !state.hidden.has(name);
        look.setAttribute("aria-pressed", state.focus === name);
      }
      for (const { names, all } of groups.values()) {
        const away = names.filter((name) => state.hidden.has(name)).length;
        all.checked = away === 0;
        all.indeterminate = away > 0 && away < names.length;
      }
    };
    return { update, close: () => !panel.hidden && (toggle(false), open.focus(), true) };
  };

  const pointing = () => {
    const tip = make("div", { class: "tip", "aria-hidden": "true" });
    tip.hidden = true;
    body.append(tip);
    document.addEventListener("pointerover", (event) => {
      const curve = event.target.closest?.("svg .of[data-component]");
      tip.hidden = !curve;
      if (curve) tip.textContent = curve.dataset.label ?? shortName(curve.dataset.component);
    });
    document.addEventListener("pointermove", (event) => {
      if (!tip.hidden) tip.style.translate = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px ${event.clientY + 14}px`;
    });
    document.addEventListener("click", (event) => {
      const node = event.target.closest("[data-component]");
      if (node && components.size > 1 && !event.target.closest("a, button, input, label, summary, details") && getSelection().isCollapsed) focus(node.dataset.component);
    });
  };

  // The axis of curves
  const axes = () => {
    const found = [...document.querySelectorAll(".axes")];
    const show = () => {
      for (const one of found) {
        const figures = [...one.querySelectorAll(":scope > [data-axis]")], names = figures.map((figure) => figure.dataset.axis);
        const at = names.includes(state.x) ? state.x : names[0];
        for (const figure of figures) figure.classList.toggle("other-axis", figure.dataset.axis !== at);
        for (const button of one.querySelectorAll(":scope > .switch button")) button.setAttribute("aria-pressed", button.textContent === at);
      }
    };
    for (const one of found) {
      const names = [...one.querySelectorAll(":scope > [data-axis]")].map((figure) => figure.dataset.axis);
      if (names.length < 2) continue;
      const group = make("div", { class: "switch", role: "group", "aria-label": "Axis of the curves" });
      for (const name of names) {
        const button = make("button", { type: "button" }, name);
        button.addEventListener("click", () => { state.x = name; show(); write(); });
        group.append(button);
      }
      one.prepend(group);
    }
    show();
    return show;
  };

  // The scheme
  const schemes = () => {
    const order = ["auto", "light", "dark"], button = make("button", { type: "button", class: "theme" });
    const say = () => {
      const now = document.documentElement.dataset.theme ?? "auto", next = order[(order.indexOf(now) + 1) % 3];
      button.textContent = { auto: "◐", light: "☀", dark: "☾" }[now];
      button.title = `Colours: ${now}`;
      button.setAttribute("aria-label", `Colours: ${now}. Change to ${next}`);
      return next;
    };
    button.addEventListener("click", () => {
      const next = say();
      if (next === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
      try { localStorage.setItem("benchsuite-theme", next); } catch { /* not allowed: it holds for this page alone */ }
      say();
    });
    say();
    return button;
  };

  const opened = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id || id.startsWith("?")) return;
    const row = tables.rowOf(id);
    if (row) return tables.reveal(...row);
    const node = document.getElementById(id);
    for (let at = node?.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    node?.scrollIntoView();
  };

  const search = siteSearch(make, root);
  document.getElementById("tools")?.append(search, schemes());
  const picker = components.size > 2 ? makePicker() : null;
  read();
  const showAxes = axes();
  tables.begin();
  pointing();
  if (state.focus || state.hidden.size) apply(); else picker?.update();
  opened();
  addEventListener("hashchange", () => { read(); showAxes(); if (location.hash.startsWith("#?")) apply(); else opened(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); search.querySelector("input").focus(); }
    if (event.key !== "Escape" || event.target.closest("#tools")) return;
    for (const menu of document.querySelectorAll(".columns-menu[open]")) menu.open = false;
    if (!picker?.close() && state.focus) focus(state.focus);
  });
  // What scrolls by itself can be scrolled by the keyboard, too.
  const scrollable = () => {
    for (const node of document.querySelectorAll(".scroll, figure, pre")) if (node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight + 1) node.tabIndex = 0;
  };
  scrollable();
  addEventListener("resize", scrollable);
  document.documentElement.dataset.ready = "";
})();
