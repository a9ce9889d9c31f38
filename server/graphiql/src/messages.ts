/** Words of the page in the browser's language: Russian where it asks for it, else English. */

const english = {
  title: 'GraphiQL',
  lead: 'Sign in to read the schema and run operations.',
  byPassword: 'E-mail and password',
  byKey: 'API key',
  email: 'E-mail',
  password: 'Password',
  workspace: 'Workspace',
  workspaceHint: 'only if you belong to several',
  key: 'API key',
  keyHint: 'starts with vk_',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  signOut: 'Sign out',
  wrongKey: 'This key is unknown, revoked or expired.',
  expired: 'Your session has ended. Sign in again.',
  unreachable: 'The server did not answer. Try again in a moment.',
  retry: 'Try again',
  checking: 'Loading…',
  examples: 'Examples',
  examplesLead: 'A click opens the operation in a new tab, with its variables.',
  mutation: 'changes data',
  viewAs: 'View as',
  viewAsMyself: 'View as myself',
  viewAsPerson: 'As a person',
  viewAsRole: 'With a role alone',
  viewing: 'You see what you would get as',
  viewingReads: 'Read-only: nothing can be changed, and this is noted in the audit log.',
  stopViewing: 'Stop viewing',
  welcome:
    'Ready operations are in Examples on the left, the schema is in Docs. ' +
    'Ctrl-Enter runs the operation, Ctrl-Space completes what you type.',
};

const russian: typeof english = {
  title: 'GraphiQL',
  lead: 'Войдите, чтобы увидеть схему и выполнять операции.',
  byPassword: 'Почта и пароль',
  byKey: 'Ключ API',
  email: 'Электронная почта',
  password: 'Пароль',
  workspace: 'Рабочее пространство',
  workspaceHint: 'если их несколько',
  key: 'Ключ API',
  keyHint: 'начинается с vk_',
  signIn: 'Войти',
  signingIn: 'Входим…',
  signOut: 'Выйти',
  wrongKey: 'Ключ неизвестен, отозван или просрочен.',
  expired: 'Сеанс закончился. Войдите снова.',
  unreachable: 'Сервер не ответил. Попробуйте ещё раз чуть позже.',
  retry: 'Повторить',
  checking: 'Загрузка…',
  examples: 'Примеры',
  examplesLead: 'Щелчок открывает операцию в новой вкладке вместе с переменными.',
  mutation: 'меняет данные',
  viewAs: 'Смотреть как',
  viewAsMyself: 'Смотреть от своего имени',
  viewAsPerson: 'Как сотрудник',
  viewAsRole: 'Только с ролью',
  viewing: 'Вы видите то, что увидели бы как',
  viewingReads: 'Только чтение: изменить ничего нельзя, просмотр отмечается в журнале аудита.',
  stopViewing: 'Закончить просмотр',
  welcome:
    'Готовые операции — в «Примерах» слева, схема — в Docs. ' +
    'Ctrl-Enter выполняет операцию, Ctrl-Пробел дописывает то, что вы вводите.',
};

export const language: 'ru' | 'en' = navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en';
export const messages = language === 'ru' ? russian : english;
