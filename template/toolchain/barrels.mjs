/**
 * Writes OUT: for each big library that re-exports many small modules, which module an exported name comes from. An
 * app's build then reads the few modules that the app uses instead of all of them: `node barrels.mjs ROOT OUT`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { INLINE } from './libraries.mjs';

const [root, out] = process.argv.slice(2);
const barrels = {};
for (const library of INLINE) {
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', library, 'package.json'), 'utf8'));
  const main = join(root, 'node_modules', library, manifest.module ?? './index.js');
  barrels[library] = Object.fromEntries(exportsOf(main, root));
}
writeFileSync(out, JSON.stringify(barrels));

/** Exported name → [path below node_modules, name there]. */
function exportsOf(file, top) {
  const found = new Map();
  for (const node of parseAst(readFileSync(file, 'utf8')).body) {
    if (!node.type.startsWith('Export')) continue;
    const from = node.source ? join(dirname(file), node.source.value) : null;
    const below = (path) => path.slice(join(top, 'node_modules').length + 1);
    if (node.type === 'ExportAllDeclaration' && node.exported === null) {
      for (const [name, where] of exportsOf(from, top)) if (name !== 'default') found.set(name, where);
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const { local, exported } of node.specifiers) {
        found.set(exported.name, from === null ? [below(file), exported.name] : [below(from), local.name]);
      }
      const declared = node.declaration?.declarations ?? (node.declaration ? [node.declaration] : []);
      for (const { id } of declared) found.set(id.name, [below(file), id.name]);
    }
  }
  return found;
}
