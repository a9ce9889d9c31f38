/** Starts the page: the policy's nonce first, then the workers' addresses, then the application. */

import { createRoot } from 'react-dom/client';
import { App } from './app';
import { language } from './messages';
import { giveNonceToStyles } from './nonce';
import { announceWorkers } from './workers';

giveNonceToStyles();
document.documentElement.lang = language;
const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');
announceWorkers(root);
createRoot(root).render(<App />);
