/**
 * Tells Monaco where its workers lie. Their names carry a hash of their contents, known only after
 * the build, so the page hands them over in attributes of its root element.
 */

export function announceWorkers(root: HTMLElement): void {
  const { editorWorker, jsonWorker, graphqlWorker } = root.dataset;
  window.MonacoEnvironment = {
    getWorker(_id, label) {
      const url = label === 'json' ? jsonWorker : label === 'graphql' ? graphqlWorker : editorWorker;
      if (!url) throw new Error(`The page names no worker for "${label}".`);
      return new Worker(url, { type: 'module', name: label });
    },
  };
}
