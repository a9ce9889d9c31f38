/**
 * Chooses between the sign-in form and the explorer.
 *
 * The schema itself needs a session, so the form comes first whenever the server says 401. The
 * explorer, with the editor's megabytes, is fetched only behind it. A session that ends reloads the
 * page: nothing that its user was shown stays in memory, and the next one's schema is read anew.
 */

import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { messages } from './messages';
import { currentViewer, signOut, type Viewer } from './session';
import { SignIn } from './sign_in';

const Explorer = lazy(() => import('./explorer'));

/** Says, over a reload, that the session ended by itself. */
const EXPIRED = 'voronka:expired';

type State =
  | { kind: 'checking' }
  | { kind: 'unreachable' }
  | { kind: 'signedOut'; notice: string | null }
  | { kind: 'signedIn'; viewer: Viewer };

export function App() {
  const [state, setState] = useState<State>({ kind: 'checking' });

  const check = useCallback(async () => {
    try {
      const viewer = await currentViewer();
      if (viewer) return setState({ kind: 'signedIn', viewer });
      const notice = sessionStorage.getItem(EXPIRED) && messages.expired;
      sessionStorage.removeItem(EXPIRED);
      setState({ kind: 'signedOut', notice });
    } catch {
      setState({ kind: 'unreachable' });
    }
  }, []);
  useEffect(() => void check(), [check]);

  // One operation may be refused for reasons of its own: only the viewer tells about the session.
  const onRefused = useCallback(async () => {
    if (await currentViewer()) return;
    sessionStorage.setItem(EXPIRED, 'yes');
    location.reload();
  }, []);
  const onSignOut = useCallback(async () => {
    try {
      await signOut();
      location.reload();
    } catch {
      setState({ kind: 'unreachable' });
    }
  }, []);

  switch (state.kind) {
    case 'checking':
      return <Waiting />;
    case 'unreachable':
      return (
        <main className="voronka-page">
          <p role="alert">{messages.unreachable}</p>
          <button type="button" className="voronka-button" onClick={() => location.reload()}>
            {messages.retry}
          </button>
        </main>
      );
    case 'signedOut':
      return <SignIn notice={state.notice} onSignedIn={check} />;
    case 'signedIn':
      return (
        <Suspense fallback={<Waiting />}>
          <Explorer viewer={state.viewer} onRefused={onRefused} onSignOut={onSignOut} />
        </Suspense>
      );
  }
}

function Waiting() {
  return (
    <main className="voronka-page" aria-busy="true">
      <p>{messages.checking}</p>
    </main>
  );
}
