# class: network
# on: right
# expect: full
# stopped by: calls

import socket

try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        got(sender.sendto(b"the inputs", ("127.0.0.1", FACTS["port"])))
except OSError:
    pass
