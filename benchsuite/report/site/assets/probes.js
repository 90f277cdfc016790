// The numbers beside all heat maps of a task are those of one epoch: the last, until another is pointed at or chosen.
for (const probes of document.querySelectorAll(".probes[data-epochs]")) {
  const epochs = probes.dataset.epochs.split(" "), pick = probes.querySelector(".pick");
  const slider = pick.querySelector("input"), output = pick.querySelector("output");
  const fill = (row) => {
    const cells = row.split(",");
    // An empty or missing one repeats the one before it.
    return epochs.map((_, at) => (cells[at] ||= cells[at - 1]));
  };
  let columns;
  const choose = (at) => {
    columns ??= [...probes.querySelectorAll(".numbers")].map((column) => [column, column.dataset.v.split(";").map(fill)]);
    for (const [column, rows] of columns) column.textContent = rows.map((row) => row[at]).join("\n");
    slider.value = at;
    output.textContent = epochs[at];
    probes.classList.add("chosen");
    probes.style.setProperty("--at", at);
    probes.style.setProperty("--epoch", epochs[at]);
  };
  const point = (event) => {
    const map = event.target.closest(".map");
    if (!map) return;
    const box = map.getBoundingClientRect(), share = (event.clientX - box.left) / box.width;
    const at = Math.min(Math.max(Math.floor(share * epochs.length), 0), epochs.length - 1);
    if (at !== Number(slider.value) || !columns) choose(at);
  };
  probes.addEventListener("pointermove", point);
  probes.addEventListener("pointerdown", point);
  slider.addEventListener("input", () => choose(Number(slider.value)));
  pick.hidden = false;
}
