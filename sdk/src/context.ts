import { useSyncExternalStore } from 'react';
import { host } from './host.ts';
import type { Theme, User } from './wire.ts';

/** Who looks at the app. */
export function getUser(): User {
  return host().user;
}

export function useUser(): User {
  return getUser();
}

/** The page's theme, as it changes. The Tailwind colour names follow it by themselves. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

function subscribe(listener: () => void): () => void {
  return host().onTheme(listener);
}

function currentTheme(): Theme {
  return host().theme();
}
