"""Small things with sharp edges: clock, entropy, ids, base64url, strict JSON, sealing."""
