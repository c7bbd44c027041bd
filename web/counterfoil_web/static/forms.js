// Ordinary forms, a little better: no second submission, words while waiting, a password shown.
// Everything here works without this module as well.

// A second submission would be answered with the outcome of the second: hold it back.
function submitOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.state === "us") {
      event.preventDefault();
      return;
    }
    form.dataset.state = "us";
    const button = event.submitter;
    if (button?.dataset.busy) {
      button.dataset.words = button.textContent;
      button.textContent = button.dataset.busy;
    }
  });
}

function asBefore(form) {
  delete form.dataset.state;
  for (const button of form.querySelectorAll("[data-words]")) {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }
}

function reveal(button) {
  const field = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!shown));
    field.type = shown ? "password" : "text";
  });
  // Password savers take what is typed only from a password field.
  field.form.addEventListener("submit", () => {
    field.type = "password";
  });
}

document.querySelectorAll("form").forEach(submitOnce);
document.querySelectorAll("[data-reveals]").forEach(reveal);
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(asBefore);
});
