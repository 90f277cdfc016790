// Before anything is painted: the scheme that the reader chose, so that no page flashes in another one.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("benchsuite-theme"); } catch { /* not allowed here: the system's scheme stays */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  document.documentElement.classList.add("scripted");
})();
