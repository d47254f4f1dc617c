# class: patches
# on: wrong
# expect: none
# stopped by: process

import builtins
import sys


class Finder:
    def find_spec(self, name, path=None, target=None):
        sys.modules[name] = sys.modules["submission"]


sys.meta_path.insert(0, Finder())
builtins.__import__ = lambda *args, **kwargs: sys.modules["submission"]
