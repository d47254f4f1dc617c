# class: network
# on: right
# expect: full
# stopped by: files, calls

import socket

try:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(FACTS["socket"])
        got(FACTS["socket"])
except OSError:
    pass
