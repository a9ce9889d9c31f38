/** GraphiQL itself, with the session's fetcher, the examples and the account in its header. */

import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useMemo } from 'react';
import { EXAMPLES_PLUGIN, VIEWER_EXAMPLE } from './examples';
import { messages } from './messages';
import { sessionFetch, type Viewer } from './session';
import { storageOf } from './storage';
import { currentView, ViewAs, ViewBanner } from './view_as';

// In the order of the sidebar; the docs explorer is GraphiQL's own first one.
const PLUGINS = [EXAMPLES_PLUGIN, HISTORY_PLUGIN];

interface Props {
  viewer: Viewer;
  onRefused(): Promise<void>;
  onSignOut(): void;
}

export default function Explorer({ viewer, onRefused, onSignOut }: Props) {
  const view = useMemo(() => currentView(viewer), [viewer]);
  const fetcher = useMemo(
    () =>
      createGraphiQLFetcher({
        url: 'graphql',
        fetch: watchedFetch(onRefused),
        headers: view ? { 'X-View-As': view.id } : {},
      }),
    [onRefused, view],
  );
  const storage = useMemo(() => storageOf(viewer.userId), [viewer.userId]);
  return (
    <div className="voronka-explorer">
      <ViewBanner viewer={viewer} view={view} />
      <div>
        <GraphiQL
          fetcher={fetcher}
          storage={storage}
          plugins={PLUGINS}
          visiblePlugin={EXAMPLES_PLUGIN}
          defaultQuery={VIEWER_EXAMPLE}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
          inputValueDeprecation
          schemaDescription
        >
          <GraphiQL.Logo>
            <div className="voronka-account">
              {viewer.isAdmin && <ViewAs viewer={viewer} view={view} />}
              <span title={viewer.workspace}>
                {[viewer.name, viewer.workspace].filter(Boolean).join(' · ')}
              </span>
              <button type="button" className="voronka-quiet" onClick={onSignOut}>
                {messages.signOut}
              </button>
            </div>
          </GraphiQL.Logo>
        </GraphiQL>
      </div>
    </div>
  );
}

/** The session's fetch that reports an answer of 401. */
function watchedFetch(onRefused: () => Promise<void>): typeof fetch {
  return async (url, init) => {
    const response = await sessionFetch(url, init);
    // A 401 for a token typed into the Headers editor says nothing about the session.
    if (response.status === 401 && !new Headers(init?.headers).has('Authorization')) {
      // Where the viewer cannot be asked, the refusal itself is the answer to show.
      await onRefused().catch(() => undefined);
    }
    return response;
  };
}
