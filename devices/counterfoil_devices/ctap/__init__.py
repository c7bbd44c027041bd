"""FIDO security keys at a workstation, through python-fido2.

attached.py  which are attached to USB, and which of them may not be opened
"""
