# class: look-alikes
# on: right
# expect: none
# says: There is no function step: .* holds CYRILLIC
# stopped by: judge

# The p of the first is Cyrillic: what is defined again is another name.
steр = step
del step
