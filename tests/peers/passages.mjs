// SPDX-License-Identifier: GPL-3.0-or-later
// The numbered passages of a prompt, as a model sees them.

const PASSAGE = /<<<passage (\d+)\b[^\n]*>>>\n([\s\S]*?)(?=\n<<<)/g;
const SENTENCE = /[A-Z][^.!?\n[\]<>*_`|#]{30,300}[.!?](?=\s|$)/;

/** {number, sentence} of each passage that holds a whole plain sentence. */
export function passages(messages) {
  const text = messages.filter((m) => m.role === 'user').map((m) => m.content).join('\n');
  const found = [];
  for (const [, number, body] of text.matchAll(PASSAGE)) {
    const sentence = SENTENCE.exec(body.replace(/\s*\n\s*/g, ' '));
    if (sentence)
      found.push({ number: Number(number), sentence: sentence[0] });
  }
  return found;
}
