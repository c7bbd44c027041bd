"""What a signed-in person comes back to: tokens, sessions, activity, applications, profile."""

from counterfoil.http.account import activity, applications, profile, sessions, tokens

routes = [
    *tokens.routes,
    *sessions.routes,
    *activity.routes,
    *applications.routes,
    *profile.routes,
]
