/**
 * Answers by question. Equal questions share one request and one answer, however many components ask them; the number
 * of requests at a time is the host's business.
 */
import { type Host, host, problemOf } from './host.ts';
import type { Answer, Problem, WireQuery } from './wire.ts';

export interface Entry {
  readonly answer: Answer | null;
  readonly error: Problem | null;
  readonly loading: boolean;
}

interface Slot {
  entry: Entry;
  /** What was asked last; null as long as nothing was. */
  question: { query: WireQuery; label: string | null } | null;
  listeners: Set<() => void>;
  /** Counts requests, so that only the newest one's answer is taken. */
  asked: number;
}

/** Answers that no component shows any more are kept up to this many: going back to a filter is then instant. */
const KEPT = 60;

const IDLE: Entry = { answer: null, error: null, loading: false };
const slots = new Map<string, Slot>();

/** The same question always gives the same key: the wire form is built in one order of properties. */
export function keyOf(query: WireQuery): string {
  return JSON.stringify(query);
}

export function read(key: string | null): Entry {
  return (key === null ? undefined : slots.get(key)?.entry) ?? IDLE;
}

export function subscribe(key: string, listener: () => void): () => void {
  const slot = slotOf(key);
  slot.listeners.add(listener);
  return () => {
    slot.listeners.delete(listener);
    forgetOldest();
  };
}

/** Asks, unless the answer is there or on its way; `again` asks the warehouse itself in any case. */
export function ask(query: WireQuery, label: string | null, again = false): void {
  follow();
  const key = keyOf(query);
  const slot = slotOf(key);
  if (!again && (slot.entry.loading || slot.entry.answer !== null)) return;
  slots.delete(key);
  slots.set(key, slot); // the newest comes last
  slot.asked += 1;
  slot.question = { query, label };
  const turn = slot.asked;
  set(slot, { answer: slot.entry.answer, error: null, loading: true });
  host()
    .query(query, label, again)
    .then(
      (answer): Entry => ({ answer, error: null, loading: false }),
      (reason: unknown): Entry => ({ answer: null, error: problemOf(reason), loading: false }),
    )
    .then((entry) => {
      if (slot.asked === turn) set(slot, entry);
    });
}

/** Asks everything that is shown of the warehouse itself; what is not shown is forgotten, so that it can't come back old. */
export function askAllAnew(): void {
  for (const [key, slot] of [...slots]) {
    if (slot.listeners.size === 0) slots.delete(key);
    else if (slot.question !== null) ask(slot.question.query, slot.question.label, true);
  }
}

let followed: Host | undefined;

/** Does what the viewer's refresh says, from the first question on. */
function follow(): void {
  const present = host();
  if (followed === present) return;
  followed = present;
  present.onRefresh(askAllAnew);
}

function slotOf(key: string): Slot {
  let slot = slots.get(key);
  if (slot === undefined) {
    slot = { entry: IDLE, question: null, listeners: new Set(), asked: 0 };
    slots.set(key, slot);
  }
  return slot;
}

function set(slot: Slot, entry: Entry): void {
  slot.entry = entry;
  for (const listener of [...slot.listeners]) listener();
}

function forgetOldest(): void {
  for (const [key, slot] of slots) {
    if (slots.size <= KEPT) return;
    if (slot.listeners.size === 0 && !slot.entry.loading) slots.delete(key);
  }
}

/** Empties the store; tests start from nothing. */
export function forgetAll(): void {
  slots.clear();
}
