/**
 * Which fields of which explores the source asks. The server answers an app only these.
 *
 * Fields are found in the arguments of the SDK's calls. What stands there literally is taken from the syntax tree; a
 * constant is followed to its value; anything else counts by its type, when that is a union of literals. What remains is
 * reported as unresolved, with its place. Finding too little is safe (the server refuses the rest), so nothing is guessed.
 */
import { SyntaxKind as Kind } from 'typescript/unstable/ast';
import { SymbolFlags } from 'typescript/unstable/async';
import { branchesOf, isConst, isNothing, memoized, READABLE, unwrapped } from './syntax.mjs';
import { hash, place, PRISTINE, shortName } from './workspace.mjs';

const FIELD_LISTS = new Set(['dimensions', 'metrics']);
const FILTER_LISTS = new Set(['filters', 'metricFilters']);
const METHODS = new Set([...FIELD_LISTS, ...FILTER_LISTS, 'sorts', 'tableCalculations', 'earlier']);
const WORTH_READING = /@vitrail\/sdk|\.(dimensions|metrics|filters|metricFilters|sorts|earlier)\s*\(/;
const SDK_CALLS = new Set(['query', 'useFilterValues']);
/** Aliases of the SDK that mean "any field". */
const ANY_FIELD = new Set(['DimensionId', 'MetricId', 'FieldId', 'ExploreName', 'Filter', 'Condition', 'Sort']);
const DEPTH = 12;

class Unresolved extends Error {}

export async function references(project, files) {
  const reader = new Reader(project, files);
  for (const [path, text] of files) {
    // The template's own components ask nothing by themselves.
    const written = PRISTINE.get(shortName(path)) !== hash(text);
    if (written && /\.tsx?$/.test(path) && WORTH_READING.test(text)) await reader.read(path);
  }
  return reader.result();
}

class Reader {
  #checker;
  #program;
  #files;
  #fields = new Map(); // explore → Set of field ids
  #calculations = new Set();
  #unresolved = [];
  #roots = new Map(); // a chain's first call → its explores

  constructor(project, files) {
    this.#checker = project.checker;
    this.#program = project.program;
    this.#files = files;
  }

  result() {
    const explores = {};
    for (const explore of [...this.#fields.keys()].sort()) {
      const fields = [...this.#fields.get(explore)].filter((id) => !this.#calculations.has(id));
      explores[explore] = { fields: fields.sort() };
    }
    return { explores, savedCharts: [], unresolved: this.#unresolved };
  }

  async read(path) {
    const source = await this.#program.getSourceFile(path);
    if (source === undefined) return;
    this.#roots = new Map();
    const calls = [];
    const visit = (node) => {
      if (node.kind === Kind.CallExpression) calls.push(node);
      node.forEachChild(visit);
    };
    visit(source);
    for (const call of calls) {
      try {
        await this.#readCall(call);
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        const { line } = place(this.#files.get(path), (error.node ?? call).getStart(source));
        this.#unresolved.push({ file: shortName(path), line, reason: error.message });
      }
    }
  }

  async #readCall(call) {
    const { expression: callee, arguments: given } = call;
    if (callee.kind === Kind.PropertyAccessExpression && METHODS.has(callee.name.text) && given.length > 0) {
      const explores = await this.#exploresOf(callee.expression, 0);
      if (explores === null) return; // some other thing's method of that name
      this.#add(explores, await this.#argument(callee.name.text, given[0]));
      return;
    }
    const name = await this.#sdkName(callee);
    if (name === 'query' && given.length > 0) this.#add(await this.#strings(given[0], 'the explore'), []);
    if (name === 'useFilterValues' && given.length > 1) {
      this.#add(await this.#strings(given[0], 'the explore'), await this.#strings(given[1], 'the dimension'));
    }
  }

  #add(explores, fields) {
    for (const explore of explores) {
      const known = this.#fields.get(explore) ?? new Set();
      for (const field of fields) known.add(field);
      this.#fields.set(explore, known);
    }
  }

  #argument(method, node) {
    if (FIELD_LISTS.has(method)) return this.#list(node, (element, depth) => this.#strings(element, 'a field', depth));
    const named = (property) => this.#list(node, (element, depth) => this.#objectFields(element, property, depth));
    if (method === 'earlier') return this.#earlier(named);
    if (method !== 'tableCalculations') return named('field');
    return named('name').then((names) => this.#makes(names));
  }

  async #earlier(named) {
    this.#makes(await named('name'));
    return [...(await named('metric')), ...(await named('date'))];
  }

  /** Columns that a query makes for itself: no fields of the catalog, though a sort may name them. */
  #makes(names) {
    for (const name of names) this.#calculations.add(name);
    return [];
  }

  /** The name that a called thing has in the SDK, or null. */
  async #sdkName(callee) {
    const last = callee.kind === Kind.PropertyAccessExpression ? callee.name : callee;
    if (last.kind !== Kind.Identifier) return null;
    const symbol = await this.#checker.getSymbolAtLocation(last);
    // Only what was imported, or a member of something, can be the SDK's.
    if (symbol === undefined || (last === callee && (symbol.flags & SymbolFlags.Alias) === 0)) return null;
    const target = await this.#aliased(symbol);
    return SDK_CALLS.has(target.name) && fromSdk(target) ? target.name : null;
  }

  /** The explores that a query expression may be of; null when it is no query of the SDK. */
  async #exploresOf(node, depth) {
    const inner = unwrapped(node);
    if (inner.kind === Kind.CallExpression && depth < DEPTH * 4) {
      const { expression: callee, arguments: given } = inner;
      if (callee.kind === Kind.PropertyAccessExpression && /^[a-z]\w*$/i.test(callee.name.text)) {
        const further = unwrapped(callee.expression);
        if (further.kind === Kind.CallExpression) {
          const found = await this.#exploresOf(further, depth + 1);
          if (found !== null) return found;
        }
      }
      let found = this.#roots.get(inner);
      if (found === undefined) {
        const isQuery = given.length > 0 && (await this.#sdkName(callee)) === 'query';
        found = isQuery ? await this.#strings(given[0], 'the explore') : null;
        this.#roots.set(inner, found);
      }
      if (found !== null) return found;
    }
    const type = await this.#checker.getTypeAtLocation(inner);
    const queries = await this.#parts(type);
    const explores = new Set();
    for (const query of queries) {
      const symbol = await query?.getSymbol?.();
      if (symbol?.name !== 'Query' || !fromSdk(symbol)) return null;
      const [explore] = await this.#checker.getTypeArguments(query);
      for (const name of await this.#literals(explore, inner, 'the explore')) explores.add(name);
    }
    return explores.size === 0 ? null : [...explores];
  }

  /** All that an array expression may hold, each element read by `read(node, depth)`. */
  async #list(node, read, depth = 0) {
    if (depth > DEPTH) fail(node, 'The list is built in too many steps.');
    const inner = unwrapped(node);
    if (inner.kind === Kind.ArrayLiteralExpression) {
      const found = [];
      for (const element of inner.elements) {
        if (element.kind === Kind.SpreadElement) found.push(...(await this.#list(element.expression, read, depth + 1)));
        else found.push(...(await read(element, depth + 1)));
      }
      return found;
    }
    const branches = branchesOf(inner);
    if (branches !== null) {
      const found = [];
      for (const branch of branches) {
        if (!isNothing(branch)) found.push(...(await this.#list(branch, read, depth + 1)));
      }
      return found;
    }
    const value = await this.#valueOf(inner);
    if (value !== null) return this.#list(value, read, depth + 1);
    return read(inner, depth + 1, true);
  }

  /** The strings that an expression may be; of an array expression, those of its elements. */
  async #strings(node, what, depth = 0) {
    if (depth > DEPTH) fail(node, `What ${what} is takes too many steps to find.`);
    const inner = unwrapped(node);
    if (inner.kind === Kind.StringLiteral || inner.kind === Kind.NoSubstitutionTemplateLiteral) return [inner.text];
    const branches = branchesOf(inner);
    if (branches !== null) {
      const found = [];
      for (const branch of branches) {
        if (!isNothing(branch)) found.push(...(await this.#strings(branch, what, depth + 1)));
      }
      return found;
    }
    const value = await this.#valueOf(inner);
    if (value !== null && value.kind !== Kind.ArrayLiteralExpression) return this.#strings(value, what, depth + 1);
    return this.#literals(await this.#checker.getTypeAtLocation(inner), inner, what);
  }

  /** The `field`s (or another property) of a filter or sort expression, with the groups in it. */
  async #objectFields(node, property, depth) {
    if (depth > DEPTH) fail(node, 'The condition is built in too many steps.');
    const inner = unwrapped(node);
    if (isNothing(inner)) return [];
    if (inner.kind === Kind.ObjectLiteralExpression) {
      const found = [];
      for (const part of inner.properties) {
        const name = part.name?.text;
        if (part.kind === Kind.SpreadAssignment) found.push(...(await this.#objectFields(part.expression, property, depth + 1)));
        else if (name === property) found.push(...(await this.#strings(part.initializer ?? part.name, 'a field', depth + 1)));
        else if (name === 'and' || name === 'or') {
          const read = (element, deeper) => this.#objectFields(element, property, deeper);
          found.push(...(await this.#list(part.initializer ?? part.name, read, depth + 1)));
        }
      }
      return found;
    }
    const branches = branchesOf(inner);
    if (branches !== null) {
      const found = [];
      for (const branch of branches) found.push(...(await this.#objectFields(branch, property, depth + 1)));
      return found;
    }
    const value = await this.#valueOf(inner);
    if (value !== null && value.kind !== Kind.ArrayLiteralExpression) return this.#objectFields(value, property, depth + 1);
    return this.#fieldsOfType(await this.#checker.getTypeAtLocation(inner), inner, property, depth + 1);
  }

  /** The same by type: objects with the property, groups, arrays of them. */
  async #fieldsOfType(type, node, property, depth) {
    if (depth > DEPTH) return [];
    const found = [];
    for (const part of await this.#parts(type)) {
      if (await this.#checker.isArrayLikeType(part)) {
        for (const element of await this.#checker.getTypeArguments(part)) {
          found.push(...(await this.#fieldsOfType(element, node, property, depth + 1)));
        }
        continue;
      }
      if (!part.isObjectType()) continue; // null, undefined, false: no condition
      const named = await this.#checker.getPropertyOfType(part, property);
      if (named !== undefined) {
        found.push(...(await this.#literals(await this.#checker.getTypeOfSymbol(named), node, 'a field')));
        continue;
      }
      for (const group of ['and', 'or']) {
        const nested = await this.#checker.getPropertyOfType(part, group);
        if (nested === undefined) continue;
        found.push(...(await this.#fieldsOfType(await this.#checker.getTypeOfSymbol(nested), node, property, depth + 2)));
      }
    }
    return found;
  }

  /** The string literals that make up a type (or the elements of an array type). */
  async #literals(type, node, what) {
    if (type === undefined) fail(node, `What ${what} is can't be told.`);
    const alias = await type.getAliasSymbol();
    if (alias && ANY_FIELD.has(alias.name) && fromSdk(alias)) {
      fail(node, `Its type says that ${what} may be any (${alias.name}); write out the ones that the app uses.`);
    }
    const found = [];
    for (const part of await this.#parts(type)) {
      if (part.isStringLiteralType()) found.push(part.value);
      else if (part.isTypeParameter()) {
        const constraint = await this.#checker.getBaseConstraintOfType(part);
        if (constraint === undefined || constraint.id === part.id) fail(node, `What ${what} is depends on the caller.`);
        found.push(...(await this.#literals(constraint, node, what)));
      } else if (part.isObjectType() && (await this.#checker.isArrayLikeType(part))) {
        for (const element of await this.#checker.getTypeArguments(part)) {
          found.push(...(await this.#literals(element, node, what)));
        }
      } else if (!(part.isIntrinsicType() && ['null', 'undefined', 'never', 'false'].includes(part.intrinsicName))) {
        fail(node, `What ${what} is can't be told before the app runs; write it as a literal or give it a type of literals.`);
      }
    }
    return found;
  }

  async #parts(type) {
    if (type === undefined) return [];
    return type.isUnionType() ? type.getTypes() : [type];
  }

  /** What a constant was set to, where that can be read; null otherwise. */
  async #valueOf(node) {
    if (node.kind !== Kind.Identifier) return null;
    const symbol = await this.#checker.getSymbolAtLocation(node);
    const target = symbol && (await this.#aliased(symbol));
    const declaration = await target?.valueDeclaration?.resolve();
    if (declaration?.kind !== Kind.VariableDeclaration || declaration.initializer === undefined) return null;
    if (declaration.name?.kind !== Kind.Identifier || !isConst(declaration)) return null;
    const value = unwrapped(declaration.initializer);
    return READABLE.has(value.kind) || branchesOf(value) !== null ? value : memoized(value);
  }

  async #aliased(symbol) {
    return (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
  }
}

function fromSdk(symbol) {
  return symbol.declarations.some((handle) => handle.path.includes('/@vitrail/sdk/'));
}

function fail(node, message) {
  const error = new Unresolved(message);
  error.node = node;
  throw error;
}
