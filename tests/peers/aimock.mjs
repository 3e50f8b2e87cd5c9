// SPDX-License-Identifier: GPL-3.0-or-later
// aimock.mjs FIXTURES [KEY]: the server of @copilotkit/aimock with fixtures in its own form, as JSON.
// With a key it answers whoever has another one with 401.
//
// In place of a fixed response one may say {"report": N}: a report of N sentences, each taken from
// another passage of the prompt and cited, as a model that keeps to its sources would write it; or
// {"insights": N}: as many insights, each a passage's own words.
import { load, ready } from './peer.mjs';
import { passages } from './passages.mjs';

const { LLMock } = await load('@copilotkit', 'aimock', 'dist', 'index.js');
const HEADING = '## What the passages say\n\n';

function report(request, count) {
  const cited = passages(request.messages).slice(0, count);
  if (cited.length === 0)
    return { content: 'There is no passage in this prompt.' };
  return { content: HEADING + cited.map((p) => `- ${p.sentence} [${p.number}]\n`).join('') };
}

function insights(request, count) {
  const found = passages(request.messages).slice(0, count);
  return { content: JSON.stringify(found.map((p) => ({ text: p.sentence, passages: [p.number] }))) };
}

function made(response) {
  if (response.report)
    return (request) => report(request, response.report);
  if (response.insights)
    return (request) => insights(request, response.insights);
  return response;
}

const [fixtures, key] = process.argv.slice(2);
const mock = new LLMock({ port: 0, logLevel: 'silent', ...(key ? { auth: { apiKeys: [key] } } : {}) });
for (const fixture of JSON.parse(fixtures))
  mock.addFixture({ ...fixture, response: made(fixture.response) });
await mock.start();
ready(new URL(mock.url).port);
