// The sentences of this page's modules, from the data block that the page brings along.

const sentences = JSON.parse(document.getElementById("words").textContent);

export function say(name) {
  return sentences[name];
}

// The sentence for a code below `group`, or the one for a code that we have no words for.
export function sayOf(group, code, otherwise) {
  return sentences[`${group}.${code}`] || otherwise || sentences[`${group}.general`];
}
