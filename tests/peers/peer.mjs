// SPDX-License-Identifier: GPL-3.0-or-later
// What the peers' scripts share: where the packages are, how they tell their port, when they end.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.env.SORTIE_PEERS_DIR;

if (!folder) {
  process.stderr.write('SORTIE_PEERS_DIR is not set: run this by ./dev test peers\n');
  process.exit(1);
}

/** A file of an installed package, as an absolute path. */
export const installed = (...names) => path.join(folder, 'node_modules', ...names);

/** An ECMAScript module of an installed package, by its file: an import by name would look for it
 * beside this script. */
export const load = (...names) => import(pathToFileURL(installed(...names)).href);

/** The same for a CommonJS module. */
export const require = createRequire(path.join(folder, 'peer.cjs'));

/** Tell the test where the server listens. The test closes our standard input when it is through. */
export function ready(port) {
  process.stdin.on('end', () => process.exit(0)).resume();
  process.stdout.write(`listening on ${port}\n`);
}
