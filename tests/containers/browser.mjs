// SPDX-License-Identifier: GPL-3.0-or-later
// A headless Chromium that does what it is told: one JSON object a line comes in, one goes out.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const require = createRequire(process.argv[2] + '/');
const { chromium } = require('playwright-core');

const browser = await chromium.launch({
  executablePath: process.argv[3],
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update', '--no-proxy-server'],
});
const context = await browser.newContext({
  viewport: { width: 1100, height: 800 }, ignoreHTTPSErrors: true,
});
const page = await context.newPage();
const seen = [];
page.on('request', (request) => seen.push(request.url()));
page.on('websocket', (socket) => seen.push(socket.url()));

const actions = {
  async goto({ url }) {
    const response = await page.goto(url);
    return { status: response.status(), url: page.url() };
  },
  async fetch({ url, options }) {
    return page.evaluate(async ([where, how]) => {
      const answer = await fetch(where, how);
      return { status: answer.status, text: await answer.text() };
    }, [url, options]);
  },
  // Whether a page of this origin gets a WebSocket there.
  async websocket({ url }) {
    return page.evaluate((where) => new Promise((resolve) => {
      const socket = new WebSocket(where, ['broadway']);
      socket.onopen = () => { socket.close(); resolve({ open: true }); };
      socket.onerror = () => resolve({ open: false });
    }), url);
  },
  async click({ x, y }) { await page.mouse.click(x, y); return {}; },
  async type({ text }) { await page.keyboard.type(text, { delay: 5 }); return {}; },
  async press({ key }) { await page.keyboard.press(key); return {}; },
  async shot({ path }) { await page.screenshot({ path }); return {}; },
  async requests() { return { urls: seen }; },
  async text() { return { text: await page.evaluate(() => document.body.innerText) }; },
};

process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = await actions[command.do](command);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
