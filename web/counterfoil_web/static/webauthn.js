// The browser's own WebAuthn, with its failures told apart as far as browsers let us.

// The name of the sentence that says why keys cannot work here, or "" when they can.
export function whyUnable() {
  if (!globalThis.isSecureContext) return "insecure";
  const native = globalThis.PublicKeyCredential;
  const speaksJson =
    native &&
    typeof native.parseCreationOptionsFromJSON === "function" &&
    typeof native.parseRequestOptionsFromJSON === "function" &&
    typeof native.prototype.toJSON === "function";
  return speaksJson ? "" : "old_browser";
}

export async function offersAutofill() {
  const native = globalThis.PublicKeyCredential;
  return Boolean(await native.isConditionalMediationAvailable?.());
}

// Ask the browser for a key's answer. Returns `{ credential }` as JSON, or `{ failure }`.
export async function askKey({ creating, alone, publicKey, signal, mediation }) {
  const began = performance.now();
  try {
    const credential = creating
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
          signal,
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
          signal,
          mediation,
        });
    return { credential: credential.toJSON() };
  } catch (error) {
    const waited = performance.now() - began;
    return { failure: failureOf(error, { creating, alone, waited, timeout: publicKey.timeout }) };
  }
}

// Browsers say NotAllowedError for "closed", "too late" and "wrong PIN" alike, so that pages learn
// nothing about somebody's keys: only the time that passed tells the second one apart.
function failureOf(error, { creating, alone, waited, timeout }) {
  switch (error.name) {
    case "AbortError":
      return "stopped";
    case "NotAllowedError":
      if (timeout && waited >= timeout - 500) return "timed_out";
      if (!alone) return "closed";
      return creating ? "closed_new" : "closed_alone";
    case "InvalidStateError":
      return creating ? "already_enrolled" : "lost";
    case "ConstraintError":
    case "NotSupportedError":
      return alone ? "cannot_verify" : "lost";
    case "SecurityError":
      return "foreign_address";
    case "UnknownError":
    case "NotReadableError":
    case "OperationError":
    case "DataError":
      return "lost";
    default:
      return "ours";
  }
}
