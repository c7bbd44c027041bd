// How a page talks to the service: JSON to our own origin, answers as values.
// `{ value }` when it said yes, `{ refused: { reason, detail, reference } }` when it said no, and
// `{ silent }` when there was no answer that can be read: offline, unreachable, slow or broken.

const PATIENCE_MS = 30_000;

export function begin({ interaction, purpose, alone }) {
  return post("/ceremonies", { interaction, kind: "webauthn", purpose, alone });
}

export function prove(ceremony, credential, label) {
  const proof = { kind: "webauthn", credential };
  return post(`/ceremonies/${ceremony}/proof`, label ? { ...proof, label } : proof);
}

// Best effort: the page may be going away, and a ceremony that stays open expires by itself.
export function cancel(ceremony) {
  return post(`/ceremonies/${ceremony}/cancel`, {}, true);
}

async function post(path, body, keepalive = false) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      cache: "no-store",
      keepalive,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return await read(response);
  } catch (error) {
    if (error.name === "TimeoutError") return { silent: "slow" };
    if (response) return { silent: "broken" };
    return { silent: navigator.onLine ? "unreachable" : "offline" };
  }
}

async function read(response) {
  if (response.status === 204) return { value: {} };
  const answer = await response.json();
  if (response.ok) return { value: answer };
  return { refused: { reason: answer.reason, detail: answer.detail, reference: answer.reference } };
}
