# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents to measure with: made up, but of real words in likely order, and the same each time.

A word follows the two before it as it does somewhere in data/sample/, so that frequent words are
frequent and rare ones rare, and the missions' questions have something to be answered from.
"""
import html
import pathlib
import random
import re

SAMPLE = pathlib.Path(__file__).resolve().parents[1] / "data/sample"
SEED = 1
SENTENCES = (3, 8)    # of a paragraph
PARAGRAPHS = (4, 12)  # of a document
LONGEST = 40          # words of a sentence

# Answered from these documents; used in turn.
MISSIONS = (
    "How does a system on Redis Streams keep working when a worker crashes?",
    "Compare retries with dead letters.",
    "What are the advantages and disadvantages of extractive summarisation?",
    "What does a circuit breaker do, and when does it open?",
)


def _sample_text():
    """The sample's prose: Markdown and HTML without their marks."""
    for path in sorted([*SAMPLE.glob("*.md"), *SAMPLE.glob("*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.S))
        yield re.sub(r"```.*?```|[#*_`|>\[\]]", " ", text, flags=re.S)


class _Speaker:
    def __init__(self):
        self.random = random.Random(SEED)
        self.following, self.beginnings = {}, []
        for text in _sample_text():
            words = text.split()
            for first, second, third in zip(words, words[1:], words[2:]):
                self.following.setdefault((first, second), []).append(third)
                if first.endswith(".") and second[0].isupper():
                    self.beginnings.append((second, third))

    def sentence(self):
        words = list(self.random.choice(self.beginnings))
        while not words[-1].endswith((".", "?", "!")) and len(words) < LONGEST:
            words.append(self.random.choice(self.following.get(tuple(words[-2:]), ["."])))
        return " ".join(words).rstrip(".,;:") + "."

    def paragraph(self):
        return " ".join(self.sentence() for _ in range(self.random.randint(*SENTENCES)))

    def document(self):
        title = self.sentence()[:60].rstrip(".")
        count = self.random.randint(*PARAGRAPHS)
        return "\n\n".join([title, *(self.paragraph() for _ in range(count))]) + "\n"


def write(folder, n):
    """Write n text files; how many bytes they have together."""
    speaker = _Speaker()
    total = 0
    folder.mkdir()
    for number in range(n):
        data = speaker.document().encode()
        (folder / f"document-{number:05}.txt").write_bytes(data)
        total += len(data)
    return total
