// Times in the reader's own zone; the page itself says them in UTC, in the same digits.

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "long",
  timeStyle: "short",
  numberingSystem: "latn",
});

for (const time of document.querySelectorAll("time[data-moment]")) {
  time.textContent = format.format(new Date(time.dateTime));
}
