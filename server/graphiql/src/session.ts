/**
 * Talks to the server about who is signed in.
 *
 * The token lives in an HttpOnly cookie that this page cannot read; the header X-Voronka-CSRF, which
 * no other site can send, is what makes the server look at the cookie. All addresses are relative,
 * so the page works behind a proxy that adds a path.
 */

const JSON_TYPE = { 'Content-Type': 'application/json' };
const CSRF = { 'X-Voronka-CSRF': '1' };
const ACCEPT = { Accept: 'application/graphql-response+json' };

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { token user { fullName } userErrors { code message path } }
}`;
const SIGN_OUT = 'mutation { signOut { __typename } }';
const VIEWER = '{ viewer { user { id fullName isAdmin } workspace { name } } }';
const VIEWABLES = `query ($after: String) {
  roles { id name }
  users(first: 100, after: $after) { nodes { id fullName } pageInfo { hasNextPage endCursor } }
}`;

export interface Viewer {
  userId: string;
  name: string;
  workspace: string;
  isAdmin: boolean;
}

/** As whom an administrator may view: a person, or anybody with a role alone. */
export interface Viewable {
  id: string;
  name: string;
}

export interface Viewables {
  people: Viewable[];
  roles: Viewable[];
}

export interface Credentials {
  email: string;
  password: string;
  workspace?: string;
}

/** What the server answered in words that a person can act on. */
export class Refusal extends Error {}

/** No answer, or one that is not the server's. */
export class Unreachable extends Error {}

interface Answer<T> {
  data?: T | null;
  errors?: { message: string }[];
}

type UserError = { message: string };

async function send(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', ...init });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (response.status >= 500) throw new Unreachable(`HTTP ${response.status}`);
  return response;
}

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  try {
    return (await response.json()) as Answer<T>;
  } catch {
    throw new Unreachable(`HTTP ${response.status}`);
  }
}

/** Send a query of the page's own, as whoever is signed in. */
async function ask(query: string, variables: object = {}): Promise<Response> {
  return sessionFetch('graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...ACCEPT },
    body: JSON.stringify({ query, variables }),
  }).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
}

/** Ask who is signed in: null when nobody is. */
export async function currentViewer(): Promise<Viewer | null> {
  const response = await ask(VIEWER);
  if (response.status === 401) return null;
  const { data, errors } = await answerOf<{
    viewer: {
      user: { id: string; fullName: string | null; isAdmin: boolean | null };
      workspace: { name: string };
    };
  }>(response);
  if (!data) throw new Unreachable(errors?.[0]?.message ?? `HTTP ${response.status}`);
  const { user, workspace } = data.viewer;
  return {
    userId: user.id,
    name: user.fullName ?? '',
    workspace: workspace.name,
    isAdmin: user.isAdmin ?? false,
  };
}

/** List as whom an administrator may view. */
export async function viewables(): Promise<Viewables> {
  const found: Viewables = { people: [], roles: [] };
  for (let after: string | null = null, more = true; more; ) {
    const response = await ask(VIEWABLES, { after });
    const { data, errors }: Answer<{
      roles: Viewable[];
      users: {
        nodes: { id: string; fullName: string | null }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    }> = await answerOf(response);
    if (!data) throw new Unreachable(errors?.[0]?.message ?? `HTTP ${response.status}`);
    found.roles = data.roles;
    found.people.push(...data.users.nodes.map(({ id, fullName }) => ({ id, name: fullName || id })));
    ({ hasNextPage: more, endCursor: after } = data.users.pageInfo);
  }
  return found;
}

/** Sign in with e-mail and password; raises Refusal with the server's own message. */
export async function signIn(credentials: Credentials): Promise<void> {
  const response = await send('graphql', {
    method: 'POST',
    credentials: 'omit',
    headers: { ...JSON_TYPE, ...ACCEPT },
    body: JSON.stringify({ query: SIGN_IN, variables: { input: credentials } }),
  });
  const { data, errors } = await answerOf<{
    signIn: { token: string | null; userErrors: UserError[] };
  }>(response);
  const token = data?.signIn.token;
  if (!token) {
    const reason = data?.signIn.userErrors[0]?.message ?? errors?.[0]?.message;
    throw reason ? new Refusal(reason) : new Unreachable(`HTTP ${response.status}`);
  }
  if (!(await openSession(token))) throw new Unreachable('The token just issued was refused.');
}

/** Put a token (of a user's session or an API key) into the cookie: false when it is not valid. */
export async function openSession(token: string): Promise<boolean> {
  const response = await send('session', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...JSON_TYPE, ...CSRF },
    body: JSON.stringify({ token }),
  });
  if (response.status === 401) return false;
  if (!response.ok) throw new Unreachable(`HTTP ${response.status}`);
  return true;
}

/** End the session on the server, then forget its cookie. */
export async function signOut(): Promise<void> {
  // An API key or an expired session has nothing to end: the cookie goes all the same.
  await sessionFetch('graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...ACCEPT },
    body: JSON.stringify({ query: SIGN_OUT }),
  }).then((response) => response.text(), () => undefined);
  await send('session', { method: 'DELETE', credentials: 'same-origin', headers: CSRF });
}

/** fetch() with the session's cookie and the header that makes it count. */
export function sessionFetch(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(CSRF)) headers.set(name, value);
  return fetch(url, { ...init, headers, credentials: 'same-origin', cache: 'no-store' });
}
