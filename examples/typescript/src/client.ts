/** Sends typed documents to the server; a `fetch` and nothing else. */
import type { TypedDocumentString, UserErrorCode } from "./gql/graphql.js";

/** No variables to give, or all that the document declares. */
type Given<Variables> = Variables extends Record<string, never> ? [] : [variables: Variables];

interface Reply<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Why a mutation was refused; every payload has a list of these. */
export interface Reason {
  code: UserErrorCode;
  message: string;
  path: string[];
}

/** The operation did not run, or not to its end: a wrong document, no right, no such server. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The server understood a mutation and did not do it; nothing was written. */
export class RefusedError extends Error {
  constructor(readonly reasons: readonly Reason[]) {
    super(reasons.map((reason) => `${reason.path.join(".")}: ${reason.message}`).join("\n"));
  }
}

/** Gives what a mutation made or changed, or throws `RefusedError` with all reasons. */
export function accepted<Thing>(
  { userErrors }: { userErrors: readonly Reason[] },
  thing: Thing | null | undefined,
): Thing {
  if (userErrors.length > 0 || thing == null) {
    throw new RefusedError(userErrors);
  }
  return thing;
}

/** One server and one token. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Runs one operation; throws `ApiError` where it was not answered. */
  async run<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...[variables]: Given<Variables>
  ): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Authorization: `Bearer ${this.token}`,
      },
      body: JSON.stringify({ query: document.toString(), variables: variables ?? {} }),
    });
    const reply = (await response.json()) as Reply<Data>;
    const error = reply.errors?.[0];
    if (error !== undefined || reply.data == null) {
      throw new ApiError(
        error?.extensions?.code ?? String(response.status),
        error?.message ?? "The answer holds no data.",
      );
    }
    return reply.data;
  }
}
