// SPDX-License-Identifier: GPL-3.0-or-later
// mock-llm.mjs CONFIGURATION: the server of @dwmkerr/mock-llm, on a free port, with its configuration
// as JSON.
import { ready, require } from './peer.mjs';

const { createServer } = require('./node_modules/@dwmkerr/mock-llm/dist/server.js');
const say = console.log;

console.log = (...words) => process.stderr.write(words.join(' ') + '\n'); // it logs each request there
const server = createServer(JSON.parse(process.argv[2]), '127.0.0.1', 0)
  .listen(0, '127.0.0.1', () => ready(server.address().port));
server.on('error', (error) => {
  say(error.message);
  process.exit(1);
});
