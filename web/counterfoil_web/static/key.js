// The button that asks for a key, on every page that has one: sign in, second step, set up, go on.
// One thing at a time: presses while something is going on are ignored.

import { Autofill } from "./autofill.js";
import { Board } from "./board.js";
import { begin, cancel, prove } from "./dialect.js";
import { askKey, whyUnable } from "./webauthn.js";
import { say, sayOf } from "./words.js";

// Refusals after which this page is of no use any more; loading it anew shows what is due.
const NEEDS_NEW_PAGE = new Set([
  "expired",
  "replayed",
  "foreign_ceremony",
  "foreign_request",
  "signed_out",
  "level_too_low",
  "not_found",
]);

class KeyPart {
  #section;
  #board;
  #autofill = null;
  #busy = false;
  #stopper = null;

  constructor(section) {
    this.#section = section;
    this.#board = new Board(section);
  }

  wire() {
    const unable = whyUnable();
    if (unable) return this.#board.unable(say(`unable.${unable}`));
    this.#board.startButton.addEventListener("click", () => this.#press());
    this.#board.ready();
    this.#board.stopButton.addEventListener("click", () => this.#stopper?.abort());
    if ("autofill" in this.#section.dataset) this.#offerAutofill();
    addEventListener("pageshow", (event) => event.persisted && this.#comeBack());
  }

  get #wanted() {
    const { interaction, purpose, alone } = this.#section.dataset;
    return { interaction, purpose, alone: alone === "true" };
  }

  async #press() {
    if (this.#busy) return;
    this.#busy = true;
    await this.#autofill?.stop();
    if (await this.#touch()) return;
    this.#busy = false;
    this.#autofill?.start();
  }

  // Tells whether the page is on its way to the next one.
  async #touch() {
    this.#board.waitForUs(say("waiting.preparing"));
    const begun = await begin(this.#wanted);
    if (!begun.value) return this.#fail(begun);
    const { ceremony, challenge } = begun.value;
    this.#stopper = new AbortController();
    this.#board.waitForThem(say("waiting.touch"));
    const answer = await askKey({
      creating: this.#wanted.purpose === "enrol",
      alone: this.#wanted.alone,
      publicKey: challenge.publicKey,
      signal: this.#stopper.signal,
    });
    return this.#settle(ceremony, answer);
  }

  async #settle(ceremony, { credential, failure }) {
    if (failure) {
      cancel(ceremony);
      this.#board.problem({ sentence: say(`failure.${failure}`) });
      return false;
    }
    this.#board.waitForUs(say("waiting.checking"));
    const label = this.#section.querySelector("[data-label]")?.value.trim();
    const proven = await prove(ceremony, credential, label);
    if (!proven.value) return this.#fail(proven);
    return this.#leave(proven.value.next);
  }

  // A refusal has spent the challenge: the next press begins with a new one.
  #fail({ refused, silent }) {
    if (silent) {
      this.#board.problem({ sentence: say(`network.${silent}`) });
    } else {
      this.#board.problem({
        sentence: sayOf("refusal", refused.reason, refused.detail),
        reference: refused.reference,
        startAgain: NEEDS_NEW_PAGE.has(refused.reason),
      });
    }
    return false;
  }

  #leave(next) {
    const target = new URL(next, location.origin);
    if (target.origin !== location.origin) return this.#fail({ silent: "broken" });
    this.#board.waitForUs(say("waiting.leaving"));
    this.#rememberWay();
    location.assign(target.href);
    return true;
  }

  // The browser remembers which way worked last, so that the service need not look up a name.
  #rememberWay() {
    const { way, purpose } = this.#section.dataset;
    if (way && purpose === "sign_in") {
      document.cookie = `counterfoil_way=${way}; Path=/sign-in; SameSite=Lax; Max-Age=31536000`;
    }
  }

  #offerAutofill() {
    this.#autofill = new Autofill(this.#wanted, async (ceremony, answer) => {
      this.#busy = true;
      const leaving = await this.#settle(ceremony, answer);
      this.#busy = leaving;
      return !leaving;
    });
    this.#autofill.start();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.#busy) this.#autofill.start();
    });
  }

  // Back from the next page by the browser's own button: as if nothing had been pressed.
  #comeBack() {
    this.#busy = false;
    this.#board.calm();
    this.#autofill?.start();
  }
}

for (const section of document.querySelectorAll("[data-ceremony]")) {
  new KeyPart(section).wire();
}
