/**
 * Prebuilds the vendor libraries: `node vendor.mjs ROOT OUT`, with ROOT/node_modules filled.
 *
 * One build for all of them, so that what two share is one chunk. Chunks import one another by bare specifiers
 * (`~/chunk-HASH.js`), which the frame's import map resolves: blob modules have no address to be relative to. File names hold
 * a hash of the content. Writes OUT/vendor.json: specifier → {file, bytes, imports}.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { BROWSERS, COMMONJS, VENDOR, WITH_DEFAULT } from './libraries.mjs';

const [root, out] = process.argv.slice(2);
const require = createRequire(join(root, 'package.json'));
const SHIM = '\0vendor:';

/** An entry that exports what the library has. A CommonJS module would only export `default`. */
function shim(specifier) {
  const from = JSON.stringify(specifier);
  if (COMMONJS.has(specifier)) {
    const named = Object.keys(require(specifier)).filter((name) => name !== 'default');
    return `import library from ${from};\nexport default library;\nexport const { ${named.join(', ')} } = library;`;
  }
  return `export * from ${from};${WITH_DEFAULT.has(specifier) ? `\nexport { default } from ${from};` : ''}`;
}

const bundle = await rolldown({
  onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log), // "use client" means nothing here
  cwd: root,
  input: Object.fromEntries(VENDOR.map((name) => [name.replace(/^@/, '').replaceAll('/', '-'), SHIM + name])),
  platform: 'browser',
  transform: { target: BROWSERS, jsx: { runtime: 'automatic' }, define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [
    {
      name: 'vendor-entries',
      resolveId: {
        handler(id, importer) {
          if (id.startsWith(SHIM)) return id;
          if (importer?.startsWith(SHIM)) return this.resolve(id, join(root, 'package.json'), { skipSelf: true });
          return null;
        },
      },
      load(id) {
        return id.startsWith(SHIM) ? { code: shim(id.slice(SHIM.length)), moduleType: 'js' } : null;
      },
    },
  ],
});
const { output } = await bundle.generate({
  format: 'es',
  minify: true,
  entryFileNames: '[name]-[hash].js',
  chunkFileNames: 'chunk-[hash].js',
  comments: false,
});
await bundle.close();

for (const { fileName, type } of output) {
  if (type !== 'chunk') throw new Error(`The vendor build made ${fileName}, which is no module.`);
}
// An entry is known by the library's name, a chunk that libraries share by its file's.
const names = Object.fromEntries(
  output.map((chunk) => [
    `./${chunk.fileName}`,
    chunk.isEntry ? chunk.facadeModuleId.slice(SHIM.length) : `~/${chunk.fileName}`,
  ]),
);
const modules = {};
await mkdir(out, { recursive: true });
for (const chunk of output) {
  const { code, imports } = bare(chunk.code);
  modules[names[`./${chunk.fileName}`]] = { file: chunk.fileName, bytes: Buffer.byteLength(code), imports };
  await writeFile(join(out, chunk.fileName), code);
  // Compressed once, here, and served as they are.
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  await writeFile(join(out, `${chunk.fileName}.br`), brotliCompressSync(code, quality));
  await writeFile(join(out, `${chunk.fileName}.gz`), gzipSync(code, { level: 9 }));
}
await writeFile(join(out, 'vendor.json'), `${JSON.stringify({ modules }, null, 1)}\n`);

/** The code with `./chunk-HASH.js` replaced by the name that the import map knows, and the names it imports. */
function bare(code) {
  const imports = new Set();
  const places = [];
  for (const node of parseAst(code).body) if (node.source) places.push(node.source);
  let text = code;
  for (const { start, end, value } of places.reverse()) {
    const name = names[value];
    if (name === undefined) throw new Error(`A vendor module imports ${value}, which is not in the set.`);
    imports.add(name);
    text = `${text.slice(0, start)}${JSON.stringify(name)}${text.slice(end)}`;
  }
  return { code: text, imports: [...imports].sort() };
}
