"""`counterfoil dev`: the main job in front of your eyes, then a place to try it by hand.

places.py    the data folder, and what is kept in it
setup.py     the database, the clients, the demonstration's people
servers.py   the service and the sample application, on this machine only
sample/      an application that people sign in to, and its protected API
errands.py   the emulated person, a program of its own
story.py     the steps, and what each must show
"""
