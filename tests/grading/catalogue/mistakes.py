"""The catalogue: every mistake that people make in cells written by hand, by section."""

import gated
import lstm_backward
import lstm_forward
import sequences
import vanilla

SECTIONS = {
    "LSTM forward": lstm_forward.ENTRIES,
    "LSTM backward": lstm_backward.ENTRIES,
    "simple recurrent network": vanilla.ENTRIES,
    "GRU": gated.ENTRIES,
    "sequences, batches, NumPy": sequences.ENTRIES,
}
CATALOGUE = [entry for entries in SECTIONS.values() for entry in entries]
#: What is found out so slowly that a default run does without.
SLOW = {"sums-add-themselves", "local-of-the-last-step", "clipping-left-out"}
