import { AppShell, EmptyState } from '@/components';

export default function App() {
  return (
    <AppShell title="New data app">
      <EmptyState title="Nothing here yet" cause="This app has not been written." cure="Describe it in the chat." />
    </AppShell>
  );
}
