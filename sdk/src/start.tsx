import { Component, type ErrorInfo, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { host } from './host.ts';

/** Draws the app into the page. A failure while drawing is shown in its place and told to the host. */
export function start(app: ReactNode): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element with the id "root".');
  createRoot(root).render(<Boundary>{app}</Boundary>);
}

interface Failure {
  message: string | null;
}

class Boundary extends Component<{ children: ReactNode }, Failure> {
  override state: Failure = { message: null };

  static getDerivedStateFromError(error: unknown): Failure {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    const stack = [error instanceof Error ? (error.stack ?? '') : '', info.componentStack ?? ''].join('\n').trim();
    host().report(error instanceof Error ? error.message : String(error), stack === '' ? null : stack);
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <div role="alert" style={{ font: '15px/1.5 system-ui, sans-serif', padding: '3rem 1.5rem', textAlign: 'center' }}>
        <p style={{ fontWeight: 600 }}>This app stopped working</p>
        <p>{this.state.message}</p>
        <p>Open it again; if it stays, tell whoever built it.</p>
      </div>
    );
  }
}
