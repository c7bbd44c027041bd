"""Scan a link with an emulated phone and answer with its codes, right and wrong ones."""

import pyotp

from counterfoil_devices.emulated import HandClock, Phone, Quirk, UnreadableLink

clock = HandClock(at=1_800_000_000)  # seconds since 1970; it moves only when it is told to


class YourService:
    """Stands for yours: here it is pyotp with one person. Put your own in its place."""

    def __init__(self):
        self.totp = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", digits=8)
        self.last_step = 0

    def link(self):
        return self.totp.provisioning_uri(name="ann", issuer_name="Example")

    def sign_in(self, code):
        now = clock.now() // 30
        for step in (now - 1, now, now + 1):
            if step > self.last_step and code == self.totp.generate_otp(step):
                self.last_step = step
                return True
        return False


def expect(what, is_so):
    print(f"{what}: {'yes' if is_so else 'NO'}")
    if not is_so:
        raise SystemExit("your service does something else")


service = YourService()
phone = Phone(clock)
entry = phone.scan(service.link())
print(f"the phone shows “{entry.name}” and {phone.code(entry)} for {phone.seconds_left(entry)} s")

code = phone.code(entry)
expect("the code on the phone is right", service.sign_in(code))
expect("a second time it is refused", not service.sign_in(code))
clock.wait(phone.seconds_left(entry))
expect("the phone goes on to the next code", phone.code(entry) != code)
expect("which is right, too", service.sign_in(phone.code(entry)))

clock.wait(60)
code = phone.code(entry)
clock.wait(60)
expect("a code of two steps ago is refused", not service.sign_in(code))

phone.skew_s = -29
expect("a phone that is slow by 29 s still gets in", service.sign_in(phone.code(entry)))
clock.wait(300)
phone.skew_s = -90
expect("one that is slow by 90 s does not", not service.sign_in(phone.code(entry)))
phone.skew_s = 0

# Some apps show six digits whatever the link says. If you ask for eight, know what you do then.
with phone.with_quirks(Quirk.IGNORES_DIGITS):
    expect("an app that ignores the digits gets in nowhere", not service.sign_in(phone.code(entry)))

try:
    phone.scan(service.link().replace("digits=8", "digits=4"))
except UnreadableLink as refused:
    print(f"a link that apps cannot read: {refused}")
