/**
 * Knows what packages a bundle holds: their licences make one text to ship beside it, and each must be
 * pinned, since no lock file is committed.
 */

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** For packages that declare the licence and carry no copy of it. */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR
THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Folders of the packages that gave at least one input to the bundle, by esbuild's metafile. */
export function bundledPackages(root, metafile) {
  const folders = Object.keys(metafile.inputs)
    .map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
    .filter(Boolean);
  return [...new Set(folders)].sort().map((folder) => path.join(root, folder));
}

/** One text: name, version, licence and notices of each package, then those of the fonts. */
export async function licencesOf(folders, fonts) {
  const parts = await Promise.all(folders.map(partOf));
  return `The files of this folder hold the following packages.\n\n${[...parts, fonts].join('\n')}`;
}

/** Fail where package.json leaves a bundled package's version open. */
export async function requirePins(root, folders) {
  const { dependencies, overrides } = await manifest(root);
  const pins = { ...dependencies, ...overrides };
  for (const { name, version } of await Promise.all(folders.map(manifest))) {
    const pinned = pins[name] ?? pins[`${name}@${version.split('.')[0]}`];
    if (pinned !== version) throw new Error(`package.json does not pin ${name} to ${version}.`);
  }
}

async function manifest(folder) {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}

async function partOf(folder) {
  const { name, version, license } = await manifest(folder);
  const notices = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
  const texts = await Promise.all(notices.sort().map((file) => readFile(path.join(folder, file), 'utf8')));
  const rule = '='.repeat(80);
  if (texts.length === 0) {
    if (license !== 'MIT') throw new Error(`${name} (${license}) carries no text of its licence.`);
    texts.push(`Copyright (c) the authors of ${name}\n\n${MIT}`);
  }
  const body = texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
  return `${rule}\n${name} ${version} (${license})\n${rule}\n\n${body}\n`;
}
