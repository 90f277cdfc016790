"use strict";
// Tables: sorting, searching, filtering by column, choosing columns, paging. DataTables does the work; a page without scripts
// shows every row, in the order in which it was written. Other scripts use `tables`.
const tables = (() => {
  const FEW = 8, PAGE = 100, listeners = [], made = new Map();
  const DataTable = window.DataTables && window.DataTables.default;
  // The largest number stands for a missing one.
  const number = (text) => (text === "" || Math.abs(Number(text)) >= 1e308 ? NaN : Number(text));
  const make = (tag, attributes = {}, ...held) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...held);
    return node;
  };

  // Missing values stay last whichever way a column is sorted.
  if (DataTable) {
    const order = DataTable.ext.type.order, missing = (a, b) => Number.isNaN(a) - Number.isNaN(b);
    order["value-pre"] = (text) => number(String(text));
    order["value-asc"] = (a, b) => missing(a, b) || (a < b ? -1 : a > b ? 1 : 0);
    order["value-desc"] = (a, b) => missing(a, b) || (a < b ? 1 : a > b ? -1 : 0);
    // Cells come as HTML: what a reader sees of them sorts, not the swatch or the link around it.
    const held = document.createElement("template");
    order["words-pre"] = (text) => {
      held.innerHTML = String(text);
      return held.content.textContent.trim().toLowerCase();
    };
    DataTable.ext.errMode = "throw";
  }

  // "> 0.9", "<= 5", "= 3" compare the numbers that a column shows; anything else is looked for in its text.
  const matcher = (text) => {
    const found = text.trim().match(/^(<=|>=|<|>|=)\s*(-?[\d.]+(?:e[-+]?\d+)?)\s*%?$/i);
    if (!found) return (cell) => cell.textContent.toLowerCase().includes(text.trim().toLowerCase());
    const [, sign, right] = found, limit = Number(right);
    const holds = { "<": (x) => x < limit, ">": (x) => x > limit, "=": (x) => x === limit, "<=": (x) => x <= limit, ">=": (x) => x >= limit };
    return (cell) => {
      const value = parseFloat(cell.textContent.trim().replace(/(\d)[,\u202f](?=\d{3})/g, "$1").replace("−", "-"));
      return Number.isFinite(value) && holds[sign](value);
    };
  };

  // A cell that sorts by the number that it shows says so once.
  const plain = (cell) => {
    const text = cell.firstChild?.textContent.trim() ?? "";
    return Number.isFinite(Number(text)) ? text : "";
  };

  const menuOf = (api, heads) => {
    const list = make("div", { class: "menu" });
    heads.forEach((head, column) => {
      if (column === 0) return; // it says which row this is
      const box = make("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", () => api.column(column).visible(box.checked));
      list.append(make("label", {}, box, head));
    });
    return make("details", { class: "columns-menu" }, make("summary", {}, "Columns"), list);
  };

  const filtersOf = (table, heads) => {
    const row = make("tr", { class: "filters" });
    const inputs = heads.map((head) => make("input", { type: "search", "aria-label": `Filter ${head}`, placeholder: "filter" }));
    for (const input of inputs) row.append(make("td", { "data-dt-order": "disable" }, input));
    table.tHead.append(row);
    return inputs;
  };

  const start = (table) => {
    if (made.has(table)) return made.get(table);
    const body = [...table.tBodies[0].rows], heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " "));
    const large = body.length > FEW && !("plain" in table.dataset), paged = body.length > PAGE * 1.2;
    const columns = heads.map((_, column) => {
      // The first click shows the best first, which is the largest where a head says "high".
      const { better } = table.tHead.rows[0].cells[column].dataset;
      const numeric = better !== undefined || body.some((row) => row.cells[column].dataset.order !== undefined);
      if (numeric) for (const { cells } of body) cells[column].dataset.order ??= plain(cells[column]);
      return { type: numeric ? "value" : "words", orderSequence: better === "high" ? ["desc", "asc", ""] : ["asc", "desc", ""] };
    });
    const wanted = /^(\d+) (asc|desc)$/.exec(table.dataset.order ?? "");
    const filters = large ? filtersOf(table, heads) : [];
    const holder = table.closest(".scroll");
    holder.classList.replace("scroll", "tabled");
    const api = new DataTable(table, {
      columns, autoWidth: false, titleRow: 0, order: wanted ? [[Number(wanted[1]), wanted[2]]] : [], paging: paged, pageLength: PAGE,
      lengthMenu: [25, PAGE, 500, { label: "all", value: -1 }], info: large, searching: true, language: {
        search: "", searchPlaceholder: "Search this table", info: "_TOTAL_ rows", infoEmpty: "No row", infoFiltered: "of _MAX_",
        zeroRecords: "No row fits what is looked for.", lengthMenu: "_MENU_ rows a page",
      },
      layout: { topStart: large ? "search" : null, topEnd: null, bottomStart: large ? "info" : null, bottomEnd: paged ? ["pageLength", "paging"] : null },
    });
    made.set(table, api);
    holder.querySelector(".dt-layout-table").classList.add("scroll");
    const tools = make("div", { class: "table-tools" });
    if (large) {
      const button = make("button", { type: "button", "aria-pressed": "false" }, "Filters");
      button.addEventListener("click", () => {
        const shown = table.classList.toggle("filtering");
        button.setAttribute("aria-pressed", shown);
        if (shown) filters[0].focus();
      });
      tools.append(button);
      if (heads.length > 3) tools.append(menuOf(api, heads));
      filters.forEach((input, column) => input.addEventListener("input", () => {
        const fits = matcher(input.value);
        api.column(column).search.fixed("typed", input.value.trim() ? (_text, _data, at) => fits(api.cell(at, column).node()) : null).draw();
      }));
      holder.querySelector(".dt-search input").setAttribute("aria-label", `Search the table ${table.caption?.textContent.trim() ?? ""}`.trim());
      holder.querySelector(".dt-layout-row").append(tools);
    }
    const csv = holder.nextElementSibling;
    if (large && csv?.matches("p.csv")) { tools.append(...csv.childNodes); csv.remove(); }
    const aimed = decodeURIComponent(location.hash.slice(1)), at = aimed ? body.findIndex((row) => row.id === aimed || row.querySelector(`#${CSS.escape(aimed)}`)) : -1;
    if (at >= 0) reveal(api, body[at]);
    for (const told of listeners) told(table, api);
    return api;
  };

  // The page of a table on which a row stands, and the row in sight.
  const reveal = (api, row) => {
    const at = api.rows({ order: "current", search: "applied" }).nodes().toArray().indexOf(row);
    if (at >= 0 && api.page.len() > 0) api.page(Math.floor(at / api.page.len())).draw("page");
    for (const other of document.querySelectorAll(".aimed")) other.classList.remove("aimed");
    row.classList.add("aimed");
    row.scrollIntoView({ block: "center" });
  };

  // A table is made when it comes near the window: those far below cost nothing before.
  const begin = () => {
    const found = DataTable ? [...document.querySelectorAll("table.data")] : [];
    const near = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) { near.unobserve(one.target); start(one.target); }
    }, { rootMargin: "700px 0px" });
    for (const table of found) near.observe(table);
    let lengths = [];
    addEventListener("beforeprint", () => {
      lengths = [...made.values()].filter((api) => api.page.len() > 0).map((api) => [api, api.page.len()]);
      for (const [api] of lengths) api.page.len(-1).draw();
    });
    addEventListener("afterprint", () => { for (const [api, length] of lengths) api.page.len(length).draw(); });
  };
  const rowOf = (id) => {
    for (const table of document.querySelectorAll("table.data")) {
      const api = made.get(table), rows = api ? api.rows().nodes().toArray() : [...table.tBodies[0].rows];
      const row = rows.find((one) => one.id === id);
      if (row) return [start(table), row];
    }
    return null;
  };
  return { begin, start, make, reveal, rowOf, all: () => made, whenMade: (told) => listeners.push(told) };
})();
