"""Submissions run in this very process: for what is about their numbers or their lines, not about isolation."""

from gatecheck.grading.exchange import calls
from gatecheck.grading.inside.worker import Submission
from gatecheck.grading.transcript import Answer


class Ran:
    """A submission that has been loaded, with what a course puts around it; what it may do is not limited."""

    def __init__(self, source, kit, modules=()):
        self.kit = kit
        self._module = Submission("student.py", memory_mib=512)
        self._module.provide({**dict(modules), **kit.layout.convention.modules})
        assert self._module.load(source.encode(), kit.layout.convention.definitions) is None
        self._module.adapt(kit.layout.adapter)
        self._made = 0

    def answers(self, made):
        """What becomes of calls."""
        self._made += len(made)
        told = [self._module.make(vars(call), 1 << 24) for call in made]
        return [Answer(a["status"], a["value"]) for a in told]

    def of(self, sample, *roles):
        """The answers of some functions on a sample, by role, each called once and in this order."""
        places, found = {}, {}
        for role in roles:
            places[role] = self._made
            (found[role],) = self.answers(calls(self.kit.layout, role, sample.of(role), places))
        return found
