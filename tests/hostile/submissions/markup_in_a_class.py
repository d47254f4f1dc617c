# class: injection
# on: right
# expect: none
# says: step raised “<b>Full
# stopped by: reporting

def step(x, h_prev, p):
    raise type("<b>Full</b> [red]marks[/red]", (Exception,), {})("</script>")
