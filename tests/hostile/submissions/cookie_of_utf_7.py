# class: encodings
# on: nothing
# expect: refused
# says: declares the encoding utf-7
# stopped by: intake
# make: b"#!/usr/bin/python\n# -*- coding: utf-7 -*-\n+AGkAbQBwAG8AcgB0- os\n"
