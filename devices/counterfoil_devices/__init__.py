"""counterfoil at a workstation: readers, keys and cards, and emulated tokens for tests.

readers.py  which PC/SC readers are attached
ctap/       which FIDO security keys are attached to USB, and what stands in their way
doctor.py   what a workstation needs for both
cli.py      the command `counterfoil-agent`
emulated/   tokens in software, byte for byte; production code never imports it
"""
