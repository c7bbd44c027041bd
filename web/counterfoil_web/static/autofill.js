// Keys offered in the name field (conditional mediation), for as long as the page is looked at.
// Its challenge is renewed before it expires; a page in the background renews nothing.

import { begin } from "./dialect.js";
import { askKey, offersAutofill } from "./webauthn.js";

// The part of a challenge's life after which a new one is fetched.
const RENEW_AFTER = 0.8;
// A browser that fails at once would fail again and again.
const AT_ONCE_MS = 1000;

export class Autofill {
  #wanted;
  #settle;
  #controller = null;
  #asking = Promise.resolve();

  // `wanted` is what to begin; `settle(ceremony, answer)` takes a key's answer or failure and
  // tells whether keys may be offered again.
  constructor(wanted, settle) {
    this.#wanted = wanted;
    this.#settle = settle;
  }

  start() {
    if (this.#controller) return;
    this.#controller = new AbortController();
    this.#offer(this.#controller);
  }

  // A browser holds one request at a time: a button must wait until this one is gone.
  async stop() {
    this.#controller?.abort();
    this.#controller = null;
    await this.#asking;
  }

  async #offer(controller) {
    if (await offersAutofill()) {
      while (!controller.signal.aborted && (await this.#once(controller.signal)));
    }
    if (this.#controller === controller) this.#controller = null;
  }

  // One challenge's life. Tells whether there should be another.
  async #once(stopped) {
    const begun = await begin(this.#wanted);
    if (stopped.aborted || !begun.value) return false;
    const { ceremony, challenge, expires_in_s: lifeS } = begun.value;
    const renew = new AbortController();
    const timer = setTimeout(() => renew.abort(), lifeS * 1000 * RENEW_AFTER);
    const began = performance.now();
    this.#asking = askKey({
      creating: false,
      alone: true,
      publicKey: challenge.publicKey,
      signal: AbortSignal.any([stopped, renew.signal]),
      mediation: "conditional",
    });
    const answer = await this.#asking;
    clearTimeout(timer);
    if (stopped.aborted) return false;
    if (renew.signal.aborted && answer.failure) return !document.hidden;
    const again = await this.#settle(ceremony, answer);
    return again && performance.now() - began > AT_ONCE_MS;
  }
}
