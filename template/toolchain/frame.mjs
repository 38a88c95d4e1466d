/** Builds the frame document: `node frame.mjs FRAME OUT`. The page's nonce is put in when it is served. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { BROWSERS } from './libraries.mjs';

const [folder, out] = process.argv.slice(2);
const bundle = await rolldown({ input: join(folder, 'bootstrap.ts'), transform: { target: BROWSERS } });
const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
await bundle.close();
const { code } = output[0];
if (output.length !== 1 || /<\/script|<!--/i.test(code)) throw new Error('The bootstrap can not stand in a script element.');
const page = await readFile(join(folder, 'bootstrap.html'), 'utf8');
await writeFile(out, page.replace('%BOOTSTRAP%', () => code.trim()));
