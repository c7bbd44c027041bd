// Times in the reader's own zone; the page itself says them in UTC, in the same digits.

const styles = {
  "": { dateStyle: "long", timeStyle: "short" },
  short: { dateStyle: "medium", timeStyle: "short" },
  day: { dateStyle: "medium" },
};
const formats = {};

for (const time of document.querySelectorAll("time[data-moment]")) {
  const style = time.dataset.moment;
  formats[style] ??= new Intl.DateTimeFormat(document.documentElement.lang, {
    numberingSystem: "latn",
    ...styles[style],
  });
  time.textContent = formats[style].format(new Date(time.dateTime));
}
