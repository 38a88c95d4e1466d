/**
 * The two builds of an app. Both leave the vendor libraries outside and give one module and one style sheet.
 *
 * preview: rolldown and Tailwind in this warm process, for the page that shows the app while it is written.
 * publish: Vite, minified, with names that hold a hash of the content.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BROWSERS, INLINE, VENDOR } from './libraries.mjs';
import { hash, place, readSource, ROOT, shortName, SRC, TOOLCHAIN } from './workspace.mjs';

const ENTRY = join(SRC, 'main.tsx');
const external = new Set(VENDOR);
const MOST_BYTES = 8_000_000;

/** What an import of a library may name. Everything else is refused with the list of what there is. */
function libraries() {
  return {
    name: 'vitrail-libraries',
    resolveId: {
      order: 'pre',
      async handler(source, importer, options) {
        if (external.has(source)) return { id: source, external: true };
        if (importer === undefined || !importer.startsWith(SRC) || source.startsWith('\0')) return null;
        if (/^(\.|@\/|\/)/.test(source)) {
          if (source.startsWith(PACKAGES)) return null; // written by `direct`
          const target = await this.resolve(source, importer, { ...options, skipSelf: true });
          if (target === null) this.error(at(importer, source, `${source} does not exist.`));
          if (!target.id.startsWith(`${SRC}/`)) this.error(at(importer, source, `${source} lies outside src/.`));
          return target;
        }
        const name = source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/');
        if (INLINE.includes(name)) return null;
        if (/\.css($|\?)/.test(importer)) return null; // Tailwind's own
        const known = [...VENDOR, ...INLINE].join(', ');
        this.error(at(importer, source, `${source} can't be imported. Libraries: ${known}.`));
      },
    },
    transform: {
      order: 'pre',
      filter: { id: /\.[jt]sx?$/, code: new RegExp(INLINE.join('|')) },
      handler(code, id) {
        return id.startsWith(SRC) ? { code: direct(code), map: null } : null;
      },
    },
  };
}

const PACKAGES = `${join(TOOLCHAIN, 'node_modules')}/`;
const BARREL = new RegExp(`import\\s*\\{([^}]*)\\}\\s*from\\s*(['"])(${INLINE.join('|')})\\2`, 'g');
let barrels = null;

/** `import { A, B } from 'lucide-react'` → an import of each from its own module, all in the same lines. */
function direct(code) {
  barrels ??= JSON.parse(readFileSync(join(TOOLCHAIN, 'barrels.json'), 'utf8'));
  return code.replace(BARREL, (whole, names, _quote, library) => {
    const imports = [];
    for (const part of names.split(',')) {
      const match = /^\s*(type\s+)?(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(part);
      if (match === null) {
        if (part.trim() === '') continue;
        return whole;
      }
      const [, type, name, alias = name] = match;
      if (type) continue; // types leave no trace in the build
      const where = Object.hasOwn(barrels[library], name) ? barrels[library][name] : null;
      if (where === null) return whole; // the bundler names what is missing
      imports.push(`import { ${where[1]} as ${alias} } from ${JSON.stringify(PACKAGES + where[0])}`);
    }
    return imports.join(';') + '\n'.repeat(names.split('\n').length - 1);
  });
}

/** An error with the place where `source` is imported. */
function at(importer, source, message) {
  const text = readFileSync(importer, 'utf8');
  const offset = Math.max(0, text.search(new RegExp(`(['"])${source.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1`)));
  return { message, id: importer, pos: offset };
}

const shared = {
  alias: { '@': SRC },
  // Files of the app's own become part of its code: the frame can't fetch anything.
  transform: { target: BROWSERS, jsx: { runtime: 'automatic' } },
};

export async function publish() {
  const { build } = await import('vite');
  const { default: tailwind } = await import('@tailwindcss/vite');
  return guarded(async () => {
    const { output } = await build({
      root: ROOT,
      configFile: false,
      envFile: false,
      publicDir: false,
      logLevel: 'silent',
      plugins: [libraries(), tailwind()],
      resolve: { alias: shared.alias },
      css: { postcss: { plugins: [] } },
      build: {
        write: false,
        target: BROWSERS,
        modulePreload: false,
        cssCodeSplit: false,
        assetsInlineLimit: () => true,
        reportCompressedSize: false,
        chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
        rolldownOptions: {
          input: ENTRY,
          preserveEntrySignatures: false,
          output: { format: 'es', codeSplitting: false, comments: false },
        },
      },
    });
    const chunk = output.find((file) => file.type === 'chunk');
    const css = output.filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
    return result(chunk, css.map((file) => String(file.source)).join('\n'));
  });
}

export async function preview() {
  const { rolldown } = await import('rolldown');
  return guarded(async () => {
    const sheets = [];
    const bundle = await rolldown({
      cwd: ROOT,
      onLog: () => undefined, // errors are thrown
      input: ENTRY,
      platform: 'browser',
      resolve: { alias: shared.alias },
      transform: { ...shared.transform, define: { 'process.env.NODE_ENV': '"production"' } },
      moduleTypes: { '.svg': 'dataurl', '.png': 'dataurl', '.jpg': 'dataurl', '.webp': 'dataurl', '.woff2': 'dataurl' },
      plugins: [
        libraries(),
        {
          name: 'vitrail-styles',
          load: {
            filter: { id: /\.css$/ },
            handler(id) {
              sheets.push(id);
              return { code: '', moduleType: 'js', moduleSideEffects: false };
            },
          },
        },
      ],
    });
    try {
      const { output } = await bundle.generate({ format: 'es', codeSplitting: false, comments: false });
      const styles = await Promise.all(sheets.sort().map(styleSheet));
      return result(output[0], styles.join('\n'));
    } finally {
      await bundle.close();
    }
  });
}

const compilers = new Map(); // style sheet → {text, compiler, scanner}

async function styleSheet(path) {
  const { compile } = await import('@tailwindcss/node');
  const { Scanner } = await import('@tailwindcss/oxide');
  const text = readFileSync(path, 'utf8');
  let known = compilers.get(path);
  if (known?.text !== text) {
    const compiler = await compile(text, { base: dirname(path), from: path, onDependency: () => undefined });
    const scanner = new Scanner({ sources: [{ base: SRC, pattern: '**/*', negated: false }] });
    known = { text, compiler, scanner };
    compilers.set(path, known);
  }
  return known.compiler.build(known.scanner.scan());
}

function result(chunk, css) {
  const entry = `app-${hash(chunk.code)}.js`;
  const files = { [entry]: chunk.code };
  const styles = [];
  if (css !== '') {
    styles.push(`style-${hash(css)}.css`);
    files[styles[0]] = css;
  }
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES) throw new Error(`The app's build has ${bytes} bytes; ${MOST_BYTES} is the most.`);
  const { tag } = JSON.parse(readFileSync(join(TOOLCHAIN, 'toolchain.json'), 'utf8'));
  return { manifest: { entry, styles, vendor: [...chunk.imports].sort(), toolchain: tag, bytes }, files, diagnostics: [] };
}

/** What the source does wrong comes back as findings; whatever else goes wrong is thrown. */
async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    const files = readSource();
    const all = Array.isArray(error?.errors) ? error.errors : [error];
    return { manifest: null, files: {}, diagnostics: all.slice(0, 20).map((one) => finding(one, files)) };
  }
}

function finding(error, files) {
  const plain = String(error.message ?? error).replace(/\u001b\[[0-9;]*m/g, '');
  // Where the bundler names no file, its drawing of the source does.
  const drawn = /\[ \S*?\b(src\/[^\s:]+):(\d+):(\d+) \]/.exec(plain);
  const path = error.id ?? error.loc?.file ?? (drawn === null ? '' : join(ROOT, drawn[1]));
  const text = files.get(path);
  let { line = 1, column = 1 } = error.loc ?? {};
  if (drawn !== null) [line, column] = [Number(drawn[2]), Number(drawn[3])];
  else if (typeof error.pos === 'number' && text !== undefined) ({ line, column } = place(text, error.pos));
  const message = plain
    .split(/\n\s*[╭│]/)[0]
    .replace(/^(\[[\w:-]+\]\s*)+/, '')
    .replaceAll(`${ROOT}/`, '')
    .slice(0, 1500);
  const file = path === '' ? shortName(ENTRY) : shortName(path.split('?')[0]);
  return { file, line, column, code: error.code ?? 'BUILD', message };
}
