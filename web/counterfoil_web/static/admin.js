// Choose everybody of a page at once. Without this module each is chosen alone.

for (const all of document.querySelectorAll("[data-choose-all]")) {
  const box = all.querySelector("input");
  const others = [...all.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  const count = () => {
    const chosen = others.filter(({ checked }) => checked).length;
    box.checked = chosen === others.length;
    box.indeterminate = chosen > 0 && !box.checked;
  };
  box.addEventListener("change", () => {
    for (const one of others) one.checked = box.checked;
  });
  for (const one of others) one.addEventListener("change", count);
  all.hidden = false;
  count();
}
