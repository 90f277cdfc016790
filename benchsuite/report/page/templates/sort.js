// Sorting is a convenience: without JavaScript the tables stay in the order of the mean rank.
for (const head of document.querySelectorAll("table.sortable > thead th[data-sort]")) {
  head.tabIndex = 0;
  const sort = () => {
    const column = head.cellIndex, body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();
    const number = (text) => (text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text));
    const rows = [...body.rows].sort((a, b) => {
      const x = key(a), y = key(b), m = number(x), n = number(y);
      return Number.isNaN(m) || Number.isNaN(n) ? x.localeCompare(y) : m === n ? 0 : m < n ? -1 : 1;
    });
    body.append(...(down ? rows.reverse() : rows));
  };
  head.addEventListener("click", (event) => event.target.closest("a") || sort());
  head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
}
