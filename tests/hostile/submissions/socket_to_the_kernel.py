# class: network
# on: right
# expect: full
# stopped by: calls

import socket

try:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as connection:
        got(connection)
except OSError:
    pass
