# class: injection
# on: right
# expect: none
# says: <script>alert
# stopped by: reporting

def step(x, h_prev, p):
    raise ValueError("<script>alert(1)</script><img src=x onerror=alert(1)>]]></td>&#x3c;[bold red]10[/]{{7*7}}")
