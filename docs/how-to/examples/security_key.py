"""Register and sign in with an emulated security key, then see what must be refused."""

import json

import webauthn
from webauthn.helpers.exceptions import InvalidAuthenticationResponse

from counterfoil_devices.emulated import Browser, EmulatedDevice, Misbehave, SecurityKey, World

RP_ID, ORIGIN = "login.example", "https://login.example"


class YourService:
    """Stands for yours: here it is py_webauthn with one person. Put your own in its place."""

    def registration_options(self):
        options = webauthn.generate_registration_options(
            rp_id=RP_ID, rp_name="Example", user_name="ann"
        )
        self.challenge = options.challenge
        return json.loads(webauthn.options_to_json(options))

    def register(self, response):
        self.known = webauthn.verify_registration_response(
            credential=response,
            expected_challenge=self.challenge,
            expected_rp_id=RP_ID,
            expected_origin=ORIGIN,
        )
        self.counter = self.known.sign_count

    def sign_in_options(self):
        options = webauthn.generate_authentication_options(rp_id=RP_ID)
        self.challenge = options.challenge
        return json.loads(webauthn.options_to_json(options))

    def sign_in(self, response):
        verified = webauthn.verify_authentication_response(
            credential=response,
            expected_challenge=self.challenge,
            expected_rp_id=RP_ID,
            expected_origin=ORIGIN,
            credential_public_key=self.known.credential_public_key,
            credential_current_sign_count=self.counter,
        )
        self.counter = verified.new_sign_count
        return verified


# A key with a PIN, in a browser whose person knows the PIN and touches the key when it blinks.
world = World.by_hand(pin="2580")
key = SecurityKey(world, pin="2580")
browser = Browser(EmulatedDevice(key), world)

service = YourService()
options = service.registration_options()
options["authenticatorSelection"] = {"residentKey": "required"}
service.register(browser.create(options, ORIGIN))
print("registered")

verified = service.sign_in(browser.get(service.sign_in_options(), ORIGIN))
assert verified.user_verified
print("signed in, with the PIN")

# Each of these is a key that no service may let in.
for fault in (
    Misbehave.WRONG_SIGNATURE,
    Misbehave.COUNTER_STANDS_STILL,
    Misbehave.NO_USER_PRESENCE,
):
    service.sign_in(browser.get(service.sign_in_options(), ORIGIN))  # honest once more
    options = service.sign_in_options()
    with key.misbehaving(fault):
        response = browser.get(options, ORIGIN)
    try:
        service.sign_in(response)
    except InvalidAuthenticationResponse:
        print(f"refused: {fault.value}")
    else:
        raise SystemExit(f"your service let this in: {fault.value}")

# An answer is good for one challenge.
response = browser.get(service.sign_in_options(), ORIGIN)
service.sign_in_options()
try:
    service.sign_in(response)
except InvalidAuthenticationResponse:
    print("refused: the answer to another challenge")
else:
    raise SystemExit("your service let in the answer to another challenge")
