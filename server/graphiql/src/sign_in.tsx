/** The sign-in form: e-mail and password, or an API key. */

import { useState, type FormEvent } from 'react';
import { language, messages } from './messages';
import { openSession, Refusal, signIn, Unreachable } from './session';

type Way = 'password' | 'key';

interface Props {
  notice: string | null;
  onSignedIn(): void | Promise<void>;
}

export function SignIn({ notice, onSignedIn }: Props) {
  const [way, setWay] = useState<Way>('password');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(notice);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setBusy(true);
    setProblem(null);
    try {
      await enter(way, new FormData(form));
      form.reset();
      await onSignedIn();
    } catch (error) {
      if (error instanceof Refusal) setProblem(error.message);
      else if (error instanceof Unreachable) setProblem(messages.unreachable);
      else throw error;
    } finally {
      setBusy(false);
    }
  };
  const choose = (chosen: Way) => {
    setWay(chosen);
    setProblem(null);
  };

  return (
    <main className="voronka-page">
      <form className="voronka-card" onSubmit={submit} aria-label={messages.signIn} lang={language}>
        <h1>
          <Funnel /> Voronka <span>{messages.title}</span>
        </h1>
        <p className="voronka-lead">{messages.lead}</p>
        <div className="voronka-ways" role="group">
          <WayButton chosen={way === 'password'} onClick={() => choose('password')}>
            {messages.byPassword}
          </WayButton>
          <WayButton chosen={way === 'key'} onClick={() => choose('key')}>
            {messages.byKey}
          </WayButton>
        </div>
        {way === 'password' ? <PasswordFields /> : <KeyField />}
        {problem && (
          <p className="voronka-problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="voronka-button" disabled={busy}>
          {busy ? messages.signingIn : messages.signIn}
        </button>
      </form>
    </main>
  );
}

async function enter(way: Way, fields: FormData): Promise<void> {
  const text = (name: string) => String(fields.get(name) ?? '');
  if (way === 'key') {
    if (!(await openSession(text('key').trim()))) throw new Refusal(messages.wrongKey);
    return;
  }
  const workspace = text('workspace').trim();
  await signIn({
    email: text('email').trim(),
    password: text('password'),
    ...(workspace && { workspace }),
  });
}

function PasswordFields() {
  return (
    <>
      <label>
        {messages.email}
        <input name="email" type="email" autoComplete="username" required autoFocus />
      </label>
      <label>
        {messages.password}
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <label>
        <span>
          {messages.workspace} <small>{messages.workspaceHint}</small>
        </span>
        <input name="workspace" type="text" autoComplete="organization" />
      </label>
    </>
  );
}

function KeyField() {
  return (
    <label>
      <span>
        {messages.key} <small>{messages.keyHint}</small>
      </span>
      <input name="key" type="password" autoComplete="off" spellCheck={false} required autoFocus />
    </label>
  );
}

function WayButton(props: { chosen: boolean; onClick(): void; children: string }) {
  return (
    <button type="button" aria-pressed={props.chosen} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

function Funnel() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <path
        fill="currentColor"
        d="M4 5h24a1.5 1.5 0 0 1 1.2 2.4L20 19.6V26a1.5 1.5 0 0 1-.8 1.3l-5 2.6A1.5 1.5 0 0 1 12 28.6V19.6L2.8 7.4A1.5 1.5 0 0 1 4 5z"
      />
    </svg>
  );
}
