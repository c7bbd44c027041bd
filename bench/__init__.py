"""CPU per request of the real server, beside an empty route in the same run: `./dev bench`.

__main__.py   what is typed and what is printed
run.py        rounds: every case in turn, the empty route before each
cases.py      what is measured, in the order of one sign-in
visit.py      one person's way from the application to the token, as requests and answers
place.py      a database, people with emulated keys, a client; SQLite or PostgreSQL
served.py     the server's process: the real application and the empty route
process.py    that process from outside: its CPU time and memory
wire.py       the other side: keep-alive connections, each with one request under way
figures.py    PURE: windows become rows
report.py     rows become a table or JSON
"""
