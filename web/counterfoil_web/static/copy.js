// Codes and secrets that one keeps: copied or printed by a button. Without this module they are
// selected and printed by hand, and the download works as it is.

function copies(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const lines = document.getElementById(button.dataset.copies).innerText;
    try {
      await navigator.clipboard.writeText(lines.trim());
    } catch {
      // The browser does not allow it: the text is there to be selected.
      select(document.getElementById(button.dataset.copies));
      return;
    }
    button.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => {
      button.textContent = words;
    }, 3000);
  });
}

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

function prints(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

document.querySelectorAll("[data-copies]").forEach(copies);
document.querySelectorAll("[data-prints]").forEach(prints);
