/**
 * Spreadsheet expressions, as Lightdash's `format` takes them: `$#,##0.00`, `0.0%`, `#,##0,"K"`, `0;-0;"none"`, `"in "@`,
 * `m/d/yyyy h:mm AM/PM`. Up to four sections: above zero, below it, zero, text.
 */
const LOCALE = 'en-US';
const MONTHS = (
  'January February March April May June July August September October November December'
).split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const ISO = /^(\d{4})-(\d{2})(?:-(\d{2}))?(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?/;
const DATE_TOKEN = /AM\/PM|A\/P|y+|m+|d+|h+|s+(?:\.0+)?/gi;

type Part = { literal: string } | { code: string };

/** Whether a `format` word is an expression and not a name such as `usd`. */
export function isExpression(format: string): boolean {
  return /[#0@?]/.test(format) || isDateExpression(format);
}

export function isDateExpression(format: string): boolean {
  const code = codeOf(parts(sections(format)[0] ?? ''));
  const dates = /^(?:[ymdhs]|am\/pm|a\/p|[^a-z])*$/i.test(code) && /[ymdhs]/i.test(code);
  return dates && !/[#0?@]/.test(code.replace(/s+\.0+/gi, ''));
}

/** A number; `short` leaves out what an axis does not need. */
export function formatNumberBy(value: number, expression: string, short = false): string {
  const all = sections(expression);
  const [first = '', second, third] = all;
  const below = value < 0 && second !== undefined;
  const chosen = value === 0 && third !== undefined ? third : below ? second : first;
  if (chosen === '' && all.length > 1) return '';
  const split = parts(chosen);
  const code = codeOf(split);
  const match = /[#0?.,]*[#0?][#0?.,]*/.exec(code);
  const amount = below ? Math.abs(value) : value;
  if (match === null) return wrap(split, /general/i.test(code) ? String(amount) : '', amount < 0);

  const digits = match[0];
  const [whole = '', fraction = ''] = digits.replace(/,+$/, '').split('.');
  const scale = 1000 ** ((/,+$/.exec(digits)?.[0].length ?? 0) + (/,+$/.exec(whole)?.[0].length ?? 0));
  const percent = (code.match(/%/g) ?? []).length;
  const shown = (amount * 100 ** percent) / scale;
  const exponent = /E[+-]0+/i.test(code.slice(match.index + digits.length));
  const plain = exponent
    ? shown.toExponential(fraction.length).replace('e', 'E')
    : new Intl.NumberFormat(LOCALE, {
        useGrouping: /[#0?],+[#0?]/.test(whole),
        minimumIntegerDigits: short ? 1 : Math.min(Math.max((whole.match(/0/g) ?? []).length, 1), 21),
        minimumFractionDigits: short ? 0 : Math.min((fraction.match(/0/g) ?? []).length, 20),
        maximumFractionDigits: short ? 1 : Math.min((fraction.match(/[#0?]/g) ?? []).length, 20),
        ...(short && percent === 0 && scale === 1 ? { notation: 'compact' as const } : {}),
      }).format(shown);
  const negative = plain.startsWith('-');
  const bare = negative ? plain.slice(1) : plain;
  // "-0" says nothing, and an expression without a zero before its point shows none.
  const zero = /^[0.,]*$/.test(bare);
  const text = !short && !exponent && fraction !== '' && !whole.includes('0') ? bare.replace(/^0(?=\.)/, '') : bare;
  return wrap(split, text, negative && !zero);
}

/** A text, by the section for texts or one with `@`. */
export function formatTextBy(value: string, expression: string): string {
  const all = sections(expression);
  const chosen = all[3] ?? all.find((section) => codeOf(parts(section)).includes('@'));
  if (chosen === undefined) return value;
  const texts = parts(chosen).map((part) => ('literal' in part ? part.literal : part.code.replace(/@/g, () => value)));
  return texts.join('');
}

/** An ISO date or timestamp, on the clocks that it is written in; what is none comes back as it is. */
export function formatDateBy(value: string, expression: string): string {
  const match = ISO.exec(value);
  if (match === null) return value;
  const at = (place: number, otherwise = 0) => Number(match[place] ?? otherwise);
  const [year, month, day, hour, minute, second] = [at(1), at(2), at(3, 1), at(4), at(5), at(6)] as const;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1) return value;
  const half = /AM\/PM|A\/P/i.test(codeOf(parts(expression)));
  const pad = (number: number, width: number) => String(number).padStart(width, '0');
  let clock = false; // After hours, and before seconds, an m is a minute.
  return parts(sections(expression)[0] ?? '')
    .map((part) => {
      if ('literal' in part) return part.literal;
      return part.code.replace(DATE_TOKEN, (token, place: number) => {
        const word = token.toLowerCase();
        const rest = part.code.slice(place + token.length);
        if (word === 'am/pm') return hour < 12 ? 'AM' : 'PM';
        if (word === 'a/p') return hour < 12 ? 'A' : 'P';
        if (word.startsWith('y')) return word.length > 2 ? String(year) : pad(year % 100, 2);
        if (word.startsWith('d')) {
          const name = DAYS[date.getUTCDay()] ?? '';
          return word.length > 3 ? name : word.length === 3 ? name.slice(0, 3) : pad(day, word.length);
        }
        if (word.startsWith('h')) {
          clock = true;
          return pad(half ? hour % 12 || 12 : hour, word.length);
        }
        if (word.startsWith('s')) {
          const [, decimals = ''] = word.split('.');
          const below = (match[7] ?? '').padEnd(decimals.length, '0').slice(0, decimals.length);
          return pad(second, word.startsWith('ss') ? 2 : 1) + (decimals === '' ? '' : `.${below}`);
        }
        if (word.length < 3 && (clock || /^[^a-z]*s/i.test(rest))) {
          clock = false;
          return pad(minute, word.length);
        }
        const name = MONTHS[month - 1] ?? '';
        if (word.length < 3) return pad(month, word.length);
        return word.length === 5 ? name.slice(0, 1) : word.length === 3 ? name.slice(0, 3) : name;
      });
    })
    .join('');
}

/** Cut at each `;` that stands outside quotes. */
function sections(expression: string): string[] {
  return (expression.match(/(?:"[^"]*"|\\[\s\S]|\[[^\]]*\]|[^;])+|;/g) ?? []).reduce<string[]>(
    (found, piece) => (piece === ';' ? [...found, ''] : [...found.slice(0, -1), (found.at(-1) ?? '') + piece]),
    [''],
  );
}

/** What stands for itself, and what is code. `[$€-407]` is a currency; colours and the like are left out. */
function parts(section: string): Part[] {
  const found: Part[] = [];
  for (const piece of section.match(/"[^"]*"|\\[\s\S]|\[[^\]]*\]|[_*][\s\S]|[^"\\[_*]+|[\s\S]/g) ?? []) {
    if (piece.startsWith('"') && piece.length > 1) found.push({ literal: piece.slice(1, -1) });
    else if (piece.startsWith('\\')) found.push({ literal: piece.slice(1) });
    else if (piece.startsWith('[')) found.push({ literal: /^\[\$([^\]-]*)/.exec(piece)?.[1] ?? '' });
    else if (!/^[_*][\s\S]$/.test(piece)) found.push({ code: piece });
  }
  return found;
}

const codeOf = (split: readonly Part[]): string => split.map((part) => ('code' in part ? part.code : ' ')).join('');

/** The number put where its digits stand, and the sign before all of it. */
function wrap(split: readonly Part[], number: string, negative: boolean): string {
  let placed = false;
  const text = split.map((part) => {
    if ('literal' in part) return part.literal;
    return part.code.replace(/[#0?.,]*[#0?][#0?.,]*(?:E[+-]0+)?|general/gi, () => {
      const first = !placed;
      placed = true;
      return first ? number : '';
    });
  });
  return (negative ? '-' : '') + text.join('');
}
