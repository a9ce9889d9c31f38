/** The sidebar's list of ready operations; their documents lie in ../examples. */

import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import documents from 'voronka:examples';
import { language, messages } from './messages';

export const VIEWER_EXAMPLE = `${comment(messages.welcome)}\n${documents[0]!.query}`;

export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: messages.examples,
  icon: ExamplesIcon,
  content: Examples,
};

function Examples() {
  const { addTab, setOperationName, updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  const ready = Boolean(queryEditor && variableEditor); // Monaco comes a moment after the list
  const open = (index: number) => {
    const { note, operationName, query, variables } = documents[index]!;
    const text = `${comment(note[language])}\n${query}`;
    addTab();
    // The editors report a change only after a pause: the tab is told at once, so that a quick
    // second click does not carry this document into the next tab.
    updateActiveTabValues({ query: text, variables });
    setOperationName(operationName);
    queryEditor?.setValue(text);
    variableEditor?.setValue(variables);
    queryEditor?.focus();
  };
  return (
    <section className="voronka-examples" aria-label={messages.examples}>
      <h2>{messages.examples}</h2>
      <p>{messages.examplesLead}</p>
      <ul>
        {documents.map(({ id, title, note, query }, index) => (
          <li key={id}>
            <button type="button" disabled={!ready} onClick={() => open(index)}>
              <strong>
                {title[language]}
                {query.startsWith('mutation') && <em>{messages.mutation}</em>}
              </strong>
              <small>{note[language]}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Words as lines of a GraphQL comment, short enough for a narrow editor. */
function comment(words: string): string {
  return words.replace(/(.{1,40})(?: |$)/g, '# $1\n');
}

function ExamplesIcon() {
  const open = useGraphiQL((state) => state.visiblePlugin === EXAMPLES_PLUGIN);
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" aria-hidden="true">
      <g strokeWidth={open ? 2.2 : 1.5} strokeLinecap="round" strokeLinejoin="round">
        <rect x="4" y="3.5" width="16" height="17" rx="2.5" />
        <path d="m8 9 2 2-2 2M12.5 13.5H16M8 17h8" />
      </g>
    </svg>
  );
}
