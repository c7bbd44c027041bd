// The administration's two conveniences; without this module there is a little more to press.

// Choose everybody of this page at once.
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

// Copy what is to be handed over; it can be chosen with a click in any case.
for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = words;
    }, 2000);
  });
}
