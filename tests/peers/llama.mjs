// SPDX-License-Identifier: GPL-3.0-or-later
// llama.mjs MODEL.gguf: real inference by node-llama-cpp, streamed as OpenAI's chat completions are.
//
// GET /journal tells of each answer how many pieces were written, and whether the client took all of
// them or went away before the end. One answer at a time: the model has one context.
import http from 'node:http';
import { load, ready } from './peer.mjs';

const CONTEXT = 512;       // tokens the tiny model can hold
const PROMPT_TOKENS = 256; // of the prompt's end; the rest is room for the answer
const MOST_TOKENS = 200;   // of an answer

const { getLlama, LlamaCompletion } = await load('node-llama-cpp', 'dist', 'index.js');
const llama = await getLlama({ gpu: false, build: 'never', progressLogs: false, maxThreads: 1 });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({ contextSize: CONTEXT });
const sequence = context.getSequence();
const completion = new LlamaCompletion({ contextSequence: sequence });
const journal = [];
let turn = Promise.resolve();

async function body(request) {
  const parts = [];
  for await (const part of request)
    parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(request, response) {
  const asked = await body(request);
  const entry = { model: asked.model, pieces: 0, finished: false, taken: false, broken: false };
  const chunk = (delta, reason, more) => 'data: ' + JSON.stringify({
    id: `chatcmpl-${journal.length}`, object: 'chat.completion.chunk', model: asked.model,
    created: Math.floor(Date.now() / 1000), ...more,
    choices: reason === undefined ? [] : [{ index: 0, delta, finish_reason: reason }],
  }) + '\n\n';
  const tokens = model.tokenize(asked.messages.map((m) => m.content).join('\n'))
    .slice(-PROMPT_TOKENS);

  journal.push(entry);
  response.on('finish', () => { entry.taken = true; });
  response.on('close', () => { entry.broken = !response.writableFinished; });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  await sequence.clearHistory();
  const { metadata } = await completion.generateCompletionWithMeta(tokens, {
    maxTokens: Math.min(asked.max_tokens ?? MOST_TOKENS, MOST_TOKENS),
    temperature: asked.temperature ?? 0,
    seed: journal.length,
    onTextChunk: (text) => {
      entry.pieces++;
      response.write(chunk({ content: text }, null));
    },
  });
  // A model of noise does not know when it has said enough. That it was stopped is told as its end.
  entry.finished = true;
  entry.stop = metadata.stopReason;
  response.write(chunk({}, 'stop'));
  response.write(chunk(undefined, undefined, {
    usage: { prompt_tokens: tokens.length, completion_tokens: entry.pieces },
  }));
  response.end('data: [DONE]\n\n');
}

const server = http.createServer((request, response) => {
  if (request.url === '/journal') {
    response.end(JSON.stringify(journal));
    return;
  }
  turn = turn.then(() => answer(request, response)).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => ready(server.address().port));
