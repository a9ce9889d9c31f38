/**
 * Builds the GraphiQL page into ../static/graphiql: index.html (a template with a place for the
 * nonce), LICENSES.txt, SOURCES.sha256 (of what it was built from: a test tells when a build is due),
 * and assets/ whose names carry a hash of their contents, so that they can be cached for ever. The
 * same sources give the same bytes.
 */

import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundledPackages, licencesOf, requirePins } from './licences.mjs';

const HERE = import.meta.dirname;
const SOURCES = ['build.mjs', 'examples', 'fonts.txt', 'licences.mjs', 'package.json', 'src', 'tsconfig.json'];
const OUT = path.join(HERE, '../static/graphiql');
const ENTRIES = {
  main: 'src/main.tsx',
  styles: 'src/styles.css',
  icon: 'src/icon.svg',
  editorWorker: 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js',
  jsonWorker: 'node_modules/monaco-editor/esm/vs/language/json/json.worker.js',
  graphqlWorker: 'node_modules/monaco-graphql/esm/graphql.worker.js',
};

/** `voronka:examples`: the documents of examples/, each with its head lines and variables. */
const examples = {
  name: 'examples',
  setup({ onResolve, onLoad }) {
    const folder = path.join(HERE, 'examples');
    onResolve({ filter: /^voronka:examples$/ }, () => ({ path: 'examples', namespace: 'examples' }));
    onLoad({ filter: /.*/, namespace: 'examples' }, async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
      const documents = await Promise.all(names.map((name) => example(folder, name)));
      return { contents: JSON.stringify(documents), loader: 'json' };
    });
  },
};

async function example(folder, name) {
  const text = await readFile(path.join(folder, name), 'utf8');
  const head = Object.fromEntries(
    [...text.matchAll(/^# (title|note)\.(en|ru): (.+)$/gm)].map(([, key, language, words]) => [
      `${key}.${language}`,
      words,
    ]),
  );
  const pair = (key) => ({ en: required(head, `${key}.en`, name), ru: required(head, `${key}.ru`, name) });
  const query = text.replace(/^(#.*\n)*\n/, '');
  const operationName = /^(?:query|mutation) (\w+)/.exec(query)?.[1];
  if (!operationName) throw new Error(`examples/${name} does not start with a named operation.`);
  const variables = path.join(folder, name.replace('.graphql', '.json'));
  return {
    id: name.replace('.graphql', ''),
    title: pair('title'),
    note: pair('note'),
    operationName,
    query,
    variables: (await readFile(variables, 'utf8').catch(ifAbsent(''))).trimEnd(),
  };
}

function required(head, key, name) {
  if (!head[key]) throw new Error(`examples/${name} has no line "# ${key}: …".`);
  return head[key];
}

function ifAbsent(value) {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    return value;
  };
}

/**
 * Takes fonts out of style sheets into files of their own: a browser then fetches only the alphabets
 * that it shows, and the page's policy allows no font from `data:`.
 */
const fontsFromStyles = {
  name: 'fonts-from-styles',
  setup({ onResolve, onLoad }) {
    const contents = new Map();
    onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      // Monaco's modules import their sheets one by one; graphiql/style.css already holds them all.
      if (file.includes('/monaco-editor/esm/')) return { contents: '', loader: 'empty' };
      const css = await readFile(file, 'utf8');
      return {
        loader: 'css',
        contents: css.replace(/url\(data:font\/(\w+);base64,([^)]+)\)/g, (_, type, data) => {
          const bytes = Buffer.from(data, 'base64');
          const name = `embedded:${contents.size}.${type}`;
          contents.set(name, bytes);
          return `url("${name}")`;
        }),
      };
    });
    onResolve({ filter: /^embedded:/ }, ({ path: name }) => ({ path: name, namespace: 'embedded' }));
    onLoad({ filter: /.*/, namespace: 'embedded' }, ({ path: name }) => ({
      contents: contents.get(name),
      loader: 'file',
    }));
  },
};

/**
 * Writes out the titles of @graphiql/react's icons, which it takes from function names at run time: a
 * minifier leaves "ow icon" of them, and a screen reader would say so.
 */
const iconTitles = {
  name: 'icon-titles',
  setup({ onLoad }) {
    onLoad({ filter: /@graphiql\/react\/dist\/icons\/index\.js$/ }, async ({ path: file }) => {
      const code = await readFile(file, 'utf8');
      if (!/const title = RawComponent\.name.*;/.test(code)) throw new Error(`${file} has changed.`);
      return {
        contents: code
          .replace(/const title = RawComponent\.name.*;/, '')
          .replace('function generateIcon(RawComponent)', 'function generateIcon(RawComponent, title)')
          .replace(/generateIcon\(Svg(\w+)\)/g, (_, name) => {
            const words = name.replace(/\B[A-Z]/g, ' $&').toLowerCase();
            return `generateIcon(Svg${name}, "${words} icon")`;
          }),
      };
    });
  },
};

/** One digest of all sources: of each file's path, size and bytes, in the order of the paths. */
async function digestOfSources() {
  const nested = await Promise.all(SOURCES.map(filesUnder));
  const digest = createHash('sha256');
  for (const file of nested.flat().sort()) {
    const bytes = await readFile(path.join(HERE, file));
    digest.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return digest.digest('hex');
}

async function filesUnder(source) {
  if (path.extname(source)) return [source];
  const names = await readdir(path.join(HERE, source));
  return names.map((name) => `${source}/${name}`);
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: ENTRIES,
  outdir: path.join(OUT, 'assets'),
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: 'font-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.svg': 'copy' },
  // Named by @graphiql/toolkit for websocket subscriptions, which this page does not use.
  external: ['graphql-ws'],
  // @graphiql/react names prettier's CommonJS copies, which a bundle gives no named exports.
  alias: {
    'prettier/parser-babel': 'prettier/plugins/babel',
    'prettier/parser-graphql': 'prettier/plugins/graphql',
  },
  plugins: [examples, fontsFromStyles, iconTitles],
  metafile: true,
  logLevel: 'warning',
});

const places = {};
let size = 0;
for (const [file, { entryPoint, bytes }] of Object.entries(metafile.outputs)) {
  size += bytes;
  const name = Object.keys(ENTRIES).find((key) => ENTRIES[key] === entryPoint);
  if (name) places[name] = `graphiql/assets/${path.basename(file)}`;
}
const template = await readFile(path.join(HERE, 'src/index.html'), 'utf8');
const page = template.replace(/\{\{(\w+)\}\}/g, (place, name) => {
  if (name === 'nonce') return place;
  if (!places[name]) throw new Error(`The build made no file for ${place}.`);
  return places[name];
});
await writeFile(path.join(OUT, 'index.html'), page);
const fonts = await readFile(path.join(HERE, 'fonts.txt'), 'utf8');
const packages = bundledPackages(HERE, metafile);
await requirePins(HERE, packages);
await writeFile(path.join(OUT, 'LICENSES.txt'), await licencesOf(packages, fonts));
await writeFile(path.join(OUT, 'SOURCES.sha256'), `${await digestOfSources()}\n`);
console.log(`${Object.keys(metafile.outputs).length} files, ${(size / 1e6).toFixed(2)} MB`);
