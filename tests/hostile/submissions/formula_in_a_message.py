# class: injection
# on: right
# expect: none
# says: =cmd
# stopped by: reporting

def step(x, h_prev, p):
    raise type("=cmd|'/c calc'!A1", (Exception,), {})("=HYPERLINK(\"http://example.org\")\t@SUM(1)\n+1;-1,\"")
