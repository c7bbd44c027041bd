// The part of a page that speaks: what we wait for, and what went wrong.
// Waiting is announced politely; a problem is announced at once and takes the focus.

import { say } from "./words.js";

const SLOW_MS = 4000;

export class Board {
  #section;
  #slow = 0;

  constructor(section) {
    this.#section = section;
  }

  get startButton() {
    return this.#section.querySelector("[data-start]");
  }

  get stopButton() {
    return this.#section.querySelector("[data-stop]");
  }

  // A press before anybody listens would be lost without a word: the page comes with its button
  // disabled, and it has the focus where it is the only thing to do.
  ready() {
    this.startButton.disabled = false;
    const elsewhere = document.activeElement !== document.body;
    if ("focus" in this.startButton.dataset && !elsewhere) this.startButton.focus();
  }

  // Nothing is going on.
  calm(sentence = "") {
    this.#show("calm", sentence);
  }

  // We wait for the person.
  waitForThem(sentence) {
    this.#clearProblem();
    this.#show("them", sentence);
    this.stopButton.hidden = false;
  }

  // They wait for us, or for the network between us.
  waitForUs(sentence) {
    this.#clearProblem();
    this.#show("us", sentence);
    this.#slow = setTimeout(() => this.#say(say("waiting.slow")), SLOW_MS);
  }

  problem({ sentence, reference = "", startAgain = false }) {
    this.calm();
    const place = this.#section.querySelector("[data-problem]");
    const referencePlace = place.querySelector("[data-problem-reference]");
    place.querySelector("[data-problem-words]").textContent = sentence;
    referencePlace.hidden = !reference;
    referencePlace.querySelector("code").textContent = reference;
    place.querySelector("[data-problem-again]").hidden = !startAgain;
    place.hidden = false;
    place.focus();
  }

  // Nothing on this page can help: the button goes.
  unable(sentence) {
    this.problem({ sentence });
    this.startButton.hidden = true;
  }

  #show(state, sentence) {
    clearTimeout(this.#slow);
    this.#section.dataset.state = state;
    this.stopButton.hidden = true;
    this.startButton.setAttribute("aria-disabled", String(state !== "calm"));
    this.#say(sentence);
  }

  #say(sentence) {
    this.#section.querySelector("[data-status]").textContent = sentence;
  }

  #clearProblem() {
    this.#section.querySelector("[data-problem]").hidden = true;
  }
}
