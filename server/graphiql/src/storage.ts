/**
 * Keeps tabs, history and settings of each user apart in one browser: what one person typed is not
 * shown to the next who signs in. Tokens never come here.
 */

import type { Storage } from '@graphiql/toolkit';

export function storageOf(userId: string): Storage {
  const prefix = `voronka:${userId}:`;
  const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
    get length() {
      return ownKeys().length;
    },
  };
}
