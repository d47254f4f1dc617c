# class: network
# on: right
# expect: full
# stopped by: files, calls

import socket

try:
    with socket.create_server(("127.0.0.1", 0)) as server:
        got(server.getsockname())
except OSError:
    pass
