// Times in the reader's own zone; the page itself says them in UTC.

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "long",
  timeStyle: "short",
});

for (const time of document.querySelectorAll("time[data-moment]")) {
  time.textContent = format.format(new Date(time.dateTime));
}
