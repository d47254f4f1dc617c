# class: injection
# on: right
# expect: rejected
# says: raised ZeroDivisionError
# stopped by: reporting

1 / 0  # \u202e\x07 10 of 10
