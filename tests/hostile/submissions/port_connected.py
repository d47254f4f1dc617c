# class: network
# on: right
# expect: full
# stopped by: files, calls

import socket

try:
    with socket.create_connection(("127.0.0.1", FACTS["port"]), timeout=1) as connection:
        got(connection.getpeername())
except OSError:
    pass
