/**
 * Type checking with a warm TypeScript 7: its native process stays, and of a changed app only the changed files and what
 * imports them are checked again. Files that are as the template has them were checked when the toolchain was built.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { API, DiagnosticCategory } from 'typescript/unstable/async';
import { CATALOG, hash, place, PRISTINE, readSource, ROOT, shortName, SRC, TSCONFIG } from './workspace.mjs';

const CODE = /\.(ts|tsx|mts|cts)$/;
const IMPORTED = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/** Diagnostic codes whose text tells a person less than it could. */
const ADVICE = {
  2307: 'Only the libraries named in the guide can be imported.',
  2305: 'Look at what the module exports before importing from it.',
};

export class Types {
  #api = new API({ cwd: ROOT });
  #opened = false;
  #seen = new Map(); // path → text that the current snapshot holds
  #clean = new Map(); // path → fingerprint of the file and all it imports, when it was last without a finding
  #turn = Promise.resolve();
  #project = null;

  /** Loads libraries and catalog before anybody asks, so that the first check has only the app left. */
  async preload() {
    if (existsSync(TSCONFIG) && existsSync(CATALOG)) await this.#exclusive(() => this.#refresh());
  }

  /** Every finding in the source, sorted by file and line. */
  check() {
    return this.#exclusive(async () => {
      const { project, files } = await this.#refresh();
      const prints = fingerprints(files);
      const stale = [...files.keys()].filter((path) => CODE.test(path) && !this.#known(path, prints, files));
      const found = [];
      for (const path of stale) {
        const own = [
          ...(await project.program.getSyntacticDiagnostics(path)),
          ...(await project.program.getSemanticDiagnostics(path)),
        ].filter((one) => one.category === DiagnosticCategory.Error);
        if (own.length === 0) this.#clean.set(path, prints.get(path));
        else this.#clean.delete(path);
        found.push(...own.map((one) => finding(one, files)));
      }
      found.push(...(await project.program.getProgramDiagnostics()).map((one) => finding(one, files)));
      return found.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
    });
  }

  /** Calls `use(project, files)` while nothing else changes the snapshot. */
  withProject(use) {
    return this.#exclusive(async () => {
      const { project, files } = await this.#refresh();
      return use(project, files);
    });
  }

  close() {
    return this.#api.close();
  }

  #exclusive(work) {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  #known(path, prints, files) {
    if (this.#clean.get(path) === prints.get(path)) return true;
    return closure(path, files).every((each) => PRISTINE.get(shortName(each)) === hash(files.get(each) ?? ''));
  }

  async #refresh() {
    const files = readSource();
    files.set(CATALOG, existsSync(CATALOG) ? readFileSync(CATALOG, 'utf8') : '');
    const fileChanges = { changed: [], created: [], deleted: [] };
    for (const [path, text] of files) {
      if (!this.#seen.has(path)) fileChanges.created.push(path);
      else if (this.#seen.get(path) !== text) fileChanges.changed.push(path);
    }
    for (const path of this.#seen.keys()) if (!files.has(path)) fileChanges.deleted.push(path);
    const changed = Object.values(fileChanges).some((paths) => paths.length > 0);
    if (!this.#opened || changed) {
      const snapshot = await this.#api.updateSnapshot(this.#opened ? { fileChanges } : { openProjects: [TSCONFIG] });
      this.#opened = true;
      this.#seen = new Map(files);
      this.#project = snapshot.getProject(TSCONFIG) ?? snapshot.getProjects()[0];
      if (this.#project === undefined) throw new Error('TypeScript opened no project.');
    }
    files.delete(CATALOG);
    return { project: this.#project, files };
  }
}

function finding({ fileName, pos, code, text, messageChain }, files) {
  const path = fileName ?? '';
  const content = files.get(path);
  const { line, column } = content === undefined ? { line: 1, column: 1 } : place(content, pos);
  const parts = [text, ...(messageChain ?? []).slice(0, 3).map((part) => part.text), ADVICE[code] ?? ''];
  const message = parts.filter((part) => part !== '').join(' ').slice(0, 1000);
  return { file: path === '' ? '' : shortName(path), line, column, code: `TS${code}`, message };
}

/** Path → a print of its text and of the text of everything in src/ that it imports, and of the catalog. */
function fingerprints(files) {
  const catalog = existsSync(CATALOG) ? readFileSync(CATALOG, 'utf8') : '';
  // A declaration of global things reaches files that import nothing.
  const global = [...files].filter(([, text]) => /\bdeclare\s+(global|module)\b/.test(text)).map(([, text]) => text);
  const common = hash([catalog, ...global].join('\0'));
  return new Map(
    [...files.keys()].map((path) => {
      const texts = closure(path, files).map((each) => `${each}\0${files.get(each) ?? ''}`);
      return [path, hash([common, ...texts].join('\0'))];
    }),
  );
}

/** The file and everything in src/ that it imports, however far. */
function closure(path, files) {
  const found = new Set([path]);
  for (const each of found) {
    for (const [, , specifier] of (files.get(each) ?? '').matchAll(IMPORTED)) {
      const target = targetOf(specifier, each, files);
      if (target !== null) found.add(target);
    }
  }
  return [...found].sort();
}

function targetOf(specifier, from, files) {
  let base;
  if (specifier.startsWith('@/')) base = join(SRC, specifier.slice(2));
  else if (specifier.startsWith('.')) base = resolve(dirname(from), specifier);
  else return null;
  for (const end of ['', '.ts', '.tsx', '/index.ts', '/index.tsx']) if (files.has(base + end)) return base + end;
  return base; // not there: when it appears, the print changes
}
