/** The workspace's source as it is now, and where it lies. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = process.env.VITRAIL_WORKSPACE ?? '/workspace';
export const SRC = join(ROOT, 'src');
export const CATALOG = join(ROOT, '.vitrail', 'catalog.ts');
export const TSCONFIG = join(ROOT, 'tsconfig.json');
export const TOOLCHAIN = join(import.meta.dirname, '..');

const MOST_FILES = 1000;

/** A failure that the one who wrote the source can mend. */
export class SourceError extends Error {}

/** Path → content of every file under src/. Links are not followed. */
export function readSource() {
  const files = new Map();
  const folders = [SRC];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      continue; // not there yet, or gone while we looked
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.set(path, readFileSync(path, 'utf8'));
      if (files.size > MOST_FILES) throw new SourceError(`src/ holds more than ${MOST_FILES} files.`);
    }
  }
  return files;
}

const pristine = join(TOOLCHAIN, 'pristine.json');

/** Files as the template has them (`src/components/…` → hash of the text): checked when the toolchain was built. */
export const PRISTINE = new Map(existsSync(pristine) ? Object.entries(JSON.parse(readFileSync(pristine, 'utf8'))) : []);

/** `src/App.tsx` for `/workspace/src/App.tsx`. */
export function shortName(path) {
  return relative(ROOT, path).replaceAll('\\', '/');
}

export function hash(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Line and column, from 1, of an offset. */
export function place(text, offset) {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}
