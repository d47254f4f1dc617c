# class: signals
# on: right
# expect: full
# stopped by: judge

# The alarm outlives the judge; taking it away is refused or harmless, since the judge's own clock decides.
import signal

try:
    signal.alarm(0)
except OSError:
    pass
