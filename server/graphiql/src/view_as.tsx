/**
 * Viewing as somebody: an administrator picks a person or a role, and everything below is asked with
 * the header X-View-As, so that docs, completion and answers are those that they would get.
 *
 * A change reloads the page, as a change of the session does: nothing of one view stays in memory
 * for the next. The choice lives as long as the browser's tab, and counts for the one who made it.
 */

import { useEffect, useState } from 'react';
import { messages } from './messages';
import { viewables, type Viewable, type Viewables, type Viewer } from './session';

const KEY = 'voronka:view';

export function currentView(viewer: Viewer): Viewable | null {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as (Viewable & { by: string }) | null;
  return viewer.isAdmin && kept?.by === viewer.userId ? { id: kept.id, name: kept.name } : null;
}

function viewAs(viewer: Viewer, chosen: Viewable | null): void {
  if (chosen) sessionStorage.setItem(KEY, JSON.stringify({ ...chosen, by: viewer.userId }));
  else sessionStorage.removeItem(KEY);
  location.reload();
}

interface Props {
  viewer: Viewer;
  view: Viewable | null;
}

export function ViewAs({ viewer, view }: Props) {
  const [known, setKnown] = useState<Viewables>({ people: [], roles: [] });
  useEffect(() => {
    // Without the list there is nothing to choose; what is viewed can still be left.
    viewables().then(setKnown, () => undefined);
  }, []);
  const all = [...known.people, ...known.roles];
  const isListed = !view || all.some(({ id }) => id === view.id);
  return (
    <select
      className="voronka-quiet"
      aria-label={messages.viewAs}
      value={view?.id ?? ''}
      onChange={(event) => viewAs(viewer, all.find(({ id }) => id === event.target.value) ?? null)}
    >
      <option value="">{messages.viewAsMyself}</option>
      {!isListed && <option value={view.id}>{view.name}</option>}
      <Options label={messages.viewAsPerson} of={known.people} />
      <Options label={messages.viewAsRole} of={known.roles} />
    </select>
  );
}

function Options({ label, of }: { label: string; of: Viewable[] }) {
  return (
    <optgroup label={label}>
      {of.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </optgroup>
  );
}

export function ViewBanner({ viewer, view }: Props) {
  if (!view) return null;
  return (
    <p className="voronka-banner" role="status">
      <span>
        {messages.viewing} <strong>{view.name}</strong>. {messages.viewingReads}
      </span>
      <button type="button" className="voronka-button" onClick={() => viewAs(viewer, null)}>
        {messages.stopViewing}
      </button>
    </p>
  );
}
